//! `ListQueueTags`: the tags of a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html>

use platform::{Ctx, Handle, Result};
use sqs_api::{ListQueueTags, ListQueueTagsInput, ListQueueTagsOutput};

use crate::{Sqs, queues};

impl Handle<ListQueueTags> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: ListQueueTagsInput) -> Result<ListQueueTagsOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let queue = ctx.read(|tx| queues::get(tx, &name))?;
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let tags = queue.tags.iter().map(owned).collect();
        Ok(ListQueueTagsOutput { tags: (!queue.tags.is_empty()).then_some(tags) })
    }
}
