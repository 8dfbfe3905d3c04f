//! Where access points are: their tables and rows.

use platform::{AccountId, ReadTx, Result, Row, Table, Timestamp, WriteTx};
use serde::{Deserialize, Serialize};

use super::error;
use super::name::Id;
use crate::access::PublicBlock;

/// (account, region, name) → access point.
pub(crate) static POINTS: Table<(String, String, String), PointRow> = Table::global("s3.points");
/// Alias → whose it is.
pub(crate) static ALIASES: Table<String, AliasRow> = Table::global("s3.point_aliases");
/// (bucket, account, region, name): the access points of a bucket.
pub(crate) static OF_BUCKETS: Table<(String, String, String, String), ()> =
    Table::global("s3.points_of_buckets");
/// Account → what keeps the public out of everything of it.
pub(crate) static ACCOUNT_BLOCKS: Table<String, BlockRow> = Table::global("s3.account_blocks");

/// An access point.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PointRow {
    pub bucket: String,
    /// Whose the bucket is.
    pub bucket_account: AccountId,
    pub alias: String,
    pub created: Timestamp,
    /// The only network it may be reached from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<String>,
    pub block: PublicBlock,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

impl Row for PointRow {}

/// Whose an alias is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AliasRow {
    pub account: AccountId,
    pub region: String,
    pub name: String,
}

impl Row for AliasRow {}

/// What keeps the public out of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BlockRow {
    pub block: PublicBlock,
}

impl Row for BlockRow {}

/// An access point, if it is there.
pub(crate) fn find(tx: &ReadTx<'_>, id: &Id) -> Result<Option<PointRow>> {
    Ok(POINTS.get(tx, &id.key())?)
}

/// An access point.
///
/// # Errors
/// `NoSuchAccessPoint`.
pub(crate) fn get(tx: &ReadTx<'_>, id: &Id) -> Result<PointRow> {
    find(tx, id)?.ok_or_else(|| error::no_such_access_point(&id.name))
}

/// The access point that has an alias.
pub(crate) fn by_alias(tx: &ReadTx<'_>, alias: &str) -> Result<Option<Id>> {
    let Some(row) = ALIASES.get(tx, alias)? else { return Ok(None) };
    let region = row.region.parse().map_err(platform::Fail::internal)?;
    Ok(Some(Id { account: row.account, region, name: row.name }))
}

/// Whether a bucket has access points, whosever they are.
pub(crate) fn has_any(tx: &ReadTx<'_>, bucket: &str) -> Result<bool> {
    Ok(OF_BUCKETS.scan(tx).prefix(&(bucket,)).keys().next().transpose()?.is_some())
}

/// Writes a new access point.
pub(crate) fn put(tx: &WriteTx<'_>, id: &Id, point: &PointRow) -> Result<()> {
    let (account, region, name) = id.key();
    let owner = AliasRow { account: id.account, region: region.to_owned(), name: name.to_owned() };
    POINTS.put(tx, &id.key(), point)?;
    ALIASES.put(tx, point.alias.as_str(), &owner)?;
    OF_BUCKETS.put(tx, &(point.bucket.as_str(), account, region, name), &())?;
    Ok(())
}

/// Removes an access point.
pub(crate) fn remove(tx: &WriteTx<'_>, id: &Id, point: &PointRow) -> Result<()> {
    let (account, region, name) = id.key();
    POINTS.delete(tx, &id.key())?;
    ALIASES.delete(tx, point.alias.as_str())?;
    OF_BUCKETS.delete(tx, &(point.bucket.as_str(), account, region, name))?;
    Ok(())
}
