//! `GetConnections`: the connections that a filter selects, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetConnections.html>

use glue_api::{GetConnections, GetConnectionsInput, GetConnectionsOutput};
use platform::{Ctx, Handle, Page, Result};

use crate::store::CONNECTIONS;
use crate::{Glue, connection, pages, place};

const LIST: &str = "GetConnections";
const PAGE: usize = 100;

impl Handle<GetConnections> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetConnectionsInput) -> Result<GetConnectionsOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let filter = input.filter.unwrap_or_default();
        let page = ctx.read(|tx| {
            let scan = CONNECTIONS.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            let rows = scan.filter(|row| {
                row.as_ref().map_or(true, |(_, row)| connection::passes(&row.connection.0, &filter))
            });
            Page::take(LIST, rows, limit, |(name, _)| name.clone())
        })?;
        let hide = input.hide_password == Some(true);
        let mut list = Vec::with_capacity(page.items.len());
        for (_, row) in page.items {
            list.push(connection::view(self, ctx, row, hide).await?);
        }
        Ok(GetConnectionsOutput { connection_list: Some(list), next_token: page.next_token })
    }
}
