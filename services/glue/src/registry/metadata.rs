//! What is noted of versions: pairs of a key and a value, of which a key may have several.

use std::collections::BTreeMap;

use glue_api::{MetadataInfo, MetadataKeyValuePair, OtherMetadataValueListItem};
use platform::{Result, WriteTx};

use super::version::Found;
use crate::error;
use crate::store::{Metadata, SCHEMA_VERSIONS, SchemaVersionRow};

/// Pairs of one version.
const PAIRS_MAX: usize = 10;

/// A pair that is whole.
pub(crate) fn pair(given: MetadataKeyValuePair) -> Result<(String, String)> {
    match (given.metadata_key, given.metadata_value) {
        (Some(key), Some(value)) => Ok((key, value)),
        _ => Err(error::invalid("Both MetadataKey and MetadataValue are required.")),
    }
}

pub(crate) fn put(
    tx: &WriteTx<'_>,
    found: &Found,
    (key, value): &(String, String),
    now: String,
) -> Result<()> {
    let at = found.key();
    let mut row =
        SCHEMA_VERSIONS.get(tx, &at)?.ok_or_else(|| error::no_version_id(&found.row.id))?;
    if row.metadata.iter().any(|noted| noted.key == *key && noted.value == *value) {
        return Err(error::metadata_exists(&row.id, key, value));
    }
    if row.metadata.len() >= PAIRS_MAX {
        return Err(error::too_many_metadata());
    }
    row.metadata.push(Metadata { key: key.clone(), value: value.clone(), created: now });
    Ok(SCHEMA_VERSIONS.put(tx, &at, &row)?)
}

pub(crate) fn remove(
    tx: &WriteTx<'_>,
    found: &Found,
    (key, value): &(String, String),
) -> Result<()> {
    let at = found.key();
    let mut row =
        SCHEMA_VERSIONS.get(tx, &at)?.ok_or_else(|| error::no_version_id(&found.row.id))?;
    let before = row.metadata.len();
    row.metadata.retain(|noted| noted.key != *key || noted.value != *value);
    if row.metadata.len() == before {
        return Err(error::no_metadata(&row.id, key, value));
    }
    Ok(SCHEMA_VERSIONS.put(tx, &at, &row)?)
}

/// What is noted under each key, the newest value first; only what fits one of the pairs, if there are
/// any.
pub(crate) fn picked(
    row: &SchemaVersionRow,
    wanted: &[MetadataKeyValuePair],
) -> BTreeMap<String, MetadataInfo> {
    let fits = |noted: &Metadata| {
        wanted.is_empty()
            || wanted.iter().any(|pair| {
                pair.metadata_key.as_ref().is_none_or(|key| *key == noted.key)
                    && pair.metadata_value.as_ref().is_none_or(|value| *value == noted.value)
            })
    };
    let mut map: BTreeMap<String, MetadataInfo> = BTreeMap::new();
    for noted in row.metadata.iter().rev().filter(|noted| fits(noted)) {
        match map.get_mut(&noted.key) {
            Some(info) => info.other_metadata_value_list.get_or_insert_default().push(
                OtherMetadataValueListItem {
                    metadata_value: Some(noted.value.clone()),
                    created_time: Some(noted.created.clone()),
                },
            ),
            None => {
                map.insert(
                    noted.key.clone(),
                    MetadataInfo {
                        metadata_value: Some(noted.value.clone()),
                        created_time: Some(noted.created.clone()),
                        other_metadata_value_list: None,
                    },
                );
            }
        }
    }
    map
}
