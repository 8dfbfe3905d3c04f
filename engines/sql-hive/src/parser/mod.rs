//! The parser: which statement it is, and the cursor every part reads through.
//!
//! The first words decide. A statement that begins like a definition is parsed here to its end; one
//! that begins like a query is left alone; anything else is refused in the query engine's words.

mod alter;
mod create;
mod cursor;
mod database;
mod inspect;
mod prepared;

pub(crate) use cursor::{Cursor, Result};

use crate::ast::{Statement, TableName};

/// Begin a query, a change of rows, or something only the query dialect's front end can name.
const ELSEWHERE: &[&str] = &[
    "SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE", "UNLOAD",
    "EXPLAIN", "USING", "ANALYZE", "CALL", "COMMIT", "GRANT", "REVOKE", "RESET", "ROLLBACK", "SET",
    "START", "TRUNCATE", "USE", "REFRESH", "COMMENT", "DENY",
];

const HEADS: &str = "'ALTER', 'ANALYZE', 'CALL', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', \
                     'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', \
                     'MSCK', 'OPTIMIZE', 'PREPARE', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', \
                     'START', 'UNLOAD', 'UPDATE', 'USE', 'VACUUM', <query>";

/// Parses a data definition or utility statement; `None` when the text is not one (a query, a
/// change of rows, `CREATE VIEW`, `CREATE TABLE … AS`), which the query dialect then parses.
pub fn parse(sql: &str) -> Result<Option<Statement>> {
    let mut cursor = Cursor::new(sql);
    let Some(head) = cursor.word().map(str::to_ascii_uppercase) else {
        return if cursor.at_symbol("(") { Ok(None) } else { Err(cursor.mismatched(HEADS)) };
    };
    let statement = match head.as_str() {
        "CREATE" => create::create(&mut cursor)?,
        "ALTER" => alter::alter(&mut cursor)?,
        "DROP" => drop(&mut cursor)?,
        "MSCK" => Some(repair(&mut cursor)?),
        "DESCRIBE" | "DESC" => inspect::describe(&mut cursor)?,
        "SHOW" => inspect::show(&mut cursor)?,
        "PREPARE" => Some(prepared::prepare(&mut cursor)?),
        "EXECUTE" => Some(prepared::execute(&mut cursor)?),
        "DEALLOCATE" => Some(prepared::deallocate(&mut cursor)?),
        "OPTIMIZE" => Some(optimize(&mut cursor)?),
        "VACUUM" => Some(vacuum(&mut cursor)?),
        other if ELSEWHERE.contains(&other) => None,
        _ => return Err(cursor.mismatched(HEADS)),
    };
    if statement.is_some() {
        cursor.end()?;
    }
    Ok(statement)
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.advance();
    if cursor.accept("DATABASE") || cursor.accept("SCHEMA") {
        return database::drop(cursor).map(Some);
    }
    let is_table = cursor.accept("TABLE");
    if !is_table && !cursor.accept("VIEW") {
        return Err(cursor.mismatched("'DATABASE', 'SCHEMA', 'TABLE', 'VIEW'"));
    }
    let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
    let name = table_name(cursor, if is_table { "drop statement" } else { "drop view statement" })?;
    if is_table {
        // Hive's trash switch; nothing keeps a trash here.
        cursor.accept("PURGE");
        return Ok(Some(Statement::DropTable { table: name, if_exists }));
    }
    Ok(Some(Statement::DropView { view: name, if_exists }))
}

fn repair(cursor: &mut Cursor<'_>) -> Result<Statement> {
    const WHERE: &str = "table name";
    cursor.advance();
    cursor.expect("REPAIR", "metastore check statement")?;
    cursor.accept("TABLE");
    Ok(Statement::RepairTable { table: table_name(cursor, WHERE)? })
}

fn optimize(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.advance();
    let table = table_name(cursor, "optimize statement")?;
    for word in ["REWRITE", "DATA", "USING", "BIN_PACK"] {
        if !cursor.accept(word) {
            return Err(cursor.mismatched(&format!("'{word}'")));
        }
    }
    let predicate = if cursor.accept("WHERE") { Some(cursor.remaining_sql()?) } else { None };
    Ok(Statement::Optimize { table, predicate })
}

fn vacuum(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.advance();
    Ok(Statement::Vacuum { table: table_name(cursor, "vacuum statement")? })
}

/// `[catalog.][database.]table`, or both names in one pair of backquotes as `SHOW CREATE TABLE`
/// prints them.
fn table_name(cursor: &mut Cursor<'_>, place: &str) -> Result<TableName> {
    let first = cursor.identifier(place)?;
    if !cursor.accept_symbol(".") {
        if let Some((database, table)) = first.split_once('.') {
            let database = Some(database.to_owned());
            return Ok(TableName { catalog: None, database, table: table.to_owned() });
        }
        return Ok(TableName { table: first, ..TableName::default() });
    }
    let second = cursor.any_identifier(place)?;
    if !cursor.accept_symbol(".") {
        return Ok(TableName { catalog: None, database: Some(first), table: second });
    }
    let table = cursor.any_identifier(place)?;
    Ok(TableName { catalog: Some(first), database: Some(second), table })
}

#[cfg(test)]
mod tests;
