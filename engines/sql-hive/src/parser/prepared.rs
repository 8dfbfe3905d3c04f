//! Prepared statements: the words around them. The statement and the arguments stay text.

use super::cursor::{Cursor, Result};
use crate::ast::Statement;

/// As many as a prepared statement may have parameters.
const ARGUMENTS_MAX: usize = 10_000;

pub(super) fn prepare(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.advance();
    let name = cursor.any_identifier("prepare statement")?;
    if !cursor.accept("FROM") {
        return Err(cursor.mismatched("'FROM'"));
    }
    Ok(Statement::Prepare { name, statement: cursor.remaining_sql()? })
}

pub(super) fn execute(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.advance();
    let name = cursor.any_identifier("execute statement")?;
    let mut arguments = Vec::new();
    if cursor.accept("USING") {
        arguments.push(cursor.argument_sql()?);
        while arguments.len() < ARGUMENTS_MAX && cursor.accept_symbol(",") {
            arguments.push(cursor.argument_sql()?);
        }
    }
    Ok(Statement::Execute { name, arguments })
}

pub(super) fn deallocate(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.advance();
    if !cursor.accept("PREPARE") {
        return Err(cursor.mismatched("'PREPARE'"));
    }
    Ok(Statement::Deallocate { name: cursor.any_identifier("deallocate statement")? })
}
