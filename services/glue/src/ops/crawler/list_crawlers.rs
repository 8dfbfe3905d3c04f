//! `ListCrawlers`: the names of crawlers, all or those with given tags.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawlers.html>

use glue_api::{ListCrawlers, ListCrawlersInput, ListCrawlersOutput};
use platform::{Ctx, Handle, Result};

use platform::Page;

use super::tags_key;
use crate::store::{CRAWLERS, TAGS};
use crate::{Glue, pages};

const LIST: &str = "ListCrawlers";
const PAGE: usize = 1_000;

impl Handle<ListCrawlers> for Glue {
    async fn handle(&self, ctx: &Ctx, input: ListCrawlersInput) -> Result<ListCrawlersOutput> {
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let wanted = input.tags.unwrap_or_default();
        let page = ctx.read(|tx| {
            let scan = CRAWLERS.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            let mut names = Vec::new();
            for name in scan.keys() {
                let name = name?;
                let tags = match wanted.is_empty() {
                    true => None,
                    false => TAGS.get(tx, tags_key(&name).as_str())?,
                };
                let has = |key: &str, value: &str| {
                    tags.as_ref().and_then(|tags| tags.get(key)) == Some(value)
                };
                if wanted.iter().all(|(key, value)| has(key, value)) {
                    names.push(Ok::<_, platform::Fail>(name));
                }
                if names.len() > limit {
                    break;
                }
            }
            Page::take(LIST, names.into_iter(), limit, String::clone)
        })?;
        Ok(ListCrawlersOutput { crawler_names: Some(page.items), next_token: page.next_token })
    }
}
