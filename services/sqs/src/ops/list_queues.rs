//! `ListQueues`: the queues of the account, by name.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>

use platform::{Ctx, Handle, Page, Result};
use sqs_api::{ListQueues, ListQueuesInput, ListQueuesOutput};

use crate::paging::Paging;
use crate::store::QUEUES;
use crate::{Sqs, names};

impl Handle<ListQueues> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: ListQueuesInput) -> Result<ListQueuesOutput> {
        let prefix = input.queue_name_prefix.unwrap_or_default();
        let list = format!("ListQueues/{prefix}");
        let paging = Paging::new(&list, input.next_token.as_deref(), input.max_results)?;
        let page = ctx.read(|tx| {
            let found = QUEUES.scan(tx).starting_with(&(), &prefix);
            let names = found.after(paging.after.as_str()).keys();
            Page::take(&list, names, paging.limit, Clone::clone)
        })?;
        let urls: Vec<String> = page.items.iter().map(|name| names::url(ctx, name)).collect();
        // Pages are for those who ask for them.
        let next_token = page.next_token.filter(|_| input.max_results.is_some());
        Ok(ListQueuesOutput { queue_urls: (!urls.is_empty()).then_some(urls), next_token })
    }
}
