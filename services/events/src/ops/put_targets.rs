//! `PutTargets`: says who is sent the events that a rule wants.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html>

use events_api::{PutTargets, PutTargetsInput, PutTargetsOutput};
use platform::{Ctx, Fail, Handle, Result, Stored};

use crate::store::TARGETS;
use crate::{Events, error, place, targets};

/// The most targets of a rule.
const TARGETS_MAX: usize = 5;

impl Handle<PutTargets> for Events {
    async fn handle(&self, ctx: &Ctx, input: PutTargetsInput) -> Result<PutTargetsOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let rule = input.rule;
        place::ask(ctx, &bus, &rule).await?;
        input.targets.iter().try_for_each(targets::check)?;
        ctx.write(|tx| {
            place::rule(tx, &bus, &rule)?;
            for target in input.targets {
                let key = (bus.as_str(), rule.as_str(), target.id.clone());
                TARGETS.put(tx, &(key.0, key.1, key.2.as_str()), &Stored(target))?;
            }
            let all = TARGETS.scan(tx).prefix(&(bus.as_str(), rule.as_str())).keys();
            if all.take(TARGETS_MAX + 1).count() > TARGETS_MAX {
                return Err(error::limit());
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutTargetsOutput { failed_entry_count: Some(0), failed_entries: Some(Vec::new()) })
    }
}
