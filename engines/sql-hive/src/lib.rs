//! The Hive-style data definition and utility statements of a serverless SQL service: parsing
//! them to a typed tree, and printing tables back in Hive's layout.
//!
//! [`parse`] answers `Ok(None)` for everything that is a query or changes rows (`SELECT`,
//! `INSERT`, `CREATE TABLE … AS`, `CREATE VIEW`, `UNLOAD`, `EXPLAIN` …): those belong to the query
//! dialect's front end. Nothing here knows a catalog, opens a file or plans a query.
//!
//! Identifiers are case-insensitive and come out in lower case. Positions are 1-based lines and
//! columns counted in characters; the sentences of errors follow the two parsers users know: Hive's
//! for the inside of a definition (0-based columns) and the query engine's for its beginning.
//!
//! Departure from Hive: in a string `''` is one quote (Hive joins the two literals), because that
//! is what SQL says and what people who write it mean.

#![forbid(unsafe_code)]

mod ast;
mod describe;
mod error;
mod lexer;
mod parser;
mod pattern;
mod render;
mod types;

pub use ast::{
    AddPartition, AlterAction, Column, Comparison, CreateTable, Delimited, FileFormat, Ident,
    PartitionClause, PartitionColumn, PartitionFilter, PartitionValue, Position, Properties,
    RowFormat, SqlText, Statement, TableName, Transform,
};
pub use describe::{TableDetails, describe, describe_column, describe_formatted};
pub use error::ParseError;
pub use parser::parse;
pub use pattern::like;
pub use render::{ColumnDescription, TableDescription, render_create_table};
pub use types::{DataType, StructField, parse_type};
