//! `MSCK REPAIR TABLE`: partitions found in storage, where folders are named `key=value`, made
//! known to the catalog.

use std::collections::BTreeSet;

use glue_api::Table;
use percent_encoding::percent_decode_str;
use s3_api::{Client, ListObjectsV2Input};

use aquifer_sql_hive::TableName;

use super::{Done, Run};
use crate::failure::Failure;
use crate::uri::S3Uri;

/// Partitions found in one run; more are refused rather than held in memory.
const FOUND_MAX: usize = 1_000_000;
/// Partitions made known before the next are looked at.
const BATCH: usize = 1_000;

/// A partition in storage: its values, and its folder's key.
type Found = (Vec<String>, String);

impl Run {
    pub(super) async fn repair(&self, name: &TableName) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(name).await?;
        let keys = key_names(&table);
        if keys.is_empty() {
            return Err(Failure::semantic(format!("Table is not partitioned {}", table.name)));
        }
        let storage = table.storage_descriptor.clone().unwrap_or_default();
        let location = storage.location.clone().unwrap_or_default();
        let root = S3Uri::parse(&location)
            .ok_or_else(|| Failure::semantic(format!("'{location}' is not a location in S3")))?;

        let known = self.catalog.partitions_where(&database, &table.name, None).await;
        let known: BTreeSet<Vec<String>> = known
            .map_err(|fail| Failure::catalog(&fail))?
            .into_iter()
            .filter_map(|partition| partition.values)
            .collect();
        let mut missing = self.folders(&root, &keys).await?;
        missing.retain(|(values, _)| !known.contains(values));
        missing.sort();

        for batch in missing.chunks(BATCH) {
            self.check_cancelled()?;
            let inputs = batch.iter().map(|(values, key)| {
                let folder = S3Uri { bucket: root.bucket.clone(), key: key.clone() };
                super::ddl::partition_input(&storage, values.clone(), folder.to_string())
            });
            self.create_partitions(&database, &table.name, inputs.collect()).await?;
        }
        self.lines(&["partition"], report(&table.name, &root, &missing)).await
    }

    /// The folders below a table's, one level a key.
    async fn folders(&self, root: &S3Uri, keys: &[String]) -> Result<Vec<Found>, Failure> {
        let mut level: Vec<Found> = vec![(Vec::new(), root.folder())];
        for key in keys {
            let mut below = Vec::new();
            for (values, folder) in level {
                self.check_cancelled()?;
                for (value, folder) in self.values(&root.bucket, folder, key).await? {
                    let mut values = values.clone();
                    values.push(value);
                    below.push((values, folder));
                }
                if below.len() > FOUND_MAX {
                    let sentence = format!("{root} holds more than {FOUND_MAX} partitions");
                    return Err(Failure::execution(sentence));
                }
            }
            level = below;
        }
        Ok(level)
    }

    /// The values of one key below a folder, each with its own folder.
    async fn values(
        &self,
        bucket: &str,
        prefix: String,
        key: &str,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut found = Vec::new();
        let mut continuation_token = None;
        loop {
            let input = ListObjectsV2Input {
                bucket: bucket.to_owned(),
                prefix: Some(prefix.clone()),
                delimiter: Some("/".to_owned()),
                continuation_token,
                ..ListObjectsV2Input::default()
            };
            let page = Client::list_objects_v2(&self.ctx, input).await;
            let page =
                page.map_err(|fail| Failure::storage(&format!("s3://{bucket}/{prefix}"), &fail))?;
            for folder in page.common_prefixes.into_iter().flatten().filter_map(|c| c.prefix) {
                if let Some(value) = value_of(&folder, &prefix, key) {
                    found.push((value, folder));
                }
            }
            continuation_token = page.next_continuation_token;
            if continuation_token.is_none() {
                return Ok(found);
            }
        }
    }
}

pub(super) fn key_names(table: &Table) -> Vec<String> {
    let keys = table.partition_keys.iter().flatten();
    keys.map(|key| key.name.to_lowercase()).collect()
}

/// The value in `…/key=value/`, if the folder is one of that key.
fn value_of(folder: &str, prefix: &str, key: &str) -> Option<String> {
    let (name, value) = folder.strip_prefix(prefix)?.trim_end_matches('/').split_once('=')?;
    let value = percent_decode_str(value).decode_utf8().ok()?;
    name.eq_ignore_ascii_case(key).then(|| value.into_owned())
}

/// What is told: all that were missing in one line, then each that was added.
fn report(table: &str, root: &S3Uri, added: &[Found]) -> Vec<String> {
    if added.is_empty() {
        return Vec::new();
    }
    let root = root.folder();
    let names: Vec<String> = added
        .iter()
        .map(|(_, folder)| {
            let path = folder.strip_prefix(&root).unwrap_or(folder).trim_end_matches('/');
            format!("{table}:{path}")
        })
        .collect();
    let mut lines = vec![format!("Partitions not in metastore:\t{}", names.join("\t"))];
    lines.extend(names.iter().map(|name| format!("Repair: Added partition to metastore {name}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_key_are_partitions() {
        assert_eq!(value_of("t/dt=2024-01-01/", "t/", "dt").as_deref(), Some("2024-01-01"));
        assert_eq!(value_of("t/DT=a%3Ab/", "t/", "dt").as_deref(), Some("a:b"));
        assert_eq!(value_of("t/day=1/", "t/", "dt"), None);
        assert_eq!(value_of("t/2024/", "t/", "dt"), None);
    }

    #[test]
    fn what_was_added_is_told() {
        let root = S3Uri::parse("s3://b/t").unwrap();
        let added = vec![(vec!["1".to_owned()], "t/dt=1/".to_owned())];
        assert_eq!(
            report("t", &root, &added),
            ["Partitions not in metastore:\tt:dt=1", "Repair: Added partition to metastore t:dt=1",]
        );
        assert!(report("t", &root, &[]).is_empty());
    }
}
