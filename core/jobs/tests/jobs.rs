//! What jobs promise: order, exactly one row per name, retries, restarts.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{path::Path, sync::Arc, time::Duration};

use aquifer_ctx::{Clock, Ctx, Ids, PlatformParts};
use aquifer_jobs::{Delivery, Job, JobKey, Jobs, cancel, outbox, schedule, state};
use aquifer_store::{Backend, Durability, Store, StoreError, StoreOptions};
use aquifer_types::{Scope, Timestamp};
use parking_lot::Mutex;

const DAY: Duration = Duration::from_secs(86_400);

fn parts(backend: Backend) -> PlatformParts {
    let store = Store::open(StoreOptions { backend, durability: Durability::Strict }).unwrap();
    PlatformParts::new(store, Clock::starting_at(Timestamp::from_secs(1_000_000)), Ids::seeded(1))
}

type Log = Arc<Mutex<Vec<String>>>;

fn log() -> Log {
    Arc::default()
}

async fn put(ctx: &Ctx, kind: &'static str, key: &str, due: Timestamp) {
    let job = JobKey::new(kind, key);
    ctx.write(|tx| schedule(tx, &job, due, key.as_bytes().to_vec())).await.unwrap();
}

fn state_of(ctx: &Ctx, kind: &'static str, key: &str) -> Option<aquifer_jobs::JobState> {
    ctx.read(|tx| state(tx, &JobKey::new(kind, key))).unwrap()
}

async fn advance(jobs: &Jobs, ctx: &Ctx, by: Duration) {
    let now = ctx.clock().advance(by);
    jobs.settle(now).await.unwrap();
}

/// Runs every `days` days until the end of time, noting when it was due.
fn every(jobs: &Jobs, kind: &'static str, days: u32, start: Timestamp, log: &Log) {
    let log = log.clone();
    jobs.register(kind, move |ctx: Ctx, job: Job| {
        let log = log.clone();
        async move {
            let day = job.due.since(start).as_secs() / DAY.as_secs();
            log.lock().push(format!("{kind}@{day}"));
            let next = job.due + DAY * days;
            put(&ctx, kind, &job.key, next).await;
            Ok(())
        }
    });
}

#[tokio::test]
async fn a_month_happens_in_order_when_the_clock_jumps() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let (jobs, log, start) = (Jobs::new(&parts), log(), ctx.now());
    every(&jobs, "two", 2, start, &log);
    every(&jobs, "three", 3, start, &log);
    put(&ctx, "three", "x", start + DAY * 3).await;
    put(&ctx, "two", "x", start + DAY * 2).await;
    jobs.start();
    advance(&jobs, &ctx, DAY * 9).await;
    // At day 6 the one scheduled first goes first: three at day 3, two only at day 4.
    let expected = ["two@2", "three@3", "two@4", "three@6", "two@6", "two@8", "three@9"];
    assert_eq!(*log.lock(), expected);
    assert_eq!(state_of(&ctx, "two", "x").unwrap().due, start + DAY * 10);
    advance(&jobs, &ctx, DAY * 1000).await;
    assert_eq!(log.lock().len(), 1009 / 2 + 1009 / 3);
}

#[tokio::test]
async fn failures_back_off_and_are_remembered_until_success() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let (jobs, log) = (Jobs::new(&parts), log());
    let seen = log.clone();
    jobs.register("flaky", move |_, job: Job| {
        seen.lock().push(format!("{}", job.failures));
        async move {
            match job.failures {
                0 => Err(anyhow::anyhow!("inner").context("outer")),
                1 => panic!("not even an error"),
                _ => Ok(()),
            }
        }
    });
    let due = ctx.now() + DAY;
    put(&ctx, "flaky", "x", due).await;
    jobs.start();
    advance(&jobs, &ctx, DAY).await;
    let failed = state_of(&ctx, "flaky", "x").unwrap();
    assert_eq!((failed.failures, failed.last_error.as_deref()), (1, Some("outer: inner")));
    assert!(failed.due > ctx.now());
    advance(&jobs, &ctx, Duration::from_secs(1)).await;
    let failed = state_of(&ctx, "flaky", "x").unwrap();
    assert_eq!(failed.last_error.as_deref(), Some("the handler panicked"));
    advance(&jobs, &ctx, Duration::from_secs(1)).await;
    assert_eq!(state_of(&ctx, "flaky", "x").unwrap().failures, 2, "the second wait is longer");
    advance(&jobs, &ctx, Duration::from_secs(1)).await;
    assert_eq!(state_of(&ctx, "flaky", "x"), None);
    assert_eq!(*log.lock(), ["0", "1", "2"]);
}

#[tokio::test]
async fn rescheduling_replaces_and_cancelling_removes() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let other = ctx.with_scope(ctx.scope().in_region("eu-west-1".parse().unwrap()));
    let (jobs, log) = (Jobs::new(&parts), log());
    let seen = log.clone();
    jobs.register("note", move |ctx: Ctx, job: Job| {
        seen.lock().push(format!("{}/{}", ctx.region(), job.key));
        async { Ok(()) }
    });
    let start = ctx.now();
    put(&ctx, "note", "a", start + DAY).await;
    put(&ctx, "note", "a", start + DAY * 3).await;
    put(&other, "note", "a", start + DAY).await;
    put(&ctx, "note", "gone", start + DAY).await;
    let gone = JobKey::new("note", "gone");
    assert!(ctx.write(|tx| cancel(tx, &gone)).await.unwrap());
    assert!(!ctx.write(|tx| cancel(tx, &gone)).await.unwrap());
    jobs.start();
    advance(&jobs, &ctx, DAY * 2).await;
    assert_eq!(*log.lock(), ["eu-west-1/a"]);
    // Earlier than everything that has run.
    put(&ctx, "note", "past", start).await;
    advance(&jobs, &ctx, DAY * 2).await;
    assert_eq!(log.lock()[1..], ["us-east-1/past", "us-east-1/a"]);
}

#[tokio::test]
async fn a_long_job_holds_up_nobody_and_settling_waits_for_it() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let (jobs, log, gate) = (Jobs::new(&parts), log(), Arc::new(tokio::sync::Notify::new()));
    let (long, short, opened) = (log.clone(), log.clone(), gate.clone());
    jobs.register_long("crawl", move |_, _| {
        let (log, gate) = (long.clone(), gate.clone());
        async move {
            log.lock().push("crawl begins".into());
            gate.notified().await;
            log.lock().push("crawl ends".into());
            Ok(())
        }
    });
    jobs.register("short", move |_, _| {
        short.lock().push("short".into());
        async { Ok(()) }
    });
    let start = ctx.now();
    put(&ctx, "crawl", "x", start + DAY).await;
    put(&ctx, "short", "x", start + DAY * 2).await;
    jobs.start();
    let now = ctx.clock().advance(DAY * 2);
    let settled = jobs.settle(now);
    tokio::pin!(settled);
    while log.lock().len() < 2 {
        assert!(futures::poll!(&mut settled).is_pending());
        tokio::task::yield_now().await;
    }
    // Scheduled anew while it runs: it runs again, but not beside itself.
    put(&ctx, "crawl", "x", now).await;
    opened.notify_one();
    while log.lock().iter().filter(|entry| *entry == "crawl begins").count() < 2 {
        assert!(futures::poll!(&mut settled).is_pending());
        tokio::task::yield_now().await;
    }
    opened.notify_one();
    settled.await.unwrap();
    let ends = log.lock().iter().filter(|entry| *entry == "crawl ends").count();
    assert_eq!((ends, log.lock()[2].as_str()), (2, "crawl ends"));
}

fn call(input: u8) -> Delivery {
    let (service, operation) = ("sqs".to_owned(), "SendMessage".to_owned());
    Delivery { service, operation, input: vec![input], sender: None }
}

#[tokio::test]
async fn calls_in_the_outbox_are_made_until_they_succeed() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let (jobs, log) = (Jobs::new(&parts), log());
    let seen = log.clone();
    assert!(jobs.deliver_with(move |_, call| {
        let mut log = seen.lock();
        log.push(format!("{}.{} {:?}", call.service, call.operation, call.input));
        let first = log.len() == 1;
        async move { if first { Err(anyhow::anyhow!("busy")) } else { Ok(()) } }
    }));
    let refused = ctx.write(|tx| {
        outbox(tx, ctx.now(), &call(9))?;
        Err::<(), _>(StoreError::Closed)
    });
    refused.await.unwrap_err();
    ctx.write(|tx| outbox(tx, ctx.now(), &call(1))).await.unwrap();
    jobs.start();
    jobs.settle(ctx.now()).await.unwrap();
    assert_eq!(log.lock().len(), 1);
    advance(&jobs, &ctx, Duration::from_secs(1)).await;
    assert_eq!(*log.lock(), ["sqs.SendMessage [1]", "sqs.SendMessage [1]"]);
    advance(&jobs, &ctx, DAY).await;
    assert_eq!(log.lock().len(), 2);
}

#[tokio::test]
async fn turns_at_the_same_time_happen_one_after_another() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let (jobs, log, start) = (Jobs::new(&parts), log(), ctx.now());
    every(&jobs, "daily", 1, start, &log);
    put(&ctx, "daily", "x", start + DAY).await;
    jobs.start();
    let (first, second) = tokio::join!(jobs.advance_clock(DAY * 2), jobs.advance_clock(DAY * 2));
    first.and(second).unwrap();
    assert!(ctx.now() >= start + DAY * 4, "no turn is lost");
    assert_eq!(*log.lock(), ["daily@1", "daily@2", "daily@3", "daily@4"]);
}

#[tokio::test]
async fn a_turn_shorter_than_what_it_waits_for_does_not_go_back() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let (jobs, written) = (Jobs::new(&parts), Arc::new(Mutex::new(Timestamp::EPOCH)));
    let seen = written.clone();
    jobs.register_long("slow", move |ctx: Ctx, _| {
        // As if the work took ten seconds.
        *seen.lock() = ctx.clock().advance(Duration::from_secs(10));
        async { Ok(()) }
    });
    put(&ctx, "slow", "x", ctx.now()).await;
    jobs.start();
    jobs.advance_clock(Duration::from_secs(1)).await.unwrap();
    assert!(ctx.now() >= *written.lock());
    assert!(*written.lock() > Timestamp::EPOCH);
    // Said outright, it does go back.
    jobs.turn_clock(Timestamp::from_secs(500_000)).await.unwrap();
    assert!(ctx.now() < Timestamp::from_secs(500_100));
}

#[tokio::test]
async fn a_kind_nobody_runs_is_kept() {
    let parts = parts(Backend::Memory);
    let ctx = Ctx::root(&parts, Scope::default());
    let jobs = Jobs::new(&parts);
    put(&ctx, "of another version", "x", ctx.now()).await;
    jobs.start();
    jobs.settle(ctx.now()).await.unwrap();
    let kept = state_of(&ctx, "of another version", "x").unwrap();
    assert_eq!(kept.failures, 0, "it was not run, so it did not fail");
    assert!(kept.due > ctx.now() && kept.last_error.is_some());
}

/// Opens the directory, lets `handler` run what is due, and ends the process as if killed.
fn run_once(path: &Path, log: &Log, hangs: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let parts = parts(Backend::Disk(path.to_owned()));
        let ctx = Ctx::root(&parts, Scope::default());
        let (jobs, seen) = (Jobs::new(&parts), log.clone());
        jobs.register("work", move |_, job: Job| {
            seen.lock().push(job.key);
            async move { if hangs { std::future::pending().await } else { Ok(()) } }
        });
        if log.lock().is_empty() {
            put(&ctx, "work", "interrupted", ctx.now()).await;
        }
        let before = log.lock().len();
        jobs.start();
        while log.lock().len() == before {
            tokio::task::yield_now().await;
        }
        if !hangs {
            jobs.settle(ctx.now()).await.unwrap();
            assert_eq!(state_of(&ctx, "work", "interrupted"), None);
        }
    });
}

#[test]
fn a_job_interrupted_by_the_end_of_the_process_runs_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = log();
    run_once(dir.path(), &log, true);
    run_once(dir.path(), &log, false);
    assert_eq!(*log.lock(), ["interrupted", "interrupted"]);
}
