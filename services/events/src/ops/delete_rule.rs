//! `DeleteRule`: deletes a rule without targets.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html>

use events_api::{DeleteRule, DeleteRuleInput, DeleteRuleOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::{RULES, TARGETS};
use crate::{Events, error, place};

impl Handle<DeleteRule> for Events {
    async fn handle(&self, ctx: &Ctx, input: DeleteRuleInput) -> Result<DeleteRuleOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let name = input.name;
        place::ask(ctx, &bus, &name).await?;
        ctx.write(|tx| {
            place::bus(tx, &bus)?;
            let key = (bus.as_str(), name.as_str());
            if TARGETS.scan(tx).prefix(&key).keys().next().is_some() {
                return Err(error::invalid("Rule can't be deleted since it has targets."));
            }
            RULES.delete(tx, &key)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteRuleOutput {})
    }
}
