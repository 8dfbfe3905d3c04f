//! `CreateEventBus`: a bus besides the default one.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>

use events_api::{CreateEventBus, CreateEventBusInput, CreateEventBusOutput};
use platform::{Ctx, Fail, Handle, Result, Tags};

use crate::place::{self, DEFAULT};
use crate::store::{BUSES, Bus};
use crate::{Events, error, tagging};

/// The most buses of an account in a region.
const BUSES_MAX: usize = 100;

impl Handle<CreateEventBus> for Events {
    async fn handle(&self, ctx: &Ctx, input: CreateEventBusInput) -> Result<CreateEventBusOutput> {
        for (name, given) in [
            ("DeadLetterConfig", input.dead_letter_config.is_some()),
            ("EventSourceName", input.event_source_name.is_some()),
            ("KmsKeyIdentifier", input.kms_key_identifier.is_some()),
            ("LogConfig", input.log_config.is_some()),
        ] {
            if given {
                return Err(error::absent(&format!("{name} of an event bus")));
            }
        }
        let name = input.name;
        if name.contains('/') {
            return Err(error::invalid("Event bus name must not contain '/'."));
        }
        let mut bus = Bus { created: ctx.now(), description: input.description, tags: Tags::new() };
        tagging::set(&mut bus.tags, input.tags.unwrap_or_default())?;
        ctx.write(|tx| {
            if name == DEFAULT || BUSES.contains(tx, &name)? {
                return Err(error::bus_exists(&name));
            }
            if BUSES.scan(tx).keys().take(BUSES_MAX).count() == BUSES_MAX {
                return Err(error::limit());
            }
            BUSES.put(tx, &name, &bus)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(CreateEventBusOutput {
            event_bus_arn: Some(place::bus_arn(ctx.scope(), &name)),
            description: bus.description,
            ..CreateEventBusOutput::default()
        })
    }
}
