//! Indexes over partition keys.
//!
//! Partitions are found by what a filter fixes of their leading values, and keys are looked at without
//! the rows behind them, so an index adds no speed here: it is kept, checked against the partitions
//! that are there, and told of. A job does the checking, so an index is `CREATING` before it is
//! `ACTIVE`, or `FAILED` with the partitions whose values do not fit the types of the keys.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html>

use aquifer_expr::partition::{NULL_PARTITION, canonical};
use glue_api::{
    BackfillError, BackfillErrorCode, KeySchemaElement, PartitionIndex, PartitionIndexDescriptor,
    PartitionIndexStatus, PartitionValueList,
};
use platform::jobs::{self, JobKey};
use platform::{Ctx, Fail, ReadTx, Result, Stored, Timestamp, WriteTx};

use crate::error;
use crate::place::fold;
use crate::store::{INDEXES, IndexRow, PARTITIONS, TableRow};

/// The kind of job that checks partitions, or removes an index.
pub(crate) const KIND: &str = "glue.index";

/// Indexes of one table.
const INDEXES_MAX: usize = 3;
/// Partitions named in a failure.
const ERRORS_MAX: usize = 20;

/// Adds an index that is yet to be checked.
pub(crate) fn create(
    tx: &WriteTx<'_>,
    now: Timestamp,
    table: &TableRow,
    index: PartitionIndex,
) -> Result<()> {
    let there = rows(tx, table)?;
    let row = describe(table, index)?;
    let Stored(described) = &row.index;
    let name = described.index_name.clone();
    if there.iter().any(|other| other.index.0.index_name == name) {
        return Err(error::index_exists(&name));
    }
    if there.iter().any(|other| other.places == row.places) {
        return Err(error::index_of_keys_exists());
    }
    if there.len() >= INDEXES_MAX {
        return Err(error::too_many_indexes(&table.table.0.name, INDEXES_MAX));
    }
    INDEXES.put(tx, &(table.id, name.as_str()), &row)?;
    Ok(jobs::schedule(tx, &job(table.id, &name), now, Vec::new())?)
}

/// Adds the indexes that a new table has from the start: there is nothing to check.
pub(crate) fn create_with(
    tx: &WriteTx<'_>,
    table: &TableRow,
    indexes: Vec<PartitionIndex>,
) -> Result<()> {
    if indexes.len() > INDEXES_MAX {
        return Err(error::too_many_indexes(&table.table.0.name, INDEXES_MAX));
    }
    for index in indexes {
        let mut row = describe(table, index)?;
        row.index.0.index_status = PartitionIndexStatus::Active;
        let name = row.index.0.index_name.clone();
        if INDEXES.contains(tx, &(table.id, name.as_str()))? {
            return Err(error::index_exists(&name));
        }
        INDEXES.put(tx, &(table.id, name), &row)?;
    }
    Ok(())
}

/// Marks an index for removal.
pub(crate) fn delete(tx: &WriteTx<'_>, now: Timestamp, table: &TableRow, name: &str) -> Result<()> {
    let name = fold(name);
    let key = (table.id, name.as_str());
    let mut row = INDEXES.get(tx, &key)?.ok_or_else(|| error::no_index(&name))?;
    let status = &mut row.index.0.index_status;
    if matches!(status, PartitionIndexStatus::Creating | PartitionIndexStatus::Deleting) {
        return Err(error::index_busy(&name));
    }
    *status = PartitionIndexStatus::Deleting;
    INDEXES.put(tx, &key, &row)?;
    Ok(jobs::schedule(tx, &job(table.id, &name), now, Vec::new())?)
}

/// The indexes of a table.
pub(crate) fn list(tx: &ReadTx<'_>, table: &TableRow) -> Result<Vec<PartitionIndexDescriptor>> {
    Ok(rows(tx, table)?.into_iter().map(|row| row.index.0).collect())
}

fn rows(tx: &ReadTx<'_>, table: &TableRow) -> Result<Vec<IndexRow>> {
    let rows = INDEXES.scan(tx).prefix(&(table.id,));
    rows.map(|row| Ok(row.map(|(_, row)| row)?)).collect()
}

fn describe(table: &TableRow, index: PartitionIndex) -> Result<IndexRow> {
    let columns = table.table.0.partition_keys.as_deref().unwrap_or_default();
    let mut keys = Vec::with_capacity(index.keys.len());
    let mut places = Vec::with_capacity(index.keys.len());
    for name in &index.keys {
        let place = columns.iter().position(|column| fold(&column.name) == fold(name));
        let found = place.and_then(|place| Some((place, columns.get(place)?)));
        let (place, column) = found.ok_or_else(|| error::not_a_partition_key(name))?;
        let key = KeySchemaElement {
            name: column.name.clone(),
            r#type: column.r#type.clone().unwrap_or_else(|| "string".to_owned()),
        };
        if places.contains(&place) {
            return Err(error::invalid(format!("Partition key {name} is named more than once.")));
        }
        keys.push(key);
        places.push(place);
    }
    let index = PartitionIndexDescriptor {
        index_name: fold(&index.index_name),
        keys,
        index_status: PartitionIndexStatus::Creating,
        backfill_errors: Some(Vec::new()),
    };
    Ok(IndexRow { index: Stored(index), places })
}

fn job(table: u64, name: &str) -> JobKey {
    JobKey::new(KIND, format!("{table}/{name}"))
}

/// Ends what a client began: an index is checked, or removed.
///
/// # Errors
/// If the store fails; the job is run again.
pub(crate) async fn run(ctx: Ctx, job: jobs::Job) -> anyhow::Result<()> {
    let Some((table, name)) = job.key.split_once('/') else { return Ok(()) };
    let table: u64 = table.parse()?;
    ctx.write(|tx| {
        let key = (table, name);
        let Some(mut row) = INDEXES.get(tx, &key)? else { return Ok(()) };
        match row.index.0.index_status {
            PartitionIndexStatus::Deleting => {
                INDEXES.delete(tx, &key)?;
            }
            PartitionIndexStatus::Creating => {
                let errors = misfits(tx, table, &row)?;
                row.index.0.index_status = match errors.is_empty() {
                    true => PartitionIndexStatus::Active,
                    false => PartitionIndexStatus::Failed,
                };
                row.index.0.backfill_errors = Some(errors);
                INDEXES.put(tx, &key, &row)?;
            }
            _ => {}
        }
        Ok::<_, Fail>(())
    })
    .await?;
    Ok(())
}

/// The first partitions whose values are not of the types of an index's keys.
fn misfits(tx: &ReadTx<'_>, table: u64, row: &IndexRow) -> Result<Vec<BackfillError>> {
    let (mut wrong, mut missing) = (Vec::new(), Vec::new());
    for key in PARTITIONS.scan(tx).prefix(&(table,)).keys() {
        let (_, values) = key?;
        let keys = row.places.iter().zip(&row.index.0.keys);
        let keys = keys.map(|(place, key)| (values.0.get(*place).map_or("", String::as_str), key));
        let is_missing = keys.clone().any(|(value, _)| value.is_empty());
        let fits =
            |value: &str, kind: &str| value == NULL_PARTITION || canonical(kind, value).is_some();
        let is_wrong = keys.clone().any(|(value, key)| !fits(value, &key.r#type));
        if is_missing || is_wrong {
            let list = if is_missing { &mut missing } else { &mut wrong };
            list.push(PartitionValueList { values: values.0.clone() });
        }
        if wrong.len() + missing.len() >= ERRORS_MAX {
            break;
        }
    }
    let error = |code, partitions: Vec<PartitionValueList>| {
        (!partitions.is_empty())
            .then_some(BackfillError { code: Some(code), partitions: Some(partitions) })
    };
    Ok([
        error(BackfillErrorCode::MissingPartitionValueError, missing),
        error(BackfillErrorCode::InvalidPartitionTypeDataError, wrong),
    ]
    .into_iter()
    .flatten()
    .collect())
}
