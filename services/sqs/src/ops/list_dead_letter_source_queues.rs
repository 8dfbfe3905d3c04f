//! `ListDeadLetterSourceQueues`: the queues whose dead letters a queue takes.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html>

use platform::{Ctx, Handle, Page, Result};
use sqs_api::{
    ListDeadLetterSourceQueues, ListDeadLetterSourceQueuesInput, ListDeadLetterSourceQueuesOutput,
};

use crate::paging::Paging;
use crate::store::SOURCES;
use crate::{Sqs, names, queues};

impl Handle<ListDeadLetterSourceQueues> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListDeadLetterSourceQueuesInput,
    ) -> Result<ListDeadLetterSourceQueuesOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let list = format!("ListDeadLetterSourceQueues/{name}");
        let paging = Paging::new(&list, input.next_token.as_deref(), input.max_results)?;
        let page = ctx.read(|tx| {
            queues::get(tx, &name)?;
            let sources = SOURCES.scan(tx).prefix(&(name.as_str(),));
            let after = (name.clone(), paging.after.clone());
            let sources = sources.after(&after).keys().map(|key| key.map(|(_, source)| source));
            Page::take(&list, sources, paging.limit, Clone::clone)
        })?;
        let queue_urls = page.items.iter().map(|name| names::url(&ctx, name)).collect();
        let next_token = page.next_token.filter(|_| input.max_results.is_some());
        Ok(ListDeadLetterSourceQueuesOutput { queue_urls, next_token })
    }
}
