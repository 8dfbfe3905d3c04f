//! `RemoveTargets`: takes targets from a rule.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html>

use events_api::{
    RemoveTargets, RemoveTargetsInput, RemoveTargetsOutput, RemoveTargetsResultEntry,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::TARGETS;
use crate::{Events, place};

impl Handle<RemoveTargets> for Events {
    async fn handle(&self, ctx: &Ctx, input: RemoveTargetsInput) -> Result<RemoveTargetsOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let rule = input.rule;
        place::ask(ctx, &bus, &rule).await?;
        let failed = ctx
            .write(|tx| {
                place::rule(tx, &bus, &rule)?;
                let mut failed = Vec::new();
                for id in input.ids {
                    if !TARGETS.delete(tx, &(bus.as_str(), rule.as_str(), id.as_str()))? {
                        failed.push(RemoveTargetsResultEntry {
                            error_code: Some("ResourceNotFoundException".to_owned()),
                            error_message: Some(format!("Rule {rule} does not have target {id}.")),
                            target_id: Some(id),
                        });
                    }
                }
                Ok::<_, Fail>(failed)
            })
            .await?;
        Ok(RemoveTargetsOutput {
            failed_entry_count: i32::try_from(failed.len()).ok(),
            failed_entries: Some(failed),
        })
    }
}
