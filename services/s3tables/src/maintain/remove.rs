//! Removal of files that nothing refers to: after some days they are marked, and after some more they
//! are deleted.
//!
//! AWS: a marked file is a version that is not current; here: a note of this room. A file that is
//! referred to again in between is no longer marked.

use std::collections::BTreeSet;
use std::time::Duration;

use aquifer_iceberg::TableMetadata;
use aquifer_iceberg::manifest::read_manifest_list;
use platform::{Result, Timestamp};
use s3tables_api::TableBucketMaintenanceConfigurationValue;

use super::compact::files_of;
use super::{Outcome, Seen, Work};
use crate::create::refused;
use crate::model::{NONCURRENT_DAYS, UNREFERENCED_DAYS};
use crate::store::MARKED;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) async fn run(
    work: &Work,
    settings: TableBucketMaintenanceConfigurationValue,
) -> Outcome {
    let settings = settings.settings.and_then(|s| s.iceberg_unreferenced_file_removal);
    let settings = settings.unwrap_or_default();
    let days = |said: Option<i32>, standard: i32| DAY * said.unwrap_or(standard).unsigned_abs();
    let unreferenced = days(settings.unreferenced_days, UNREFERENCED_DAYS);
    let noncurrent = days(settings.non_current_days, NONCURRENT_DAYS);
    // The files that were there before the table was looked at: what is written after is younger.
    let Some(seen) = work.look().await? else { return Ok(false) };
    let referred = referred(work, &seen).await?;
    let mut more = false;
    let mut after = None;
    loop {
        let (page, goes_on) = work.files.list(after.take()).await?;
        let mut mark = Vec::new();
        let mut gone = Vec::new();
        for file in &page {
            let marked = marked(work, &file.key)?;
            if referred.contains(&file.key) {
                if marked.is_some() {
                    mark.push((file.key.clone(), None));
                }
                continue;
            }
            more = true;
            match marked {
                Some(since) if since + noncurrent <= work.now => gone.push(file.key.clone()),
                Some(_) => {}
                None if file.modified + unreferenced <= work.now => {
                    mark.push((file.key.clone(), Some(work.now)));
                }
                None => {}
            }
        }
        work.files.delete(&gone).await?;
        mark.extend(gone.into_iter().map(|key| (key, None)));
        put_marks(work, &mark).await?;
        after = page.last().map(|file| file.key.clone());
        if !goes_on || after.is_none() {
            return Ok(more);
        }
    }
}

fn marked(work: &Work, key: &str) -> Result<Option<Timestamp>> {
    let found = &work.found;
    Ok(found.ctx.read(|tx| MARKED.get(tx, &(found.row.warehouse.as_str(), key)))?)
}

async fn put_marks(work: &Work, marks: &[(String, Option<Timestamp>)]) -> Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let warehouse = work.found.row.warehouse.as_str();
    work.found
        .ctx
        .write(|tx| {
            for (key, at) in marks {
                match at {
                    Some(at) => MARKED.put(tx, &(warehouse, key.as_str()), at)?,
                    None => {
                        MARKED.delete(tx, &(warehouse, key.as_str()))?;
                    }
                }
            }
            Ok(())
        })
        .await
}

/// The keys of all files that the table needs.
async fn referred(work: &Work, seen: &Seen) -> Result<BTreeSet<String>> {
    let table: &TableMetadata = &seen.metadata;
    let mut keys = BTreeSet::new();
    let mut add = |location: &str| {
        if let Some(key) = work.files.key_of(location) {
            keys.insert(key.to_owned());
        }
    };
    add(&seen.location);
    table.metadata_log.iter().for_each(|entry| add(&entry.metadata_file));
    table.statistics.iter().for_each(|statistics| add(&statistics.statistics_path));
    table.partition_statistics.iter().for_each(|statistics| add(&statistics.statistics_path));
    let mut manifests = BTreeSet::new();
    for snapshot in &table.snapshots {
        let mut read = Vec::new();
        if let Some(list) = &snapshot.manifest_list {
            add(list);
            let bytes = work.files.read(list).await?;
            read = read_manifest_list(&bytes).map_err(refused)?;
        }
        for manifest in snapshot.manifests.iter().flatten() {
            add(manifest);
        }
        for manifest in read {
            // Snapshots share most of their manifests.
            if !manifests.insert(manifest.manifest_path.clone()) {
                continue;
            }
            add(&manifest.manifest_path);
            let files = files_of(work, table, vec![manifest]).await?;
            files.alive().for_each(|(_, entry)| add(&entry.data_file.file_path));
        }
    }
    Ok(keys)
}
