//! `GetTables`: the tables of a database, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTables.html>

use glue_api::{GetTables, GetTablesInput, GetTablesOutput, Table, TableAttributes};
use platform::{Ctx, Handle, Page, Result};

use crate::catalog::database;
use crate::catalog::search::NamePattern;
use crate::store::TABLES;
use crate::{Glue, error, pages, place};

const PAGE: usize = 100;

impl Handle<GetTables> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetTablesInput) -> Result<GetTablesOutput> {
        if input.transaction_id.is_some() || input.query_as_of_time.is_some() {
            return Err(error::absent("GetTables.TransactionId and QueryAsOfTime"));
        }
        let catalog = input.catalog_id.as_deref();
        let name = place::database(ctx, catalog, &input.database_name).await?;
        let pattern = input.expression.as_deref().filter(|text| !text.is_empty());
        let pattern = pattern.map(NamePattern::new).transpose()?;
        let list = format!("GetTables/{name}");
        let after = pages::after(&list, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let owner = database::find(tx, &name)?;
            let mut scan = TABLES.scan(tx).prefix(&(owner.id,));
            if let Some(after) = &after {
                scan = scan.after(&(owner.id, after.as_str()));
            }
            let wanted = scan.filter(|row| match (row, &pattern) {
                (Ok(((_, name), _)), Some(pattern)) => pattern.matches(name),
                _ => true,
            });
            Page::take(&list, wanted, limit, |((_, name), _)| name.clone())
        })?;
        let wanted = input.attributes_to_get.unwrap_or_default();
        let tables = page.items.into_iter().map(|(_, row)| attributes(row.table.0, &wanted));
        Ok(GetTablesOutput { table_list: Some(tables.collect()), next_token: page.next_token })
    }
}

/// Only what was asked for; everything when nothing was.
fn attributes(table: Table, wanted: &[TableAttributes]) -> Table {
    if wanted.is_empty() {
        return table;
    }
    let kind = wanted.contains(&TableAttributes::TableType);
    Table { name: table.name, table_type: table.table_type.filter(|_| kind), ..Table::default() }
}
