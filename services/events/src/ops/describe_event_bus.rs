//! `DescribeEventBus`: what a bus is.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>

use events_api::{DescribeEventBus, DescribeEventBusInput, DescribeEventBusOutput};
use platform::{Ctx, Handle, Result};

use crate::store::BUSES;
use crate::{Events, place};

impl Handle<DescribeEventBus> for Events {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeEventBusInput,
    ) -> Result<DescribeEventBusOutput> {
        let name = place::bus_name(ctx.scope(), input.name.as_deref())?;
        let bus = ctx.read(|tx| {
            place::bus(tx, &name)?;
            Ok::<_, platform::Fail>(BUSES.get(tx, &name)?)
        })?;
        Ok(DescribeEventBusOutput {
            arn: Some(place::bus_arn(ctx.scope(), &name)),
            name: Some(name),
            creation_time: bus.as_ref().map(|bus| bus.created),
            last_modified_time: bus.as_ref().map(|bus| bus.created),
            description: bus.and_then(|bus| bus.description),
            ..DescribeEventBusOutput::default()
        })
    }
}
