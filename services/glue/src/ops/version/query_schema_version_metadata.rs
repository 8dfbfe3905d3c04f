//! `QuerySchemaVersionMetadata`: what is noted of a version.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_QuerySchemaVersionMetadata.html>

use glue_api::{
    QuerySchemaVersionMetadata, QuerySchemaVersionMetadataInput, QuerySchemaVersionMetadataOutput,
};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::registry::{metadata, version};
use crate::{Glue, pages};

const LIST: &str = "QuerySchemaVersionMetadata";
const PAGE: usize = 50;

impl Handle<QuerySchemaVersionMetadata> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: QuerySchemaVersionMetadataInput,
    ) -> Result<QuerySchemaVersionMetadataOutput> {
        let given = version::Given {
            id: input.schema_version_id.as_deref(),
            schema: input.schema_id.as_ref(),
            number: input.schema_version_number.as_ref(),
        };
        let found = version::find(ctx, given).await?;
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let wanted = input.metadata_list.unwrap_or_default();
        let known = metadata::picked(&found.row, &wanted);
        let rest = known
            .into_iter()
            .filter(|(key, _)| after.as_deref().is_none_or(|after| key.as_str() > after));
        let page = Page::take(LIST, rest.map(Ok::<_, Fail>), limit, |(key, _)| key.clone())?;
        Ok(QuerySchemaVersionMetadataOutput {
            metadata_info_map: Some(page.items.into_iter().collect()),
            schema_version_id: Some(found.row.id),
            next_token: page.next_token,
        })
    }
}
