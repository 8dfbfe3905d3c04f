//! `PutLogEvents`: takes events, in the order of their times.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>

use logs_api::{PutLogEvents, PutLogEventsInput, PutLogEventsOutput};
use platform::{Ctx, Handle, Result, Unit};

use crate::{Logs, error, events, groups};

impl Handle<PutLogEvents> for Logs {
    async fn handle(&self, ctx: &Ctx, input: PutLogEventsInput) -> Result<PutLogEventsOutput> {
        if input.entity.is_some() {
            return Err(error::absent("entity of PutLogEvents"));
        }
        events::check(&input.log_events)?;
        let (name, stream, now) = (input.log_group_name, input.log_stream_name, ctx.now());
        let bytes: usize = input.log_events.iter().map(|event| events::size(&event.message)).sum();
        let rejected = ctx
            .write(|tx| {
                let mut group = groups::get(tx, &name)?;
                events::put(tx, (&name, &mut group), &stream, input.log_events, now)
            })
            .await?;
        ctx.meter(Unit::BytesIn, bytes as f64, &name);
        Ok(PutLogEventsOutput {
            // AWS: tokens are not asked for any more, and still given.
            next_sequence_token: Some(format!("{:056}", ctx.ids().number())),
            rejected_log_events_info: rejected,
            rejected_entity_info: None,
        })
    }
}
