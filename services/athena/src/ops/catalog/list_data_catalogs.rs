//! `ListDataCatalogs`: the one data catalog there is.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDataCatalogs.html>

use athena_api::{
    DataCatalogSummary, DataCatalogType, ListDataCatalogs, ListDataCatalogsInput,
    ListDataCatalogsOutput,
};
use platform::{Ctx, Handle, Result};

use super::CATALOG_NAME;
use crate::ops::page;
use crate::{Athena, store};

const PAGE_MAX: usize = 50;

impl Handle<ListDataCatalogs> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListDataCatalogsInput,
    ) -> Result<ListDataCatalogsOutput> {
        if let Some(workgroup) = &input.work_group {
            ctx.read(|tx| store::workgroup(tx, workgroup))?;
        }
        let only = DataCatalogSummary {
            catalog_name: Some(CATALOG_NAME.to_owned()),
            r#type: Some(DataCatalogType::Glue),
            ..DataCatalogSummary::default()
        };
        let limit = page::limit(input.max_results, PAGE_MAX);
        let token = input.next_token.as_deref();
        let (page, next_token) = page::whole("ListDataCatalogs", vec![only], token, limit)?;
        Ok(ListDataCatalogsOutput { data_catalogs_summary: Some(page), next_token })
    }
}
