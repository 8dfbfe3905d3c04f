//! Partitions: single ones, and the lists a filter selects.

use aquifer_expr::partition::{BoundExpr, PartitionExpr};
use glue_api::{Partition, PartitionInput, Segment};
use platform::{Page, ReadTx, Result, Stored, WriteTx, encode_token};

use super::{Maker, describe, statistics};
use crate::store::{Leading, PARTITIONS, TableRow, Values};
use crate::{error, pages};

/// Refuses values that are not one for each partition key.
pub(crate) fn check_values(table: &TableRow, values: &[String]) -> Result<()> {
    let keys = table.table.0.partition_keys.as_ref().map_or(0, Vec::len);
    if keys != values.len() { Err(error::values_mismatch()) } else { Ok(()) }
}

/// The partition of values, as clients read it.
pub(crate) fn get(
    tx: &ReadTx<'_>,
    table: &TableRow,
    values: &[String],
) -> Result<Option<Partition>> {
    let row = PARTITIONS.get(tx, &(table.id, values))?;
    Ok(row.map(|Stored(partition)| named(table, partition)))
}

pub(crate) fn create(
    tx: &WriteTx<'_>,
    maker: &Maker,
    table: &TableRow,
    input: PartitionInput,
) -> Result<()> {
    let mut partition = describe::partition(input)?;
    let values = partition.values.clone().unwrap_or_default();
    check_values(table, &values)?;
    let key = (table.id, Values(values));
    if PARTITIONS.contains(tx, &key)? {
        return Err(error::partition_exists());
    }
    partition.creation_time = Some(maker.now);
    Ok(PARTITIONS.put(tx, &key, &Stored(partition))?)
}

/// Replaces the partition of `values`; new values move it.
pub(crate) fn update(
    tx: &WriteTx<'_>,
    table: &TableRow,
    values: &[String],
    input: PartitionInput,
) -> Result<()> {
    check_values(table, values)?;
    let old = PARTITIONS.get(tx, &(table.id, values))?.ok_or_else(error::no_partition)?;
    let mut partition = describe::partition(input)?;
    let new = partition.values.get_or_insert_with(|| values.to_vec()).clone();
    check_values(table, &new)?;
    partition.creation_time = old.0.creation_time;
    if new != values {
        if PARTITIONS.contains(tx, &(table.id, new.as_slice()))? {
            return Err(error::partition_exists());
        }
        PARTITIONS.delete(tx, &(table.id, values))?;
        statistics::moved(tx, table.id, values, Some(&new))?;
    }
    Ok(PARTITIONS.put(tx, &(table.id, new), &Stored(partition))?)
}

pub(crate) fn delete(tx: &WriteTx<'_>, table: &TableRow, values: &[String]) -> Result<()> {
    check_values(table, values)?;
    match PARTITIONS.delete(tx, &(table.id, values))? {
        true => statistics::moved(tx, table.id, values, None),
        false => Err(error::no_partition()),
    }
}

/// Which partitions a list is to hold.
pub(crate) struct Selection {
    filter: Option<Filter>,
    segment: Option<Segment>,
}

struct Filter {
    bound: BoundExpr,
    /// What the first values must be.
    leading: Vec<String>,
}

impl Selection {
    /// Reads the filter over the table's partition keys.
    pub fn new(
        table: &TableRow,
        expression: Option<&str>,
        segment: Option<Segment>,
    ) -> Result<Self> {
        if let Some(segment) = &segment
            && segment.segment_number >= segment.total_segments
        {
            return Err(error::invalid("SegmentNumber must be less than TotalSegments."));
        }
        let expression = expression.filter(|text| !text.trim().is_empty());
        let filter = expression.map(|text| Filter::new(table, text)).transpose()?;
        Ok(Selection { filter, segment })
    }

    fn selects(&self, values: &[String]) -> bool {
        let in_segment = self.segment.as_ref().is_none_or(|segment| {
            let total = u64::try_from(segment.total_segments.max(1)).unwrap_or(1);
            u64::try_from(segment.segment_number) == Ok(hash(values) % total)
        });
        in_segment
            && self.filter.as_ref().is_none_or(|filter| {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                filter.bound.matches(&values)
            })
    }
}

impl Filter {
    fn new(table: &TableRow, text: &str) -> Result<Filter> {
        let unsupported = |why: &dyn std::fmt::Display| {
            error::invalid(format!("Unsupported expression '{text}': {why}"))
        };
        let expression = PartitionExpr::parse(text).map_err(|error| unsupported(&error))?;
        let keys = table.table.0.partition_keys.as_deref().unwrap_or_default();
        let columns: Vec<(&str, &str)> = keys
            .iter()
            .map(|key| (key.name.as_str(), key.r#type.as_deref().unwrap_or("string")))
            .collect();
        let bound = expression.bind(&columns).map_err(|error| unsupported(&error))?;
        Ok(Filter { bound, leading: expression.equality_prefix(&columns) })
    }
}

/// A page of partitions in the order of their values.
///
/// What a filter fixes of the leading values bounds the scan; beyond that, keys are looked at
/// without reading the rows they lead to.
pub(crate) fn list(
    tx: &ReadTx<'_>,
    table: &TableRow,
    selection: &Selection,
    token: Option<&str>,
    limit: usize,
) -> Result<Page<Partition>> {
    let list = format!("GetPartitions/{}", table.id);
    let after = pages::after(&list, token)?.map(|key| read_key(&key)).transpose()?;
    let leading = selection.filter.as_ref().map_or(&[][..], |filter| &filter.leading);
    let mut scan = PARTITIONS.scan(tx).prefix(&Leading(table.id, leading));
    if let Some(values) = after {
        scan = scan.after(&(table.id, values));
    }
    let mut items = Vec::new();
    let mut last = None;
    for key in scan.keys() {
        let key = key?;
        if !selection.selects(&key.1.0) {
            continue;
        }
        if items.len() == limit {
            let next_token = last.map(|values: Values| encode_token(&list, &write_key(&values)));
            return Ok(Page { items, next_token });
        }
        if let Some(Stored(partition)) = PARTITIONS.get(tx, &key)? {
            items.push(named(table, partition));
            last = Some(key.1);
        }
    }
    Ok(Page { items, next_token: None })
}

/// A partition with what rows leave out.
fn named(table: &TableRow, mut partition: Partition) -> Partition {
    let owner = &table.table.0;
    partition.database_name.clone_from(&owner.database_name);
    partition.table_name = Some(owner.name.clone());
    partition.catalog_id.clone_from(&owner.catalog_id);
    partition
}

/// Values as a token carries them: each with its length in front.
fn write_key(values: &Values) -> String {
    values.0.iter().map(|value| format!("{}:{value}", value.len())).collect()
}

fn read_key(mut text: &str) -> Result<Values> {
    let mut values = Vec::new();
    while !text.is_empty() {
        let (length, rest) = text.split_once(':').ok_or_else(error::bad_token)?;
        let length: usize = length.parse().map_err(|_| error::bad_token())?;
        let (value, rest) = rest.split_at_checked(length).ok_or_else(error::bad_token)?;
        values.push(value.to_owned());
        text = rest;
    }
    Ok(Values(values))
}

/// FNV-1a, so that a partition's segment is the same for every caller and version.
fn hash(values: &[String]) -> u64 {
    values
        .iter()
        .flat_map(|value| value.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_carry_any_values() {
        for values in [&["2013", "01"][..], &["a:b", ""], &["3:x", "é"]] {
            let values = Values(values.iter().map(|v| (*v).to_owned()).collect());
            assert_eq!(read_key(&write_key(&values)).unwrap(), values);
        }
        assert!(read_key("9:x").is_err());
        assert!(read_key("x").is_err());
    }
}
