//! `ListLayerVersions`: the versions of a layer, the newest first.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html>

use lambda_api::{ListLayerVersions, ListLayerVersionsInput, ListLayerVersionsOutput};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::store::LAYERS;
use crate::{Lambda, paging};

impl Handle<ListLayerVersions> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListLayerVersionsInput,
    ) -> Result<ListLayerVersionsOutput> {
        let action = "lambda:ListLayerVersions";
        let (ctx, name, _) = super::open(ctx, action, &input.layer_name, None).await?;
        let list = format!("ListLayerVersions/{name}");
        let after = paging::after(&list, input.marker.as_deref())?;
        let before = after.parse::<i64>().unwrap_or(i64::MAX);
        let mut rows = ctx.read(|tx| {
            let rows = LAYERS.scan(tx).prefix(&(name.as_str(),));
            rows.map(|row| Ok(row?.1)).collect::<Result<Vec<_>, Fail>>()
        })?;
        rows.reverse();
        let rows = rows.into_iter().filter(|row| row.shown.is_some()).map(|row| row.listed());
        let rows = rows.filter(|row| {
            row.version.is_some_and(|version| version < before)
                && super::list_layers::fits(
                    row,
                    input.compatible_runtime,
                    input.compatible_architecture,
                )
        });
        let number =
            |row: &lambda_api::LayerVersionsListItem| row.version.unwrap_or_default().to_string();
        let limit = paging::limit(input.max_items);
        let page = Page::take(&list, rows.map(Ok::<_, Fail>), limit, number)?;
        Ok(ListLayerVersionsOutput {
            layer_versions: Some(page.items),
            next_marker: page.next_token,
        })
    }
}
