//! A statement that has been read, resolved and planned: what its room must know to do the
//! catalog's side of it, and the plan to run.

use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use futures::future::BoxFuture;

use crate::error::SqlError;
use crate::running::{QueryStats, ResultColumn, Running};
use crate::session::Session;
use crate::statement::{
    CreateTableAs, CreateView, Explain, InsertInto, ParsedQuery, Properties, Statement, TableName,
    Unload,
};

/// A planned query.
#[derive(Debug)]
pub struct PreparedQuery {
    pub(crate) state: SessionState,
    /// Optimised.
    pub(crate) plan: LogicalPlan,
    /// As its rows leave the engine.
    pub(crate) schema: SchemaRef,
    pub(crate) columns: Vec<ResultColumn>,
    pub(crate) stats: Arc<QueryStats>,
}

impl PreparedQuery {
    /// The columns of its result.
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// Its rows as they leave the engine.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What it has cost so far.
    pub fn stats(&self) -> &Arc<QueryStats> {
        &self.stats
    }
}

/// A planned statement.
#[derive(Debug)]
pub enum Prepared {
    /// Rows to give out.
    Query(Box<PreparedQuery>),
    /// EXPLAIN; run it with [`Session::execute`].
    Explain(Box<PreparedExplain>),
    /// A table to make, then to fill with [`Session::execute_write`].
    CreateTableAs {
        /// The table to make.
        table: TableName,
        /// Do nothing if it is there.
        if_not_exists: bool,
        /// `WITH (…)`.
        properties: Properties,
        /// Whether to run the query.
        with_data: bool,
        /// The rows; its columns are the new table's.
        query: Box<PreparedQuery>,
    },
    /// Rows for an existing table, by [`Session::execute_write`].
    InsertInto {
        /// The table.
        table: TableName,
        /// The columns given, in order; empty means all.
        columns: Vec<String>,
        /// The rows.
        query: Box<PreparedQuery>,
    },
    /// Rows for files, by [`Session::execute_write`].
    Unload {
        /// The location.
        to: String,
        /// `WITH (…)`.
        properties: Properties,
        /// The rows.
        query: Box<PreparedQuery>,
    },
    /// A view to keep.
    CreateView {
        /// The view.
        view: TableName,
        /// Replace what is there.
        or_replace: bool,
        /// The query's text.
        sql: String,
        /// The view's columns.
        columns: Vec<ResultColumn>,
    },
    /// A statement to keep by name.
    Prepare {
        /// The name.
        name: String,
        /// The statement's text.
        sql: String,
    },
    /// A kept statement to run: look it up, then [`Session::prepare_with`].
    Execute {
        /// The name.
        name: String,
        /// Literals as text.
        parameters: Vec<String>,
    },
    /// A kept statement to forget.
    Deallocate {
        /// The name.
        name: String,
    },
    /// Rows of a table would change in place; whether the table can is the catalog's to say.
    ModifyRows {
        /// The table.
        table: TableName,
        /// `UPDATE`, `DELETE` or `MERGE`.
        verb: &'static str,
        /// The statement, for [`Session::plan_change`].
        change: Box<datafusion::sql::sqlparser::ast::Statement>,
    },
}

/// A planned EXPLAIN.
#[derive(Debug)]
pub struct PreparedExplain {
    pub(crate) explain: Explain,
    /// `None` for a statement that has no query.
    pub(crate) query: Option<PreparedQuery>,
}

impl Prepared {
    pub(crate) async fn from_statement(
        session: &Session,
        statement: Statement,
        started: Instant,
    ) -> Result<Prepared, SqlError> {
        Ok(match statement {
            Statement::Query(query) => {
                Prepared::Query(Box::new(session.plan_query(query, started).await?))
            }
            Statement::Explain(explain) => {
                let query = match inner_query(&explain.statement) {
                    Some(query) => Some(session.plan_query(query.clone(), started).await?),
                    None => None,
                };
                Prepared::Explain(Box::new(PreparedExplain { explain, query }))
            }
            Statement::CreateTableAs(create) => create_table_as(session, create, started).await?,
            Statement::InsertInto(InsertInto { table, columns, query }) => {
                let query = Box::new(session.plan_query(query, started).await?);
                let columns = columns.into_iter().map(|c| c.value.to_lowercase()).collect();
                Prepared::InsertInto { table, columns, query }
            }
            Statement::Unload(Unload { query, to, properties }) => {
                let query = session.plan_query(query, started).await?;
                check_names(&query.columns)?;
                Prepared::Unload { to, properties, query: Box::new(query) }
            }
            Statement::CreateView(CreateView { view, or_replace, query, sql }) => {
                let query = session.plan_query(query, started).await?;
                check_names(&query.columns)?;
                Prepared::CreateView { view, or_replace, sql, columns: query.columns }
            }
            Statement::Prepare { name, sql } => Prepared::Prepare { name, sql },
            Statement::Execute { name, parameters } => Prepared::Execute { name, parameters },
            Statement::Deallocate { name } => Prepared::Deallocate { name },
            Statement::ModifyRows { table, verb, change } => {
                Prepared::ModifyRows { table, verb, change }
            }
        })
    }
}

async fn create_table_as(
    session: &Session,
    create: CreateTableAs,
    started: Instant,
) -> Result<Prepared, SqlError> {
    let CreateTableAs { table, if_not_exists, columns, properties, with_data, query } = create;
    let mut query = session.plan_query(query, started).await?;
    if !columns.is_empty() {
        if columns.len() != query.columns.len() {
            let (line, column) = table.at;
            return Err(SqlError::user(
                "MISMATCHED_COLUMN_ALIASES",
                format!(
                    "Column alias list has {} entries but relation has {} columns",
                    columns.len(),
                    query.columns.len()
                ),
            )
            .at(line, column));
        }
        for (column, name) in query.columns.iter_mut().zip(&columns) {
            column.name = name.value.clone();
            column.is_named = true;
        }
    }
    check_names(&query.columns)?;
    // A table's columns have no case.
    for column in &mut query.columns {
        column.name = column.name.to_lowercase();
    }
    let query = Box::new(query.renamed());
    Ok(Prepared::CreateTableAs { table, if_not_exists, properties, with_data, query })
}

impl PreparedQuery {
    /// The schema with the columns' present names.
    fn renamed(mut self) -> Self {
        let fields = self.schema.fields().iter().zip(&self.columns);
        let fields: Vec<_> = fields.map(|(f, c)| f.as_ref().clone().with_name(&c.name)).collect();
        self.schema = Arc::new(datafusion::arrow::datatypes::Schema::new(fields));
        self
    }
}

/// Stored columns need names, and different ones.
fn check_names(columns: &[ResultColumn]) -> Result<(), SqlError> {
    let mut seen = std::collections::HashSet::new();
    for (i, column) in columns.iter().enumerate() {
        if !column.is_named {
            let message = format!("Column name not specified at position {}", i + 1);
            return Err(SqlError::user("MISSING_COLUMN_NAME", message).at(1, 1));
        }
        if !seen.insert(column.name.to_lowercase()) {
            let message = format!("Column name '{}' specified more than once", column.name);
            return Err(SqlError::user("DUPLICATE_COLUMN_NAME", message).at(1, 1));
        }
    }
    Ok(())
}

fn inner_query(statement: &Statement) -> Option<&ParsedQuery> {
    match statement {
        Statement::Query(query)
        | Statement::CreateTableAs(CreateTableAs { query, .. })
        | Statement::InsertInto(InsertInto { query, .. })
        | Statement::Unload(Unload { query, .. })
        | Statement::CreateView(CreateView { query, .. }) => Some(query),
        _ => None,
    }
}

impl Session {
    /// Starts a prepared query or EXPLAIN. Other statements have no rows of their own.
    pub fn execute(&self, prepared: Prepared) -> BoxFuture<'_, Result<Running, SqlError>> {
        Box::pin(async move {
            match prepared {
                Prepared::Query(query) => self.start(*query).await,
                Prepared::Explain(explain) => self.explain(*explain).await,
                _ => Err(SqlError::not_supported("Only queries have rows")),
            }
        })
    }
}
