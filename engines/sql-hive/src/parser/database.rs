//! `CREATE`, `ALTER` and `DROP DATABASE` (or `SCHEMA`), read from after that word.

use super::cursor::{Cursor, Result};
use crate::ast::{Properties, Statement};

pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Statement> {
    const WHERE: &str = "create database statement";
    let if_not_exists = cursor.accept_all(&["IF", "NOT", "EXISTS"]);
    let name = cursor.identifier(WHERE)?;
    let comment = if cursor.accept("COMMENT") { Some(cursor.string(WHERE)?) } else { None };
    let location = if cursor.accept("LOCATION") { Some(cursor.string(WHERE)?) } else { None };
    let properties = if cursor.accept("WITH") {
        cursor.expect("DBPROPERTIES", WHERE)?;
        cursor.properties(WHERE)?
    } else {
        Properties::new()
    };
    Ok(Statement::CreateDatabase { name, if_not_exists, comment, location, properties })
}

pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Statement> {
    const WHERE: &str = "alter database statement";
    let name = cursor.identifier(WHERE)?;
    cursor.expect("SET", WHERE)?;
    if cursor.accept("LOCATION") {
        let location = cursor.string(WHERE)?;
        return Ok(Statement::AlterDatabaseLocation { name, location });
    }
    cursor.expect("DBPROPERTIES", WHERE)?;
    let properties = cursor.properties(WHERE)?;
    Ok(Statement::AlterDatabaseProperties { name, properties })
}

pub(super) fn drop(cursor: &mut Cursor<'_>) -> Result<Statement> {
    let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
    let name = cursor.identifier("drop database statement")?;
    let cascade = cursor.accept("CASCADE");
    if !cascade {
        cursor.accept("RESTRICT");
    }
    Ok(Statement::DropDatabase { name, if_exists, cascade })
}
