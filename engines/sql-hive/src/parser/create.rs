//! `CREATE TABLE` in Hive's and Iceberg's forms. `CREATE VIEW` and `CREATE TABLE … AS` are queries
//! and left to the query dialect.

use super::cursor::{Cursor, Result};
use super::{database, table_name};
use crate::ast::{
    Column, CreateTable, Delimited, FileFormat, Ident, PartitionClause, RowFormat, Statement,
    Transform,
};
use crate::types::data_type;

const WHERE: &str = "create table statement";

/// Buckets, truncation widths and the like stay far below this.
const NUMBER_MAX: u32 = i32::MAX as u32;

pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.advance();
    if cursor.accept("DATABASE") || cursor.accept("SCHEMA") {
        return database::create(cursor).map(Some);
    }
    // VIEW, MATERIALIZED VIEW, PROTECTED MULTI DIALECT VIEW: all queries.
    if ["OR", "VIEW", "PROTECTED", "MATERIALIZED"].iter().any(|word| cursor.at(word)) {
        return Ok(None);
    }
    let external = cursor.accept("EXTERNAL");
    if !cursor.accept("TABLE") {
        let expected = "'DATABASE', 'EXTERNAL', 'OR', 'SCHEMA', 'TABLE', 'VIEW'";
        return Err(cursor.mismatched(if external { "'TABLE'" } else { expected }));
    }
    let if_not_exists = cursor.accept_all(&["IF", "NOT", "EXISTS"]);
    let table = table_name(cursor, "table name")?;
    if is_query(cursor) {
        return Ok(None);
    }
    let columns = if cursor.at_symbol("(") { columns(cursor)? } else { Vec::new() };
    let mut create =
        CreateTable { table, external, if_not_exists, columns, ..CreateTable::default() };
    clauses(cursor, &mut create)?;
    Ok(Some(Statement::CreateTable(Box::new(create))))
}

/// `AS …`, `WITH (…) AS …`, `COMMENT '…' WITH …` or `(a, b) AS …` follows the name.
fn is_query(cursor: &mut Cursor<'_>) -> bool {
    if cursor.at("AS") || (cursor.at("WITH") && cursor.symbol_ahead(1, "(")) {
        return true;
    }
    let mark = cursor.mark();
    let mut named = cursor.accept_symbol("(");
    while named {
        named = cursor.any_identifier(WHERE).is_ok();
        if !cursor.accept_symbol(",") {
            break;
        }
    }
    let query = named && cursor.accept_symbol(")") && (cursor.at("AS") || cursor.at("WITH"));
    cursor.reset(mark);
    query
}

/// The clauses after the columns, in the one order Hive allows.
fn clauses(cursor: &mut Cursor<'_>, create: &mut CreateTable) -> Result<()> {
    if cursor.accept("COMMENT") {
        create.comment = Some(cursor.string(WHERE)?);
    }
    if cursor.accept("PARTITIONED") {
        cursor.expect("BY", WHERE)?;
        create.partitioned_by = partitioned_by(cursor)?;
    }
    if cursor.accept("CLUSTERED") {
        cursor.expect("BY", WHERE)?;
        let columns = names(cursor)?;
        cursor.expect("INTO", WHERE)?;
        let buckets = cursor.integer(1, NUMBER_MAX, WHERE)?;
        cursor.expect("BUCKETS", WHERE)?;
        create.clustered_by = Some((columns, buckets));
    }
    if cursor.accept("ROW") {
        cursor.expect("FORMAT", WHERE)?;
        create.row_format = Some(row_format(cursor)?);
    }
    serde_properties(cursor, create)?;
    if cursor.accept("STORED") {
        cursor.expect("AS", WHERE)?;
        create.stored_as = Some(file_format(cursor)?);
    }
    serde_properties(cursor, create)?;
    if cursor.accept("LOCATION") {
        create.location = Some(cursor.string("table location specification")?);
    }
    if cursor.accept("TBLPROPERTIES") {
        create.properties = cursor.properties("table properties list")?;
    }
    Ok(())
}

/// `WITH SERDEPROPERTIES (…)` stands after the row format or after `STORED AS`.
fn serde_properties(cursor: &mut Cursor<'_>, create: &mut CreateTable) -> Result<()> {
    if cursor.accept_all(&["WITH", "SERDEPROPERTIES"]) {
        create.serde_properties.extend(cursor.properties("serde properties")?);
    }
    Ok(())
}

/// `(name type [COMMENT '…'], …)`
pub(super) fn columns(cursor: &mut Cursor<'_>) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    cursor.expect_symbol("(", WHERE)?;
    loop {
        columns.push(column(cursor)?);
        if !cursor.accept_symbol(",") {
            break;
        }
    }
    cursor.expect_symbol(")", WHERE)?;
    Ok(columns)
}

/// `name type [COMMENT '…']`
pub(super) fn column(cursor: &mut Cursor<'_>) -> Result<Column> {
    let name = cursor.identifier("column specification")?;
    let data_type = data_type(cursor)?;
    // `NOT NULL` is accepted and not enforced: files are read as they are.
    cursor.accept_all(&["NOT", "NULL"]);
    let comment =
        if cursor.accept("COMMENT") { Some(cursor.string("column specification")?) } else { None };
    Ok(Column { name, data_type, comment })
}

fn names(cursor: &mut Cursor<'_>) -> Result<Vec<Ident>> {
    cursor.expect_symbol("(", WHERE)?;
    let mut names = vec![cursor.identifier(WHERE)?];
    while cursor.accept_symbol(",") {
        names.push(cursor.identifier(WHERE)?);
    }
    cursor.expect_symbol(")", WHERE)?;
    Ok(names)
}

fn partitioned_by(cursor: &mut Cursor<'_>) -> Result<Vec<PartitionClause>> {
    let mut clauses = Vec::new();
    cursor.expect_symbol("(", WHERE)?;
    loop {
        // What follows the first name tells: `(` a transform, `,` or `)` a bare column, else a type.
        let clause = if cursor.symbol_ahead(1, "(") {
            PartitionClause::Transform(transform(cursor)?)
        } else if cursor.symbol_ahead(1, ",") || cursor.symbol_ahead(1, ")") {
            let name = cursor.identifier("column specification")?;
            PartitionClause::Transform(Transform::Identity(name))
        } else {
            PartitionClause::Column(column(cursor)?)
        };
        clauses.push(clause);
        if !cursor.accept_symbol(",") {
            break;
        }
    }
    cursor.expect_symbol(")", WHERE)?;
    Ok(clauses)
}

fn transform(cursor: &mut Cursor<'_>) -> Result<Transform> {
    const WHERE: &str = "partition transform";
    let Some(word) = cursor.word() else { return Err(cursor.unrecognized(WHERE)) };
    let word = word.to_ascii_lowercase();
    let unary: Option<fn(Ident) -> Transform> = match word.as_str() {
        "identity" => Some(Transform::Identity),
        "year" | "years" => Some(Transform::Year),
        "month" | "months" => Some(Transform::Month),
        "day" | "days" | "date" => Some(Transform::Day),
        "hour" | "hours" | "date_hour" => Some(Transform::Hour),
        _ => None,
    };
    if let Some(unary) = unary {
        cursor.advance();
        cursor.expect_symbol("(", WHERE)?;
        let name = cursor.identifier(WHERE)?;
        cursor.expect_symbol(")", WHERE)?;
        return Ok(unary(name));
    }
    let binary: fn(u32, Ident) -> Transform = match word.as_str() {
        "bucket" => Transform::Bucket,
        "truncate" => Transform::Truncate,
        _ => return Err(cursor.unrecognized(WHERE)),
    };
    cursor.advance();
    cursor.expect_symbol("(", WHERE)?;
    let number = cursor.integer(1, NUMBER_MAX, WHERE)?;
    cursor.expect_symbol(",", WHERE)?;
    let name = cursor.identifier(WHERE)?;
    cursor.expect_symbol(")", WHERE)?;
    Ok(binary(number, name))
}

fn row_format(cursor: &mut Cursor<'_>) -> Result<RowFormat> {
    const WHERE: &str = "row format specification";
    if cursor.accept("SERDE") {
        return Ok(RowFormat::Serde(cursor.string("serde specification")?));
    }
    if !cursor.accept("DELIMITED") {
        return Err(cursor.unrecognized(WHERE));
    }
    let mut delimited = Delimited::default();
    if cursor.accept("FIELDS") {
        delimited.fields = Some(terminator(cursor)?);
        if cursor.accept("ESCAPED") {
            cursor.expect("BY", WHERE)?;
            delimited.escape = Some(cursor.string(WHERE)?);
        }
    }
    if cursor.accept_all(&["COLLECTION", "ITEMS"]) {
        delimited.collection_items = Some(terminator(cursor)?);
    }
    if cursor.accept_all(&["MAP", "KEYS"]) {
        delimited.map_keys = Some(terminator(cursor)?);
    }
    if cursor.accept("LINES") {
        delimited.lines = Some(terminator(cursor)?);
    }
    if cursor.accept("NULL") {
        cursor.expect("DEFINED", WHERE)?;
        cursor.expect("AS", WHERE)?;
        delimited.null = Some(cursor.string(WHERE)?);
    }
    Ok(RowFormat::Delimited(delimited))
}

fn terminator(cursor: &mut Cursor<'_>) -> Result<String> {
    const WHERE: &str = "row format specification";
    cursor.expect("TERMINATED", WHERE)?;
    cursor.expect("BY", WHERE)?;
    cursor.string(WHERE)
}

fn file_format(cursor: &mut Cursor<'_>) -> Result<FileFormat> {
    const WHERE: &str = "file format specification";
    if cursor.accept("INPUTFORMAT") {
        let input = cursor.string(WHERE)?;
        cursor.expect("OUTPUTFORMAT", WHERE)?;
        let output = cursor.string(WHERE)?;
        return Ok(FileFormat::Classes { input, output });
    }
    let format = match cursor.word().map(str::to_ascii_uppercase).as_deref() {
        Some("TEXTFILE") => FileFormat::TextFile,
        Some("SEQUENCEFILE") => FileFormat::SequenceFile,
        Some("RCFILE") => FileFormat::RcFile,
        Some("ORC" | "ORCFILE") => FileFormat::Orc,
        Some("PARQUET" | "PARQUETFILE") => FileFormat::Parquet,
        Some("AVRO") => FileFormat::Avro,
        Some("JSONFILE" | "JSON") => FileFormat::JsonFile,
        Some("ION") => FileFormat::Ion,
        _ => return Err(cursor.unrecognized(WHERE)),
    };
    cursor.advance();
    Ok(format)
}
