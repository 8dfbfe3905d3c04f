//! `ListLayers`: the layers of the account, each with its newest version.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html>

use std::collections::BTreeMap;

use lambda_api::{
    Architecture, LayerVersionsListItem, LayersListItem, ListLayers, ListLayersInput,
    ListLayersOutput, Runtime,
};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::store::LAYERS;
use crate::{Lambda, layers, paging};

impl Handle<ListLayers> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: ListLayersInput) -> Result<ListLayersOutput> {
        let list = "ListLayers";
        let after = paging::after(list, input.marker.as_deref())?;
        let (runtime, architecture) = (input.compatible_runtime, input.compatible_architecture);
        let newest = ctx.read(|tx| {
            let mut newest = BTreeMap::new();
            for row in LAYERS.scan(tx) {
                let ((name, _), row) = row?;
                let row = row.shown.is_some().then(|| row.listed());
                if let Some(row) = row.filter(|row| fits(row, runtime, architecture))
                    && name > after
                {
                    newest.insert(name, row);
                }
            }
            Ok::<_, Fail>(newest)
        })?;
        let rows = newest.into_iter().map(Ok::<_, Fail>);
        let page =
            Page::take(list, rows, paging::limit(input.max_items), |(name, _)| name.clone())?;
        let shown = page.items.into_iter().map(|(name, version)| LayersListItem {
            layer_arn: Some(layers::arn(ctx.scope(), &name, None)),
            layer_name: Some(name),
            latest_matching_version: Some(version),
        });
        Ok(ListLayersOutput { layers: Some(shown.collect()), next_marker: page.next_token })
    }
}

/// Whether a version says that it is for a runtime and an architecture.
pub(super) fn fits(
    row: &LayerVersionsListItem,
    runtime: Option<Runtime>,
    architecture: Option<Architecture>,
) -> bool {
    let runtimes = row.compatible_runtimes.as_deref().unwrap_or_default();
    let architectures = row.compatible_architectures.as_deref().unwrap_or_default();
    runtime.is_none_or(|wanted| runtimes.contains(&wanted))
        && architecture.is_none_or(|wanted| architectures.contains(&wanted))
}
