//! `VACUUM`: snapshots that are old go, and files that nothing refers to.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html>

use std::collections::BTreeSet;

use aquifer_iceberg::TableMetadata;
use aquifer_iceberg::change::Known;
use aquifer_sql_iceberg::{as_sql, manifests, read_known};

use super::TRIES;
use super::commit::{Committed, given_up};
use super::properties::number;
use crate::failure::Failure;
use crate::run::{Done, Run};

/// Five days.
const AGE_SECONDS: i64 = 432_000;

impl Run {
    pub(in crate::run) async fn vacuum(&self, database: &str, name: &str) -> Result<Done, Failure> {
        let mut catalog = self.catalog.clone();
        for _ in 0..TRIES {
            let loaded = self.load_iceberg(&catalog, database, name).await?;
            let table = &loaded.metadata;
            let age = number(&table.properties, "vacuum_max_snapshot_age_seconds", AGE_SECONDS);
            let age_ms = age.saturating_mul(1_000);
            let least = number(&table.properties, "vacuum_min_snapshots_to_keep", 1);
            let least = i32::try_from(least).unwrap_or(i32::MAX);
            let now = self.ctx.now().as_millis();
            let updates = table.expire(least, age_ms, now);
            // What the snapshots refer to that go now may go with them.
            let before = match updates.is_empty() {
                true => BTreeSet::new(),
                false => self.referred(table).await?,
            };
            if !updates.is_empty() && self.commit(&loaded, &updates).await? == Committed::Late {
                catalog = self.catalog.anew();
                continue;
            }
            let after = self.load_iceberg(&self.catalog.anew(), database, name).await?;
            let mut needed = self.referred(&after.metadata).await?;
            needed.insert(after.location.clone());
            let mut gone = Vec::new();
            for (url, meta) in self.files_under(&after.metadata.location).await? {
                let old = now.saturating_sub(meta.last_modified.timestamp_millis()) > age_ms;
                if !needed.contains(&url) && (old || before.contains(&url)) {
                    gone.push(url);
                }
            }
            self.io().delete(&gone).await;
            return self.nothing().await;
        }
        let loaded = self.load_iceberg(&catalog, database, name).await?;
        Err(given_up(&loaded))
    }

    /// All files that a table refers to.
    async fn referred(&self, table: &TableMetadata) -> Result<BTreeSet<String>, Failure> {
        let mut files = BTreeSet::new();
        files.extend(table.metadata_log.iter().map(|entry| entry.metadata_file.clone()));
        files.extend(table.statistics.iter().map(|one| one.statistics_path.clone()));
        files.extend(table.partition_statistics.iter().map(|one| one.statistics_path.clone()));
        let mut seen = BTreeSet::new();
        for snapshot in &table.snapshots {
            files.extend(snapshot.manifest_list.clone());
            let listed = manifests(self.io(), Some(snapshot)).await.map_err(as_sql)?;
            // Snapshots share most of their manifests.
            let new: Vec<_> =
                listed.into_iter().filter(|file| seen.insert(file.manifest_path.clone())).collect();
            let known: Vec<Known> =
                read_known(self.io(), table, new, |_, _| true).await.map_err(as_sql)?;
            for (file, manifest) in known {
                files.insert(file.manifest_path);
                let entries = manifest.into_iter().flat_map(|manifest| manifest.entries);
                let alive = entries.filter(|entry| entry.is_alive());
                files.extend(alive.map(|entry| entry.data_file.file_path));
            }
        }
        Ok(files)
    }
}
