//! What the end of a server means to the jobs it was running.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use aquifer_ctx::{Clock, Ctx, Ids, PlatformParts};
use aquifer_jobs::{JobKey, Jobs, schedule, state};
use aquifer_store::{Backend, Durability, Store, StoreOptions};
use aquifer_types::{Scope, Timestamp};

#[tokio::test]
async fn a_job_cut_off_by_shutdown_has_not_failed() {
    let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
    let store = Store::open(options).unwrap();
    let clock = Clock::starting_at(Timestamp::from_secs(1_000_000));
    let parts = PlatformParts::new(store, clock, Ids::seeded(1));
    let ctx = Ctx::root(&parts, Scope::default());
    let jobs = Jobs::new(&parts);
    let (running, mut told) = tokio::sync::mpsc::channel(1);
    jobs.register_long("work", move |ctx, _| {
        let running = running.clone();
        async move {
            running.send(()).await?;
            ctx.shutdown_token().cancelled().await;
            anyhow::bail!("the server is stopping")
        }
    });
    let (due, key) = (ctx.now(), JobKey::new("work", "x"));
    ctx.write(|tx| schedule(tx, &key, due, Vec::new())).await.unwrap();
    jobs.start();
    told.recv().await.unwrap();
    assert!(parts.shut_down(Duration::from_secs(10)).await);
    let kept = ctx.read(|tx| state(tx, &key)).unwrap().unwrap();
    assert_eq!((kept.due, kept.failures, kept.last_error), (due, 0, None));
}
