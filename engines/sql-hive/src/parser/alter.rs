//! `ALTER TABLE` and its actions.

use super::cursor::{Cursor, Result};
use super::{create, database, table_name};
use crate::ast::{
    AddPartition, AlterAction, Comparison, PartitionFilter, PartitionValue, Position, Statement,
};

const WHERE: &str = "alter table statement";

pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.advance();
    if cursor.accept("DATABASE") || cursor.accept("SCHEMA") {
        return database::alter(cursor).map(Some);
    }
    if cursor.at("VIEW") {
        return Ok(None);
    }
    if !cursor.accept("TABLE") {
        return Err(cursor.mismatched("'DATABASE', 'SCHEMA', 'TABLE', 'VIEW'"));
    }
    let table = table_name(cursor, WHERE)?;
    let action = action(cursor)?;
    Ok(Some(Statement::AlterTable { table, action }))
}

fn action(cursor: &mut Cursor<'_>) -> Result<AlterAction> {
    let partition = if cursor.at("PARTITION") { partition(cursor)? } else { Vec::new() };
    if cursor.at("ADD") && cursor.at_ahead(1, "COLUMNS") {
        cursor.accept_all(&["ADD", "COLUMNS"]);
        let columns = new_columns(cursor)?;
        return Ok(AlterAction::AddColumns { partition, columns });
    }
    if cursor.accept("REPLACE") {
        cursor.expect("COLUMNS", WHERE)?;
        let columns = new_columns(cursor)?;
        return Ok(AlterAction::ReplaceColumns { partition, columns });
    }
    if cursor.accept_all(&["SET", "LOCATION"]) {
        let location = cursor.string(WHERE)?;
        return Ok(AlterAction::SetLocation { partition, location });
    }
    if !partition.is_empty() {
        // Only a rename is left for one partition.
        cursor.expect("RENAME", WHERE)?;
        cursor.expect("TO", WHERE)?;
        let to = self::partition(cursor)?;
        return Ok(AlterAction::RenamePartition { from: partition, to });
    }
    match cursor.word().map(str::to_ascii_uppercase).as_deref() {
        Some("ADD") => add(cursor),
        Some("DROP") => drop(cursor),
        Some("SET") => {
            cursor.advance();
            cursor.expect("TBLPROPERTIES", WHERE)?;
            Ok(AlterAction::SetProperties(cursor.properties("table properties list")?))
        }
        Some("UNSET") => unset(cursor),
        Some("CHANGE") => change(cursor),
        Some("RENAME") => {
            cursor.advance();
            cursor.expect("TO", WHERE)?;
            Ok(AlterAction::Rename { to: table_name(cursor, WHERE)? })
        }
        _ => Err(cursor.unrecognized(WHERE)),
    }
}

/// The columns, and Hive's word on partitions, which are never changed here.
fn new_columns(cursor: &mut Cursor<'_>) -> Result<Vec<crate::ast::Column>> {
    let columns = create::columns(cursor)?;
    cascade(cursor);
    Ok(columns)
}

fn cascade(cursor: &mut Cursor<'_>) {
    if !cursor.accept("CASCADE") {
        cursor.accept("RESTRICT");
    }
}

fn add(cursor: &mut Cursor<'_>) -> Result<AlterAction> {
    cursor.advance();
    let if_not_exists = cursor.accept_all(&["IF", "NOT", "EXISTS"]);
    let mut partitions = Vec::new();
    while cursor.at("PARTITION") || partitions.is_empty() {
        let values = partition(cursor)?;
        let location = if cursor.accept("LOCATION") {
            Some(cursor.string("partition location specification")?)
        } else {
            None
        };
        partitions.push(AddPartition { values, location });
        // A comma between partitions is not Hive's, but common.
        if cursor.at_symbol(",") && cursor.at_ahead(1, "PARTITION") {
            cursor.advance();
        }
    }
    Ok(AlterAction::AddPartitions { if_not_exists, partitions })
}

fn drop(cursor: &mut Cursor<'_>) -> Result<AlterAction> {
    cursor.advance();
    if cursor.accept("COLUMN") {
        return Ok(AlterAction::DropColumn { name: cursor.identifier(WHERE)? });
    }
    let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
    let mut partitions = vec![filters(cursor)?];
    while cursor.accept_symbol(",") {
        partitions.push(filters(cursor)?);
    }
    cursor.accept("PURGE");
    Ok(AlterAction::DropPartitions { if_exists, partitions })
}

fn unset(cursor: &mut Cursor<'_>) -> Result<AlterAction> {
    const WHERE: &str = "table properties list";
    cursor.advance();
    cursor.expect("TBLPROPERTIES", WHERE)?;
    let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
    cursor.expect_symbol("(", WHERE)?;
    let mut keys = vec![cursor.string(WHERE)?];
    while cursor.accept_symbol(",") {
        keys.push(cursor.string(WHERE)?);
    }
    cursor.expect_symbol(")", WHERE)?;
    Ok(AlterAction::UnsetProperties { if_exists, keys })
}

fn change(cursor: &mut Cursor<'_>) -> Result<AlterAction> {
    cursor.advance();
    cursor.accept("COLUMN");
    let name = cursor.identifier(WHERE)?;
    let column = create::column(cursor)?;
    let position = if cursor.accept("FIRST") {
        Some(Position::First)
    } else if cursor.accept("AFTER") {
        Some(Position::After(cursor.identifier(WHERE)?))
    } else {
        None
    };
    cascade(cursor);
    Ok(AlterAction::ChangeColumn { name, column, position })
}

/// `PARTITION (key='value', …)`
pub(super) fn partition(cursor: &mut Cursor<'_>) -> Result<Vec<PartitionValue>> {
    let filters = filters(cursor)?;
    filters
        .into_iter()
        .map(|filter| match filter.comparison {
            Comparison::Equal => Ok(PartitionValue { key: filter.key, value: filter.value }),
            _ => Err(cursor.unrecognized("partition specification")),
        })
        .collect()
}

/// `PARTITION (key op 'value', …)`
fn filters(cursor: &mut Cursor<'_>) -> Result<Vec<PartitionFilter>> {
    const WHERE: &str = "partition specification";
    cursor.expect("PARTITION", WHERE)?;
    cursor.expect_symbol("(", WHERE)?;
    let mut filters = Vec::new();
    loop {
        let key = cursor.identifier(WHERE)?;
        let comparison = comparison(cursor)?;
        let value = cursor.literal(WHERE)?;
        filters.push(PartitionFilter { key, comparison, value });
        if !cursor.accept_symbol(",") {
            break;
        }
    }
    cursor.expect_symbol(")", WHERE)?;
    Ok(filters)
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Comparison> {
    const OPERATORS: &[(&str, Comparison)] = &[
        ("=", Comparison::Equal),
        ("==", Comparison::Equal),
        ("<>", Comparison::NotEqual),
        ("!=", Comparison::NotEqual),
        ("<", Comparison::Less),
        ("<=", Comparison::LessOrEqual),
        (">", Comparison::Greater),
        (">=", Comparison::GreaterOrEqual),
    ];
    for (symbol, comparison) in OPERATORS {
        if cursor.accept_symbol(symbol) {
            return Ok(*comparison);
        }
    }
    Err(cursor.unrecognized("partition specification"))
}
