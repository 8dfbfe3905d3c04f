//! `ListTopics`: the topics of the account, by name.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>

use platform::{Ctx, Handle, Page, Result};
use sns_api::{ListTopics, ListTopicsInput, ListTopicsOutput, Topic};

use crate::store::TOPICS;
use crate::{Sns, names, paging};

impl Handle<ListTopics> for Sns {
    async fn handle(&self, ctx: &Ctx, input: ListTopicsInput) -> Result<ListTopicsOutput> {
        let list = "ListTopics";
        let after = paging::after(list, input.next_token.as_deref())?;
        let page = ctx.read(|tx| {
            let names = TOPICS.scan(tx).after(after.as_str()).keys();
            Page::take(list, names, paging::LIMIT, Clone::clone)
        })?;
        let show = |name: &String| Topic { topic_arn: Some(names::arn(ctx.scope(), name)) };
        let topics = Some(page.items.iter().map(show).collect());
        Ok(ListTopicsOutput { topics, next_token: page.next_token })
    }
}
