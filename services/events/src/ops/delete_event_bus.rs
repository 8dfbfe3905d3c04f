//! `DeleteEventBus`: deletes a bus without rules.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html>

use events_api::{DeleteEventBus, DeleteEventBusInput, DeleteEventBusOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::place::{self, DEFAULT};
use crate::store::{BUSES, RULES};
use crate::{Events, error};

impl Handle<DeleteEventBus> for Events {
    async fn handle(&self, ctx: &Ctx, input: DeleteEventBusInput) -> Result<DeleteEventBusOutput> {
        let name = place::bus_name(ctx.scope(), Some(&input.name))?;
        if name == DEFAULT {
            return Err(error::invalid("Cannot delete event bus default."));
        }
        ctx.write(|tx| {
            if RULES.scan(tx).prefix(&(name.as_str(),)).keys().next().is_some() {
                return Err(error::invalid("Event bus can't be deleted since it has rules."));
            }
            BUSES.delete(tx, &name)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteEventBusOutput {})
    }
}
