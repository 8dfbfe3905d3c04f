//! Event sources: queues whose messages a function is called with.
//!
//! A mapping is a row. While it is enabled somebody polls its queue: a task that is started for each
//! such row when the server starts, and whenever a row changes. A task that is lost with the server
//! loses nothing: what it had received is seen again when its lease ends.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>

mod batch;
mod poll;
pub(crate) mod rules;

use std::collections::HashMap;
use std::time::Duration;

use platform::{CancellationToken, Ctx, Fail, House, Listening, PlatformParts, Result, Scope};

use crate::Lambda;
use crate::store::{MAPPINGS, Mapping};

/// How often it is seen whether the server listens.
const LOOK: Duration = Duration::from_millis(50);
/// The wait after the rows could not be read.
const PAUSE: Duration = Duration::from_secs(5);

/// A mapping, as it is polled: another revision is another poll.
type Polled = (Scope, String, String);

/// Polls for all mappings there are, until the server stops.
pub(crate) fn start(house: &House, room: &Lambda) {
    let (parts, room) = (house.parts.clone(), room.clone());
    house.parts.spawn("event sources", async move {
        let stop = parts.shutdown_token().clone();
        stop.run_until_cancelled(serve(&parts, &room)).await;
    });
}

async fn serve(parts: &PlatformParts, room: &Lambda) {
    // Other rooms can be called once the server listens.
    while parts.ext::<Listening>().is_none() {
        parts.clock().sleep(LOOK).await;
    }
    let mut changed = parts.store().watch(MAPPINGS.name());
    let mut polls: HashMap<Polled, CancellationToken> = HashMap::new();
    loop {
        changed.borrow_and_update();
        match enabled(parts) {
            Ok(rows) => {
                polls.retain(|polled, poll| {
                    let stays = rows.iter().any(|(key, _)| key == polled);
                    if !stays {
                        poll.cancel();
                    }
                    stays
                });
                for (polled, mapping) in rows {
                    polls.entry(polled.clone()).or_insert_with(|| {
                        let end = parts.shutdown_token().child_token();
                        begin(parts, room, polled, mapping, end.clone());
                        end
                    });
                }
            }
            Err(fail) => {
                tracing::error!(%fail, "event source mappings cannot be read");
                parts.clock().sleep(PAUSE).await;
                continue;
            }
        }
        if changed.changed().await.is_err() {
            return;
        }
    }
}

fn enabled(parts: &PlatformParts) -> Result<Vec<(Polled, Mapping)>> {
    parts.store().read(&Scope::default(), |tx| {
        let mut rows = Vec::new();
        for row in MAPPINGS.scan(tx) {
            let ((scope, id), mapping) = row?;
            if mapping.enabled {
                rows.push(((scope, id, mapping.revision.clone()), mapping));
            }
        }
        Ok::<_, Fail>(rows)
    })
}

fn begin(
    parts: &PlatformParts,
    room: &Lambda,
    (scope, id, _): Polled,
    mapping: Mapping,
    end: CancellationToken,
) {
    let ctx = Ctx::root(parts, scope);
    let room = room.clone();
    parts.spawn("event source", async move {
        let work = poll::poll(&room, &ctx, &id, &mapping, &end);
        end.run_until_cancelled(work).await;
    });
}
