//! `ListTags`: labels of a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html>

use lambda_api::{ListTags, ListTagsInput, ListTagsOutput};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, tagging};

impl Handle<ListTags> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: ListTagsInput) -> Result<ListTagsOutput> {
        let function = tagging::function(ctx, &input.resource)?;
        let tags = function.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Ok(ListTagsOutput { tags: Some(tags.collect()) })
    }
}
