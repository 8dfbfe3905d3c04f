//! Prepared statements: texts with parameters, by name in a workgroup.

mod batch_get_prepared_statement;
mod create_prepared_statement;
mod delete_prepared_statement;
mod get_prepared_statement;
mod list_prepared_statements;
mod update_prepared_statement;

use athena_api::PreparedStatement;
use platform::Result;

use crate::error;
use crate::model::PreparedRow;

/// Bytes of a text.
const STATEMENT_MAX: usize = 262_144;

fn describe(workgroup: &str, name: &str, row: PreparedRow) -> PreparedStatement {
    PreparedStatement {
        statement_name: Some(name.to_owned()),
        work_group_name: Some(workgroup.to_owned()),
        query_statement: Some(row.query),
        description: row.description,
        last_modified_time: Some(row.modified),
    }
}

fn check_length(statement: &str) -> Result<()> {
    if statement.len() <= STATEMENT_MAX {
        return Ok(());
    }
    let message =
        format!("Query statement length must be less than or equal to {STATEMENT_MAX} bytes");
    Err(error::invalid(message))
}
