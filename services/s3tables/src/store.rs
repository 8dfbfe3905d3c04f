//! The tables of this room, their keys, and rows that must be there.

use platform::{Fail, ReadTx, Result, Table, Timestamp, WriteTx};

use crate::error;
use crate::model::{BucketRow, Called, NamespaceRow, TableRow};

/// Name → table bucket.
pub(crate) static BUCKETS: Table<String, BucketRow> = Table::regional("s3tables.buckets");
/// (bucket, name) → namespace.
pub(crate) static NAMESPACES: Table<(String, String), NamespaceRow> =
    Table::regional("s3tables.namespaces");
/// (bucket, namespace, name) → table.
pub(crate) static TABLES: Table<(String, String, String), TableRow> =
    Table::regional("s3tables.tables");
/// (bucket, id) → what the table is called.
pub(crate) static IDS: Table<(String, String), Called> = Table::regional("s3tables.ids");

/// (bucket of files, key) → since when nothing refers to a file.
pub(crate) static MARKED: Table<(String, String), Timestamp> = Table::regional("s3tables.marked");

/// A table bucket.
pub(crate) fn bucket(tx: &ReadTx<'_>, name: &str) -> Result<BucketRow, Fail> {
    BUCKETS.get(tx, name)?.ok_or_else(error::no_bucket)
}

/// A namespace of a bucket that is there.
pub(crate) fn namespace(
    tx: &ReadTx<'_>,
    bucket_name: &str,
    name: &str,
) -> Result<NamespaceRow, Fail> {
    bucket(tx, bucket_name)?;
    NAMESPACES.get(tx, &(bucket_name, name))?.ok_or_else(error::no_namespace)
}

/// A table of a bucket that is there.
pub(crate) fn table(
    tx: &ReadTx<'_>,
    bucket_name: &str,
    namespace: &str,
    name: &str,
) -> Result<TableRow, Fail> {
    bucket(tx, bucket_name)?;
    TABLES.get(tx, &(bucket_name, namespace, name))?.ok_or_else(error::no_table)
}

/// A table by its id, and what it is called.
pub(crate) fn by_id(
    tx: &ReadTx<'_>,
    bucket: &str,
    id: &str,
) -> Result<Option<(Called, TableRow)>, Fail> {
    let Some(called) = IDS.get(tx, &(bucket, id))? else { return Ok(None) };
    let key = (bucket, called.namespace.as_str(), called.name.as_str());
    Ok(TABLES.get(tx, &key)?.map(|row| (called, row)))
}

/// Puts a table that has another name from now on, or is new.
pub(crate) fn put_table(
    tx: &WriteTx<'_>,
    bucket: &str,
    namespace: &str,
    name: &str,
    row: &TableRow,
) -> Result<()> {
    let called = Called { namespace: namespace.to_owned(), name: name.to_owned() };
    IDS.put(tx, &(bucket, row.id.as_str()), &called)?;
    TABLES.put(tx, &(bucket, namespace, name), row)?;
    Ok(())
}

/// Counts tables that a bucket has more, or less.
pub(crate) fn count(tx: &WriteTx<'_>, name: &str, more: isize) -> Result<()> {
    let mut row = bucket(tx, name)?;
    row.tables = row.tables.saturating_add_signed(more);
    Ok(BUCKETS.put(tx, name, &row)?)
}
