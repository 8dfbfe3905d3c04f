//! Statements as a session understands them, whatever the dialect they were written in.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::ast::{Ident, Query, Statement as AstStatement};

use crate::front_end::OutputNames;

/// A query as read, with the names of its output columns in the case they were written in (the
/// syntax tree itself has names in canonical case only).
#[derive(Debug, Clone)]
pub struct ParsedQuery {
    /// The query.
    pub ast: Box<Query>,
    /// Its output columns' names.
    pub names: OutputNames,
}

/// A parsed statement.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `SELECT`, `WITH`, `VALUES`, `TABLE`.
    Query(ParsedQuery),
    /// `EXPLAIN …` of another statement.
    Explain(Explain),
    /// `CREATE TABLE … AS …`.
    CreateTableAs(CreateTableAs),
    /// `INSERT INTO …`.
    InsertInto(InsertInto),
    /// `UNLOAD (…) TO …`.
    Unload(Unload),
    /// `CREATE VIEW …`.
    CreateView(CreateView),
    /// `PREPARE … FROM …`.
    Prepare {
        /// The name to keep it by.
        name: String,
        /// The text of the statement to keep.
        sql: String,
    },
    /// `EXECUTE … USING …`: the caller looks the statement up and prepares it with parameters.
    Execute {
        /// The kept statement's name.
        name: String,
        /// Text of each parameter's literal.
        parameters: Vec<String>,
    },
    /// `DEALLOCATE PREPARE …`.
    Deallocate {
        /// The kept statement's name.
        name: String,
    },
    /// `UPDATE`, `DELETE`, `MERGE`: rows of a table would change in place.
    ModifyRows {
        /// The table whose rows would change.
        table: TableName,
        /// `UPDATE`, `DELETE` or `MERGE`.
        verb: &'static str,
        /// The statement as read.
        change: Box<AstStatement>,
    },
}

/// A table's name as written, parts in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    /// The catalog, if written.
    pub catalog: Option<String>,
    /// The database, if written.
    pub database: Option<String>,
    /// The table.
    pub name: String,
    /// Line and column where the name starts.
    pub at: (u64, u64),
}

/// What EXPLAIN is asked for.
#[derive(Debug, Clone)]
pub struct Explain {
    /// Run the statement and tell what it did.
    pub analyze: bool,
    /// More of everything.
    pub verbose: bool,
    /// What to tell.
    pub kind: ExplainKind,
    /// How to tell it.
    pub format: ExplainFormat,
    /// Of what.
    pub statement: Box<Statement>,
}

/// `TYPE …` of EXPLAIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainKind {
    /// The plan before it is divided.
    Logical,
    /// The plan as it runs.
    Distributed,
    /// Only whether the statement is valid.
    Validate,
    /// The tables read and written.
    Io,
}

/// `FORMAT …` of EXPLAIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainFormat {
    /// Indented lines.
    Text,
    /// One JSON document.
    Json,
    /// A graph in DOT.
    Graphviz,
}

/// A new table filled by a query.
#[derive(Debug, Clone)]
pub struct CreateTableAs {
    /// The table to make.
    pub table: TableName,
    /// Do nothing if it is there.
    pub if_not_exists: bool,
    /// Names for the columns, if given.
    pub columns: Vec<Ident>,
    /// `WITH (…)`.
    pub properties: Properties,
    /// Whether to run the query or only take its columns.
    pub with_data: bool,
    /// The rows.
    pub query: ParsedQuery,
}

/// Rows added to a table.
#[derive(Debug, Clone)]
pub struct InsertInto {
    /// The table.
    pub table: TableName,
    /// The columns given, in order; empty means all.
    pub columns: Vec<Ident>,
    /// The rows.
    pub query: ParsedQuery,
}

/// Rows written to files and nowhere else.
#[derive(Debug, Clone)]
pub struct Unload {
    /// The rows.
    pub query: ParsedQuery,
    /// The location.
    pub to: String,
    /// `WITH (…)`.
    pub properties: Properties,
}

/// A query kept under a name.
#[derive(Debug, Clone)]
pub struct CreateView {
    /// The view to make.
    pub view: TableName,
    /// Replace what is there.
    pub or_replace: bool,
    /// The query.
    pub query: ParsedQuery,
    /// The query's text, as written.
    pub sql: String,
}

/// Properties by lower-case name.
pub type Properties = BTreeMap<String, PropertyValue>;

/// A property's literal.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyValue {
    /// `'…'`
    Text(String),
    /// As written.
    Number(String),
    /// `true`, `false`
    Boolean(bool),
    /// `ARRAY[…]`
    Array(Vec<PropertyValue>),
}

impl PropertyValue {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            PropertyValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of an array of texts.
    pub fn as_texts(&self) -> Option<Vec<&str>> {
        match self {
            PropertyValue::Array(items) => items.iter().map(PropertyValue::as_text).collect(),
            _ => None,
        }
    }

    /// The number, if it is a whole one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            PropertyValue::Number(text) => text.parse().ok(),
            _ => None,
        }
    }
}
