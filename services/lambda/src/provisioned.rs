//! Sandboxes that are ready before anybody calls.
//!
//! How many a version or an alias has is a row. A task looks from time to time, and whenever a row
//! changes, whether so many wait, and starts those that are missing: after a start of the server, and
//! in the place of those whose credentials have run out.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>

use std::time::Duration;

use platform::{Ctx, Fail, House, Listening, PlatformParts, Result, Scope};

use crate::names::Named;
use crate::store::{PROVISIONED, Provisioned};
use crate::{Lambda, running, versions};

/// How often it is seen whether enough are ready.
const LOOK: Duration = Duration::from_secs(10);
/// How often it is seen whether the server listens.
const LISTENS: Duration = Duration::from_millis(50);

/// Keeps sandboxes ready, until the server stops.
pub(crate) fn start(house: &House, room: &Lambda) {
    let (parts, room) = (house.parts.clone(), room.clone());
    house.parts.spawn("provisioned sandboxes", async move {
        let stop = parts.shutdown_token().clone();
        stop.run_until_cancelled(serve(&parts, &room)).await;
    });
}

async fn serve(parts: &PlatformParts, room: &Lambda) {
    // Code is told where the server listens.
    while parts.ext::<Listening>().is_none() {
        parts.clock().sleep(LISTENS).await;
    }
    let mut changed = parts.store().watch(PROVISIONED.name());
    loop {
        changed.borrow_and_update();
        if let Err(fail) = look(parts, room).await {
            tracing::warn!(%fail, "sandboxes cannot be kept ready");
        }
        // Without rows there is nothing to look after.
        let some = !rows(parts).unwrap_or_default().is_empty();
        tokio::select! {
            changed = changed.changed() => if changed.is_err() { return },
            () = parts.clock().sleep(LOOK), if some => {}
        }
    }
}

type Key = (Scope, String, String);

fn rows(parts: &PlatformParts) -> Result<Vec<(Key, Provisioned)>> {
    parts.store().read(&Scope::default(), |tx| {
        Ok::<_, Fail>(PROVISIONED.scan(tx).collect::<Result<Vec<_>, _>>()?)
    })
}

async fn look(parts: &PlatformParts, room: &Lambda) -> Result<()> {
    let rows = rows(parts)?;
    let mut keys = Vec::new();
    for ((scope, name, qualifier), row) in rows {
        let ctx = Ctx::root(parts, scope);
        let named = Named { ctx, name, qualifier: Some(qualifier) };
        let Some(key) = key(&named)? else { continue };
        keys.push((key.clone(), row.count as usize));
        room.functions.keep(&keys);
        while ready(room, &named)? < row.count as usize {
            if !one(room, &named, &key).await? {
                break;
            }
        }
    }
    room.functions.keep(&keys);
    Ok(())
}

/// The key of the sandboxes of a version or an alias, if it is there.
fn key(named: &Named) -> Result<Option<String>> {
    match named.ctx.read(|tx| versions::find(tx, named)) {
        Ok((function, version)) => {
            Ok(Some(running::sandbox_key(&named.ctx, &named.name, &function, &version)))
        }
        Err(fail) if fail.is_sender() => Ok(None),
        Err(fail) => Err(fail),
    }
}

/// How many sandboxes of a version or an alias wait for a call.
pub(crate) fn ready(room: &Lambda, named: &Named) -> Result<usize> {
    Ok(key(named)?.map_or(0, |key| room.functions.count(&key, named.ctx.now())))
}

/// Makes one more sandbox ready; answers whether there is one more.
async fn one(room: &Lambda, named: &Named, key: &str) -> Result<bool> {
    let (_, version) = named.ctx.read(|tx| versions::find(tx, named))?;
    let ctx = named.ctx.with_operation(lambda_api::SERVICE.name, "Invoke");
    let Ok(mut sandbox) = running::start(room, &ctx, &named.name, &version).await? else {
        return Ok(false);
    };
    if !sandbox.warm().await {
        return Ok(false);
    }
    room.functions.give_back(key, sandbox, ctx.now());
    Ok(true)
}
