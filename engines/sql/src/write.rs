//! Rows into files: the data's side of CREATE TABLE AS, INSERT INTO and UNLOAD.

use std::sync::Arc;

use aquifer_formats::HiveType;
use aquifer_lake::{Column, Location, TargetSpec, Written, write_table};
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use futures::future::BoxFuture;

use crate::error::SqlError;
use crate::prepared::PreparedQuery;
use crate::running::{ColumnSources, Outputs};
use crate::session::Session;

impl Session {
    /// Runs a query and writes its rows, in its own columns, to files. On failure or
    /// cancellation whatever was written is deleted.
    pub fn execute_write(
        &self,
        query: PreparedQuery,
        target: TargetSpec,
    ) -> BoxFuture<'_, Result<Written, SqlError>> {
        let sources = (0..query.columns.len()).map(Some).collect();
        let outputs = Outputs::new(query.schema.clone(), sources);
        Box::pin(self.write(query, outputs, target))
    }

    /// As [`Session::execute_write`], for rows that become a table's: `given` names the columns
    /// the query fills (empty means all in order), the rest are NULL; values are widened to the
    /// table's types, and text that is too long for its column fails.
    pub fn execute_insert<'a>(
        &'a self,
        query: PreparedQuery,
        given: &'a [String],
        columns: &'a [Column],
        target: TargetSpec,
    ) -> BoxFuture<'a, Result<Written, SqlError>> {
        Box::pin(async move {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let sources = insert_sources(&query, given, &names)?;
            let fields: Vec<Field> =
                columns.iter().map(|c| Field::new(&c.name, c.hive_type.to_arrow(), true)).collect();
            self.check_types(&query, &sources, &fields, "INSERT")?;
            let outputs = Outputs::new(Arc::new(Schema::new(fields)), sources);
            self.write(query, outputs.with_widths(widths(columns)), target).await
        })
    }

    async fn write(
        &self,
        query: PreparedQuery,
        outputs: Outputs,
        target: TargetSpec,
    ) -> Result<Written, SqlError> {
        let plan = self.physical_plan(&query).await?;
        let stream = self.stream(&query, plan, outputs)?;
        let location =
            Location::parse(&target.location).map_err(|e| self.explain_error(e.into()))?;
        let store = query
            .state
            .runtime_env()
            .object_store(&location.store)
            .map_err(|e| self.explain_error(e))?;
        write_table(Box::pin(stream), store, target).await.map_err(|e| self.explain_error(e.into()))
    }

    /// Values are converted only where none of them changes.
    pub(crate) fn check_types(
        &self,
        query: &PreparedQuery,
        sources: &ColumnSources,
        fields: &[Field],
        verb: &str,
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
        let said = match verb {
            "INSERT" => ("Insert query has mismatched column types", "Query"),
            "MERGE" => ("MERGE table column types don't match for MERGE case", "Expressions"),
            _ => ("UPDATE table column types don't match SET expressions", "Expressions"),
        };
        let message = format!(
            "{}: Table: [{}], {}: [{}]",
            said.0,
            names(given.map(|(_, f)| f).collect()),
            said.1,
            names(sources.iter().flatten().map(|i| query.schema.field(*i)).collect()),
        );
        Err(SqlError::user("TYPE_MISMATCH", message).at(1, 1))
    }
}

pub(crate) fn insert_sources(
    query: &PreparedQuery,
    given: &[String],
    columns: &[&str],
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
        if !columns.contains(&name.as_str()) {
            let message = format!("Insert column name does not exist in target table: {name}");
            return Err(SqlError::user("COLUMN_NOT_FOUND", message).at(1, 1));
        }
        if given[..i].contains(name) {
            let message = format!("Insert column name is specified more than once: {name}");
            return Err(SqlError::user("DUPLICATE_COLUMN_NAME", message).at(1, 1));
        }
    }
    Ok(columns.iter().map(|c| given.iter().position(|g| g == c)).collect())
}

/// The characters each column holds at most, where its type says so.
fn widths(columns: &[Column]) -> Vec<Option<u32>> {
    let width = |column: &Column| match column.hive_type {
        HiveType::Varchar(n) | HiveType::Char(n) => Some(n),
        _ => None,
    };
    columns.iter().map(width).collect()
}

/// Whether a value of one type is stored as another without being asked to: only where every
/// value has its like.
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
    match (from, to) {
        (DataType::Null, _) => true,
        _ if from == to => true,
        _ if text(from) && text(to) => true,
        _ if bytes(from) && bytes(to) => true,
        _ if from.is_numeric() && to.is_numeric() => widens(from, to),
        (DataType::Date32, DataType::Timestamp(..)) => true,
        // A timestamp loses neither its zone nor digits of its seconds.
        (DataType::Timestamp(from, None), DataType::Timestamp(to, _)) => {
            fraction(from) <= fraction(to)
        }
        (DataType::Timestamp(from, Some(_)), DataType::Timestamp(to, Some(_))) => {
            fraction(from) <= fraction(to)
        }
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

fn fraction(unit: &TimeUnit) -> u8 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

/// Whether a number's type holds all another's values, floating ones as nearly as they can.
fn widens(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    let floating = match to {
        Float32 => Some(1),
        Float64 => Some(2),
        _ => None,
    };
    match (from, to) {
        (Float16 | Float32, _) => floating.is_some(),
        (Float64, _) => floating == Some(2),
        _ if floating.is_some() => true,
        _ => match (digits(from), digits(to)) {
            (Some(_), Some(_)) if from.is_decimal() && to.is_integer() => false,
            (Some((whole, scale)), Some((whole_to, scale_to))) => {
                whole <= whole_to && scale <= scale_to
            }
            _ => false,
        },
    }
}

/// The digits before and after the point.
fn digits(data_type: &DataType) -> Option<(i16, i16)> {
    use DataType::*;
    Some(match data_type {
        Int8 => (3, 0),
        Int16 | UInt8 => (5, 0),
        Int32 | UInt16 => (10, 0),
        Int64 | UInt32 | UInt64 => (19, 0),
        Decimal32(p, s) | Decimal64(p, s) | Decimal128(p, s) | Decimal256(p, s) => {
            (i16::from(*p) - i16::from(*s), i16::from(*s))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_as_others_only_without_loss() {
        use DataType::*;
        let zoned = || Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        for (from, to, fits) in [
            (Int32, Int64, true),
            (Int64, Int32, false),
            (Int64, Float32, true),
            (Int32, Decimal128(12, 2), true),
            (Int32, Decimal128(10, 2), false),
            (Decimal128(4, 1), Decimal128(10, 2), true),
            (Decimal128(4, 3), Decimal128(10, 2), false),
            (Decimal128(4, 0), Int64, false),
            (Decimal128(4, 2), Float32, true),
            (Float32, Float64, true),
            (Float64, Float32, false),
            (Float64, Decimal128(38, 10), false),
            (Float64, Int64, false),
            (Boolean, Int32, false),
            (Date32, Timestamp(TimeUnit::Millisecond, None), true),
            (Timestamp(TimeUnit::Millisecond, None), Date32, false),
            (Timestamp(TimeUnit::Microsecond, None), Timestamp(TimeUnit::Millisecond, None), false),
            (zoned(), Timestamp(TimeUnit::Millisecond, None), false),
            (Null, Int8, true),
        ] {
            assert_eq!(converts(&from, &to), fits, "{from} to {to}");
        }
    }
}
