//! What is known of columns: of a table's, and of those of single partitions.

use std::collections::BTreeMap;

use glue_api::{
    ColumnError, ColumnStatistics, ColumnStatisticsData, ColumnStatisticsError,
    ColumnStatisticsType,
};
use platform::{Fail, ReadTx, Result, Stored, WriteTx};

use super::partition;
use crate::error;
use crate::place::fold;
use crate::store::{
    PARTITION_STATISTICS, PARTITIONS, StatisticsRow, TABLE_STATISTICS, TableRow, Values,
};

fn load(tx: &ReadTx<'_>, table: &TableRow, values: Option<&[String]>) -> Result<StatisticsRow> {
    let row = match values {
        None => TABLE_STATISTICS.get(tx, &table.id)?,
        Some(values) => {
            partition::check_values(table, values)?;
            if !PARTITIONS.contains(tx, &(table.id, values))? {
                return Err(error::no_partition());
            }
            PARTITION_STATISTICS.get(tx, &(table.id, values))?
        }
    };
    Ok(row.unwrap_or_default())
}

fn save(
    tx: &WriteTx<'_>,
    table: &TableRow,
    values: Option<&[String]>,
    row: &StatisticsRow,
) -> Result<()> {
    match values {
        None => TABLE_STATISTICS.put(tx, &table.id, row)?,
        Some(values) => {
            PARTITION_STATISTICS.put(tx, &(table.id, Values(values.to_vec())), row)?;
        }
    }
    Ok(())
}

/// Replaces what is known of some columns; what could not be taken, and why.
pub(crate) fn update(
    tx: &WriteTx<'_>,
    table: &TableRow,
    values: Option<&[String]>,
    given: Vec<ColumnStatistics>,
) -> Result<Vec<ColumnStatisticsError>> {
    let mut row = load(tx, table, values)?;
    let mut errors = Vec::new();
    for mut statistics in given {
        match check(table, &statistics) {
            Ok(()) => {
                statistics.column_name = fold(&statistics.column_name);
                row.columns.insert(statistics.column_name.clone(), Stored(statistics));
            }
            Err(fail) => errors.push(ColumnStatisticsError {
                column_statistics: Some(statistics),
                error: Some(error::detail(&fail)),
            }),
        }
    }
    save(tx, table, values, &row)?;
    Ok(errors)
}

/// What is known of columns, and of which nothing is.
pub(crate) fn get(
    tx: &ReadTx<'_>,
    table: &TableRow,
    values: Option<&[String]>,
    names: &[String],
) -> Result<(Vec<ColumnStatistics>, Vec<ColumnError>)> {
    let row = load(tx, table, values)?;
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for name in names {
        match row.columns.get(&fold(name)) {
            Some(Stored(statistics)) => found.push(statistics.clone()),
            None => errors.push(ColumnError {
                column_name: Some(name.clone()),
                error: Some(error::detail(&error::no_statistics(name))),
            }),
        }
    }
    Ok((found, errors))
}

/// Forgets what is known of a column.
pub(crate) fn delete(
    tx: &WriteTx<'_>,
    table: &TableRow,
    values: Option<&[String]>,
    name: &str,
) -> Result<()> {
    let mut row = load(tx, table, values)?;
    if row.columns.remove(&fold(name)).is_none() {
        return Err(error::no_statistics(name));
    }
    save(tx, table, values, &row)
}

/// A partition is gone, or has other values from here on.
pub(crate) fn moved(
    tx: &WriteTx<'_>,
    table: u64,
    old: &[String],
    new: Option<&[String]>,
) -> Result<()> {
    let Some(row) = PARTITION_STATISTICS.get(tx, &(table, old))? else { return Ok(()) };
    PARTITION_STATISTICS.delete(tx, &(table, old))?;
    if let Some(new) = new {
        PARTITION_STATISTICS.put(tx, &(table, Values(new.to_vec())), &row)?;
    }
    Ok(())
}

fn check(table: &TableRow, statistics: &ColumnStatistics) -> Result<(), Fail> {
    let name = fold(&statistics.column_name);
    let storage = table.table.0.storage_descriptor.as_ref();
    let columns = storage.and_then(|storage| storage.columns.as_deref()).unwrap_or_default();
    let keys = table.table.0.partition_keys.as_deref().unwrap_or_default();
    let column = columns.iter().chain(keys).find(|column| fold(&column.name) == name);
    let column = column.ok_or_else(|| error::no_column(&statistics.column_name))?;
    let kind = column.r#type.as_deref().unwrap_or("string");
    let data = &statistics.statistics_data;
    if !has_its_data(data) {
        let message = format!("Statistics data of type {} is missing.", data.r#type.as_str());
        return Err(error::invalid(message));
    }
    if !suits(kind, &data.r#type) {
        let message = format!(
            "Statistics of type {} do not fit column {} of type {kind}.",
            data.r#type.as_str(),
            column.name,
        );
        return Err(error::invalid(message));
    }
    Ok(())
}

/// Whether the data that its type names is there, and no other.
fn has_its_data(data: &ColumnStatisticsData) -> bool {
    use ColumnStatisticsType as T;
    let given: BTreeMap<&str, bool> = [
        (T::Boolean.as_str(), data.boolean_column_statistics_data.is_some()),
        (T::Date.as_str(), data.date_column_statistics_data.is_some()),
        (T::Decimal.as_str(), data.decimal_column_statistics_data.is_some()),
        (T::Double.as_str(), data.double_column_statistics_data.is_some()),
        (T::Long.as_str(), data.long_column_statistics_data.is_some()),
        (T::String.as_str(), data.string_column_statistics_data.is_some()),
        (T::Binary.as_str(), data.binary_column_statistics_data.is_some()),
    ]
    .into();
    given.iter().all(|(kind, there)| *there == (*kind == data.r#type.as_str()))
}

/// The kind of statistics a column type has.
pub(crate) fn kind_of(column: &str) -> Option<ColumnStatisticsType> {
    use ColumnStatisticsType as T;
    let head = column.split(['(', '<']).next().unwrap_or_default().trim().to_ascii_lowercase();
    Some(match head.as_str() {
        "boolean" => T::Boolean,
        "tinyint" | "smallint" | "int" | "integer" | "bigint" => T::Long,
        "float" | "double" | "real" => T::Double,
        "decimal" | "numeric" => T::Decimal,
        "date" => T::Date,
        "timestamp" => T::Long,
        "string" | "char" | "varchar" => T::String,
        "binary" => T::Binary,
        _ => return None,
    })
}

/// Whether a kind of statistics can be told of a column type. Engines tell times by days or by
/// numbers.
fn suits(column: &str, kind: &ColumnStatisticsType) -> bool {
    use ColumnStatisticsType as T;
    match kind_of(column) {
        Some(_) if column.eq_ignore_ascii_case("timestamp") => matches!(kind, T::Long | T::Date),
        Some(own) => own == *kind,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_tells_its_kind_of_statistics() {
        for (column, kind) in [
            ("decimal(10,2)", ColumnStatisticsType::Decimal),
            ("VARCHAR(5)", ColumnStatisticsType::String),
            ("bigint", ColumnStatisticsType::Long),
        ] {
            assert_eq!(kind_of(column), Some(kind), "{column}");
        }
        assert_eq!(kind_of("array<int>"), None);
        assert!(suits("timestamp", &ColumnStatisticsType::Date));
        assert!(!suits("int", &ColumnStatisticsType::String));
    }
}
