//! Named queries: texts kept for later, in a workgroup.

mod batch_get_named_query;
mod create_named_query;
mod delete_named_query;
mod get_named_query;
mod list_named_queries;
mod update_named_query;

use athena_api::NamedQuery;
use platform::Result;

use crate::error;
use crate::model::NamedQueryRow;

/// Bytes of a text.
const QUERY_MAX: usize = 262_144;

fn describe(id: &str, row: NamedQueryRow) -> NamedQuery {
    NamedQuery {
        named_query_id: Some(id.to_owned()),
        name: row.name,
        description: row.description,
        database: row.database,
        query_string: row.query,
        work_group: Some(row.workgroup),
    }
}

fn check_length(query: &str) -> Result<()> {
    if query.len() <= QUERY_MAX {
        return Ok(());
    }
    let message = format!("Query string length must be less than or equal to {QUERY_MAX} bytes");
    Err(error::invalid(message))
}
