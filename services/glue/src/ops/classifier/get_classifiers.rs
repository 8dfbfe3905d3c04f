//! `GetClassifiers`: all classifiers, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetClassifiers.html>

use glue_api::{GetClassifiers, GetClassifiersInput, GetClassifiersOutput};
use platform::{Ctx, Handle, Result};

use platform::Page;

use crate::store::CLASSIFIERS;
use crate::{Glue, pages};

const LIST: &str = "GetClassifiers";
const PAGE: usize = 1_000;

impl Handle<GetClassifiers> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetClassifiersInput) -> Result<GetClassifiersOutput> {
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let scan = CLASSIFIERS.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            Page::take(LIST, scan, limit, |(name, _)| name.clone())
        })?;
        let classifiers = page.items.into_iter().map(|(_, stored)| stored.0).collect();
        Ok(GetClassifiersOutput { classifiers: Some(classifiers), next_token: page.next_token })
    }
}
