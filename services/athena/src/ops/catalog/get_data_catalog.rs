//! `GetDataCatalog`: the one data catalog there is.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDataCatalog.html>

use std::collections::BTreeMap;

use athena_api::{
    DataCatalog, DataCatalogType, GetDataCatalog, GetDataCatalogInput, GetDataCatalogOutput,
};
use platform::{Ctx, Handle, Result};

use super::{CATALOG_NAME, check_catalog};
use crate::{Athena, store};

impl Handle<GetDataCatalog> for Athena {
    async fn handle(&self, ctx: &Ctx, input: GetDataCatalogInput) -> Result<GetDataCatalogOutput> {
        check_catalog(&input.name)?;
        if let Some(workgroup) = &input.work_group {
            ctx.read(|tx| store::workgroup(tx, workgroup))?;
        }
        let id = ctx.scope().account.as_str().to_owned();
        let catalog = DataCatalog {
            name: CATALOG_NAME.to_owned(),
            r#type: DataCatalogType::Glue,
            parameters: Some(BTreeMap::from([("catalog-id".to_owned(), id)])),
            ..DataCatalog::default()
        };
        Ok(GetDataCatalogOutput { data_catalog: Some(catalog) })
    }
}
