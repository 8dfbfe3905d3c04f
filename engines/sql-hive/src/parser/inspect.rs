//! `SHOW …` and `DESCRIBE …`.

use super::alter::partition;
use super::cursor::{Cursor, Result};
use super::table_name;
use crate::ast::{Ident, Statement};

pub(super) fn show(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.advance();
    let Some(what) = cursor.word().map(str::to_ascii_uppercase) else {
        return Err(cursor.mismatched(SHOWN));
    };
    let mark = cursor.mark();
    cursor.advance();
    let statement = match what.as_str() {
        "DATABASES" | "SCHEMAS" => Statement::ShowDatabases { pattern: pattern(cursor)? },
        "TABLES" => {
            let database = database(cursor)?;
            Statement::ShowTables { database, pattern: pattern(cursor)? }
        }
        "VIEWS" => {
            let database = database(cursor)?;
            Statement::ShowViews { database, pattern: pattern(cursor)? }
        }
        "PARTITIONS" => {
            let table = table_name(cursor, "show statement")?;
            let partition = if cursor.at("PARTITION") { partition(cursor)? } else { Vec::new() };
            Statement::ShowPartitions { table, partition }
        }
        "COLUMNS" => columns(cursor)?,
        "CREATE" => {
            if cursor.accept("VIEW") {
                Statement::ShowCreateView { view: table_name(cursor, "show statement")? }
            } else if cursor.accept("TABLE") {
                Statement::ShowCreateTable { table: table_name(cursor, "show statement")? }
            } else {
                return Err(cursor.mismatched("'TABLE', 'VIEW'"));
            }
        }
        "TBLPROPERTIES" => {
            let table = table_name(cursor, "show statement")?;
            let key = if cursor.accept_symbol("(") {
                let key = cursor.string("show statement")?;
                cursor.expect_symbol(")", "show statement")?;
                Some(key)
            } else {
                None
            };
            Statement::ShowTableProperties { table, key }
        }
        // The query engine's own.
        "CATALOGS" | "FUNCTIONS" | "SESSION" | "STATS" => return Ok(None),
        _ => {
            cursor.reset(mark);
            return Err(cursor.mismatched(SHOWN));
        }
    };
    Ok(Some(statement))
}

const SHOWN: &str = "'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'SCHEMAS', 'TABLES', \
                     'TBLPROPERTIES', 'VIEWS'";

/// `[IN|FROM database]`
fn database(cursor: &mut Cursor<'_>) -> Result<Option<Ident>> {
    if !cursor.accept("IN") && !cursor.accept("FROM") {
        return Ok(None);
    }
    cursor.identifier("show statement").map(Some)
}

/// `[[LIKE] 'pattern']`
fn pattern(cursor: &mut Cursor<'_>) -> Result<Option<String>> {
    if cursor.accept("LIKE") || cursor.at_string() {
        return cursor.string("show statement").map(Some);
    }
    Ok(None)
}

/// `{FROM|IN} [database.]table [{FROM|IN} database]`
fn columns(cursor: &mut Cursor<'_>) -> Result<Statement> {
    if !cursor.accept("FROM") && !cursor.accept("IN") {
        return Err(cursor.mismatched("'FROM', 'IN'"));
    }
    let mut table = table_name(cursor, "show statement")?;
    if table.database.is_none() {
        table.database = database(cursor)?;
    }
    Ok(Statement::ShowColumns { table })
}

/// `{DESCRIBE|DESC} [EXTENDED|FORMATTED] table [PARTITION (…)] [column]`, `DESCRIBE [VIEW] view`;
/// `DESCRIBE INPUT|OUTPUT name`, of prepared statements, is the query engine's.
pub(super) fn describe(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    const WHERE: &str = "describe statement";
    cursor.advance();
    let named_so = cursor.symbol_ahead(1, ".");
    if !named_so && cursor.at("VIEW") {
        cursor.advance();
        return Ok(Some(Statement::DescribeView { view: table_name(cursor, WHERE)? }));
    }
    let mark = cursor.mark();
    if cursor.accept("INPUT") || cursor.accept("OUTPUT") {
        if cursor.word().is_some() {
            return Ok(None);
        }
        cursor.reset(mark);
    }
    let extended = !named_so && cursor.accept("EXTENDED");
    let formatted = !named_so && !extended && cursor.accept("FORMATTED");
    let table = table_name(cursor, WHERE)?;
    let mut partition = Vec::new();
    let mut column = Vec::new();
    for _ in 0..2 {
        if cursor.at("PARTITION") && partition.is_empty() {
            partition = self::partition(cursor)?;
        } else if column.is_empty() && (cursor.word().is_some() || cursor.at_quoted()) {
            column.push(cursor.any_identifier(WHERE)?);
            while cursor.accept_symbol(".") {
                column.push(cursor.any_identifier(WHERE)?);
            }
        }
    }
    Ok(Some(Statement::Describe { table, extended, formatted, partition, column }))
}
