//! Rows into files: the data's side of CREATE TABLE AS, INSERT INTO and UNLOAD.

use std::sync::Arc;

use aquifer_lake::{Column, Location, TargetSpec, Written, write_table};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use crate::error::SqlError;
use crate::prepared::PreparedQuery;
use crate::running::ColumnSources;
use crate::session::Session;

impl Session {
    /// Runs a query and writes its rows, in its own columns, to files. On failure or
    /// cancellation whatever was written is deleted.
    pub async fn execute_write(
        &self,
        query: PreparedQuery,
        target: TargetSpec,
    ) -> Result<Written, SqlError> {
        let sources = (0..query.columns.len()).map(Some).collect();
        let schema = query.schema.clone();
        self.write(query, schema, sources, target).await
    }

    /// As [`Session::execute_write`], for rows that become a table's: `given` names the columns
    /// the query fills (empty means all in order), the rest are NULL; values are converted to
    /// the table's types.
    pub async fn execute_insert(
        &self,
        query: PreparedQuery,
        given: &[String],
        columns: &[Column],
        target: TargetSpec,
    ) -> Result<Written, SqlError> {
        let sources = insert_sources(&query, given, columns)?;
        let fields: Vec<Field> =
            columns.iter().map(|c| Field::new(&c.name, c.hive_type.to_arrow(), true)).collect();
        self.check_types(&query, &sources, &fields)?;
        self.write(query, Arc::new(Schema::new(fields)), sources, target).await
    }

    async fn write(
        &self,
        query: PreparedQuery,
        schema: Arc<Schema>,
        sources: ColumnSources,
        target: TargetSpec,
    ) -> Result<Written, SqlError> {
        let plan = self.physical_plan(&query).await?;
        let stream = self.stream(&query, plan, schema, sources)?;
        let location =
            Location::parse(&target.location).map_err(|e| self.explain_error(e.into()))?;
        let store = query
            .state
            .runtime_env()
            .object_store(&location.store)
            .map_err(|e| self.explain_error(e))?;
        write_table(Box::pin(stream), store, target).await.map_err(|e| self.explain_error(e.into()))
    }

    /// Values are converted only within a kind, as the planner would compare them.
    fn check_types(
        &self,
        query: &PreparedQuery,
        sources: &ColumnSources,
        fields: &[Field],
    ) -> Result<(), SqlError> {
        let front_end = self.dialect.front_end();
        let fits = sources.iter().zip(fields).all(|(source, field)| match source {
            Some(i) => converts(query.schema.field(*i).data_type(), field.data_type()),
            None => true,
        });
        if fits {
            return Ok(());
        }
        let names = |fields: Vec<&Field>| {
            let names: Vec<String> =
                fields.into_iter().map(|f| front_end.type_text(f).full).collect();
            names.join(", ")
        };
        let given = sources.iter().zip(fields).filter(|(source, _)| source.is_some());
        let message = format!(
            "Insert query has mismatched column types: Table: [{}], Query: [{}]",
            names(given.map(|(_, f)| f).collect()),
            names(sources.iter().flatten().map(|i| query.schema.field(*i)).collect()),
        );
        Err(SqlError::user("TYPE_MISMATCH", message).at(1, 1))
    }
}

fn insert_sources(
    query: &PreparedQuery,
    given: &[String],
    columns: &[Column],
) -> Result<ColumnSources, SqlError> {
    let count = if given.is_empty() { columns.len() } else { given.len() };
    if count != query.columns.len() {
        let message = format!(
            "Insert query has {} expression(s) but expected {count} target column(s). \
             Mismatch at column {}",
            query.columns.len(),
            count.min(query.columns.len()) + 1
        );
        return Err(SqlError::user("MISMATCHED_COLUMN_ALIASES", message).at(1, 1));
    }
    if given.is_empty() {
        return Ok((0..count).map(Some).collect());
    }
    for (i, name) in given.iter().enumerate() {
        if !columns.iter().any(|c| &c.name == name) {
            let message = format!("Insert column name does not exist in target table: {name}");
            return Err(SqlError::user("COLUMN_NOT_FOUND", message).at(1, 1));
        }
        if given[..i].contains(name) {
            let message = format!("Insert column name is specified more than once: {name}");
            return Err(SqlError::user("DUPLICATE_COLUMN_NAME", message).at(1, 1));
        }
    }
    Ok(columns.iter().map(|c| given.iter().position(|g| g == &c.name)).collect())
}

/// Whether a value of one type may be stored as another without being asked to.
fn converts(from: &DataType, to: &DataType) -> bool {
    let text =
        |t: &DataType| matches!(t, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let bytes = |t: &DataType| {
        matches!(
            t,
            DataType::Binary
                | DataType::LargeBinary
                | DataType::BinaryView
                | DataType::FixedSizeBinary(_)
        )
    };
    let time = |t: &DataType| matches!(t, DataType::Timestamp(..) | DataType::Date32);
    match (from, to) {
        (DataType::Null, _) => true,
        _ if from == to => true,
        _ if text(from) && text(to) => true,
        _ if bytes(from) && bytes(to) => true,
        _ if from.is_numeric() && to.is_numeric() => true,
        // A timestamp does not silently lose its time of day.
        (DataType::Timestamp(..), DataType::Date32) => false,
        _ if time(from) && time(to) => true,
        (DataType::List(a) | DataType::LargeList(a), DataType::List(b)) => {
            converts(a.data_type(), b.data_type())
        }
        (DataType::Struct(a), DataType::Struct(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| converts(a.data_type(), b.data_type()))
        }
        (DataType::Map(a, _), DataType::Map(b, _)) => converts(a.data_type(), b.data_type()),
        _ => false,
    }
}
