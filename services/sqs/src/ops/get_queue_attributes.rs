//! `GetQueueAttributes`: attributes of a queue, and how many messages it holds.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>

use std::collections::BTreeMap;

use platform::{Ctx, Handle, Result};
use sqs_api::{GetQueueAttributes, GetQueueAttributesInput, GetQueueAttributesOutput};

use crate::{Sqs, attributes, names, queues};

impl Handle<GetQueueAttributes> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetQueueAttributesInput,
    ) -> Result<GetQueueAttributesOutput> {
        let wanted = input.attribute_names.unwrap_or_default();
        attributes::check_wanted(&wanted)?;
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        let (queue, due) = ctx.read(|tx| {
            let queue = queues::get(tx, &name)?;
            let due = aquifer_queue::is_due(tx, queue.id, now, queue.retention())?;
            Ok::<_, platform::Fail>((queue, due))
        })?;
        if due {
            // Time has passed: it is lost in a crash, and passes again.
            let brought = ctx.store().accept(ctx.scope(), |tx| queues::bring_up(tx, &queue, now));
            brought.await.map(drop)?;
        }
        let counts = ctx.read(|tx| aquifer_queue::counts(tx, queue.id))?;
        let mut shown = queue.shown(&names::arn(ctx.scope(), &name));
        for (name, count) in [
            ("ApproximateNumberOfMessages", counts.visible),
            ("ApproximateNumberOfMessagesNotVisible", counts.leased),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed),
        ] {
            shown.insert(name.to_owned(), count.to_string());
        }
        if !wanted.iter().any(|name| name == "All") {
            shown.retain(|name, _| wanted.contains(name));
        }
        let attributes: Option<BTreeMap<_, _>> = (!shown.is_empty()).then_some(shown);
        Ok(GetQueueAttributesOutput { attributes })
    }
}
