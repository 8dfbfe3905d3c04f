//! `PutEvents`: takes events and sends them on.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use std::collections::BTreeSet;

use aquifer_expr::event_pattern::EventPattern;
use events_api::{
    PutEvents, PutEventsInput, PutEventsOutput, PutEventsRequestEntry, PutEventsResultEntry,
};
use platform::{Ctx, Fail, Handle, Result, WriteTx};
use serde_json::Value;

use crate::store::{RULES, TARGETS};
use crate::{Events, error, event, place, targets};

impl Handle<PutEvents> for Events {
    async fn handle(&self, ctx: &Ctx, input: PutEventsInput) -> Result<PutEventsOutput> {
        if input.endpoint_id.is_some() {
            return Err(error::absent("EndpointId of PutEvents"));
        }
        let bus_of = |entry: &PutEventsRequestEntry| {
            place::bus_name(ctx.scope(), entry.event_bus_name.as_deref())
        };
        let buses = input.entries.iter().filter_map(|entry| bus_of(entry).ok());
        for bus in buses.collect::<BTreeSet<_>>() {
            let arn = place::bus_arn(ctx.scope(), &bus);
            platform::require(ctx, &events_api::SERVICE, "events:PutEvents", arn).await?;
        }
        let mut answers = Vec::new();
        let mut accepted = Vec::new();
        for entry in &input.entries {
            let id = ctx.ids().uuid();
            let found = bus_of(entry).and_then(|bus| {
                ctx.read(|tx| place::bus(tx, &bus))?;
                Ok(bus)
            });
            let made = match found {
                Ok(bus) => event::of_entry(ctx, entry, &id).map(|event| (bus, event)),
                Err(fail) if fail.cause().is_some() => return Err(fail),
                Err(fail) => Err(("ResourceNotFoundException", fail.message().to_owned())),
            };
            answers.push(match made {
                Ok(made) => {
                    accepted.push(made);
                    PutEventsResultEntry { event_id: Some(id), ..PutEventsResultEntry::default() }
                }
                Err((code, message)) => PutEventsResultEntry {
                    event_id: None,
                    error_code: Some(code.to_owned()),
                    error_message: Some(message),
                },
            });
        }
        let failed = answers.iter().filter(|answer| answer.error_code.is_some()).count();
        ctx.write(|tx| accepted.iter().try_for_each(|(bus, event)| send_on(ctx, tx, bus, event)))
            .await?;
        Ok(PutEventsOutput {
            failed_entry_count: i32::try_from(failed).ok(),
            entries: Some(answers),
        })
    }
}

/// Puts an event into the outbox for each target of each rule that wants it.
fn send_on(ctx: &Ctx, tx: &WriteTx<'_>, bus: &str, event: &Value) -> Result<(), Fail> {
    for row in RULES.scan(tx).prefix(&(bus,)) {
        let ((_, name), rule) = row?;
        let wanted = rule.enabled
            && EventPattern::parse(&rule.pattern).is_ok_and(|pattern| pattern.matches(event));
        if !wanted {
            continue;
        }
        for row in TARGETS.scan(tx).prefix(&(bus, name.as_str())) {
            let (_, target) = row?;
            targets::deliver(ctx, tx, (bus, &name), &target.0, event)?;
        }
    }
    Ok(())
}
