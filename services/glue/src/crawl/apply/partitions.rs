//! Partitions of a table that was found: added, brought up to date, forgotten.

use std::collections::HashMap;

use glue_api::{DeleteBehavior, Partition, PartitionInput, UpdateBehavior};
use platform::{Result, WriteTx};

use super::{Scribe, absent_is_fine, fate, may};
use crate::catalog;
use crate::catalog::partition::Selection;
use crate::crawl::describe;
use crate::crawl::group::FoundPartition;
use crate::store::{LogLevel, TableRow};

/// Partitions written in one transaction.
const BATCH: usize = 100;
/// Partitions read in one transaction.
const PAGE: usize = 1_000;

impl Scribe<'_> {
    pub(super) async fn write_partitions(
        &mut self,
        row: &TableRow,
        location: &str,
        found: &[FoundPartition],
    ) -> Result<()> {
        let storage = row.table.0.storage_descriptor.as_ref();
        let columns = storage.and_then(|s| s.columns.clone()).unwrap_or_default();
        let mut new: HashMap<&[String], &FoundPartition> =
            found.iter().map(|p| (p.values.as_slice(), p)).collect();
        let all = Selection::new(row, None, None)?;
        let mut token: Option<String> = None;
        loop {
            let page = self
                .ctx
                .read(|tx| catalog::partition::list(tx, row, &all, token.as_deref(), PAGE))?;
            let mut updates = Vec::new();
            let mut gone = Vec::new();
            for old in page.items {
                let values = old.values.clone().unwrap_or_default();
                match new.remove(values.as_slice()) {
                    Some(partition) => {
                        let input = describe::partition(
                            &self.plan.name,
                            location,
                            partition,
                            columns.clone(),
                        );
                        updates.extend(self.partition_update(&old, input));
                    }
                    None if self.is_gone(&old, location) => gone.push(old),
                    None => {}
                }
            }
            self.update_partitions(row, updates).await?;
            if !self.plan.new_folders_only {
                self.forget_partitions(row, gone).await?;
            }
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        let mut inputs: Vec<PartitionInput> = found
            .iter()
            .filter(|p| new.contains_key(p.values.as_slice()))
            .map(|p| describe::partition(&self.plan.name, location, p, columns.clone()))
            .collect();
        self.create_partitions(row, &mut inputs).await
    }

    /// Whether a partition that was not found is this crawler's and its files are not there, rather
    /// than there and unreadable.
    fn is_gone(&self, old: &Partition, table_location: &str) -> bool {
        let own = old.storage_descriptor.as_ref().and_then(|s| s.location.as_deref());
        self.owns(old.parameters.as_ref()) && !self.unread.touches(own.unwrap_or(table_location))
    }

    async fn may_table(&self, action: &str, row: &TableRow) -> Result<()> {
        may(self.ctx, self.plan, action, Some(&row.table.0.name)).await
    }

    /// What is to be written of a partition that is there already: its counts, and what changed of
    /// how it is read. Whether that counts as a change comes first.
    fn partition_update(
        &self,
        old: &Partition,
        mut input: PartitionInput,
    ) -> Option<(bool, PartitionInput)> {
        if self.plan.update == UpdateBehavior::Log {
            return None;
        }
        let own = old.storage_descriptor.clone().unwrap_or_default();
        let storage = input.storage_descriptor.as_mut()?;
        let old_columns = own.columns.clone().unwrap_or_default();
        // Old partitions keep their columns unless they are to follow the table.
        if !self.plan.settings.inherit() {
            storage.columns = Some(old_columns.clone());
        }
        let new_columns = storage.columns.as_deref().unwrap_or_default();
        let mut parameters = old.parameters.clone().unwrap_or_default();
        let deprecated = parameters.remove(describe::DEPRECATED_BY).is_some();
        parameters.extend(input.parameters.take().unwrap_or_default());
        let changed = deprecated
            || !describe::same_columns(&old_columns, new_columns)
            || !describe::reads_same(&own, storage);
        let counted = Some(&parameters) != old.parameters.as_ref();
        input.parameters = Some(parameters);
        (changed || counted).then_some((changed, input))
    }

    async fn update_partitions(
        &mut self,
        row: &TableRow,
        updates: Vec<(bool, PartitionInput)>,
    ) -> Result<()> {
        if !updates.is_empty() {
            self.may_table("BatchUpdatePartition", row).await?;
        }
        for batch in updates.chunks(BATCH) {
            self.ctx
                .write(|tx| {
                    for (_, input) in batch {
                        let values = input.values.clone().unwrap_or_default();
                        let done = catalog::partition::update(tx, row, &values, input.clone());
                        absent_is_fine(done)?;
                    }
                    Ok::<_, platform::Fail>(())
                })
                .await?;
        }
        let changed = updates.iter().filter(|(changed, _)| *changed).count();
        self.changes.partitions_updated += u32::try_from(changed).unwrap_or(u32::MAX);
        Ok(())
    }

    pub(super) async fn create_partitions(
        &mut self,
        row: &TableRow,
        inputs: &mut Vec<PartitionInput>,
    ) -> Result<()> {
        let count = inputs.len();
        if count > 0 {
            self.may_table("BatchCreatePartition", row).await?;
        }
        while !inputs.is_empty() {
            let batch: Vec<_> = inputs.drain(..inputs.len().min(BATCH)).collect();
            let maker = &self.maker;
            self.ctx
                .write(|tx| {
                    for input in batch {
                        match catalog::partition::create(tx, maker, row, input) {
                            Err(fail) if fail.is("AlreadyExistsException") => {}
                            done => done?,
                        }
                    }
                    Ok::<_, platform::Fail>(())
                })
                .await?;
        }
        if count > 0 {
            self.changes.partitions_created += u32::try_from(count).unwrap_or(u32::MAX);
            let name = &row.table.0.name;
            let message = format!("Created {count} partitions of table {name}");
            self.log.line(self.ctx, LogLevel::Info, message);
        }
        self.log.flush(self.ctx).await
    }

    /// Partitions whose folders are gone.
    async fn forget_partitions(&mut self, row: &TableRow, gone: Vec<Partition>) -> Result<()> {
        match self.plan.delete {
            DeleteBehavior::DeleteFromDatabase if !gone.is_empty() => {
                self.may_table("BatchDeletePartition", row).await?;
            }
            DeleteBehavior::DeprecateInDatabase if !gone.is_empty() => {
                self.may_table("BatchUpdatePartition", row).await?;
            }
            _ => {}
        }
        let name = &row.table.0.name;
        let stamp = self.maker.now.as_millis().to_string();
        for batch in gone.chunks(BATCH) {
            let delete = self.plan.delete;
            let count = self
                .ctx
                .write(|tx| {
                    let mut count = 0;
                    for partition in batch {
                        count += u32::from(forget_partition(tx, row, partition, delete, &stamp)?);
                    }
                    Ok::<_, platform::Fail>(count)
                })
                .await?;
            match delete {
                DeleteBehavior::DeleteFromDatabase => self.changes.partitions_deleted += count,
                _ => self.changes.partitions_updated += count,
            }
            for partition in batch {
                let values = partition.values.clone().unwrap_or_default().join("/");
                let message = format!("Partition {values} of table {name} {}", fate(delete));
                self.log.line(self.ctx, LogLevel::Info, message);
            }
            self.log.flush(self.ctx).await?;
        }
        Ok(())
    }
}

fn forget_partition(
    tx: &WriteTx<'_>,
    row: &TableRow,
    partition: &Partition,
    delete: DeleteBehavior,
    stamp: &str,
) -> Result<bool> {
    let values = partition.values.clone().unwrap_or_default();
    match delete {
        DeleteBehavior::Log => Ok(false),
        DeleteBehavior::DeleteFromDatabase => {
            absent_is_fine(catalog::partition::delete(tx, row, &values))
        }
        DeleteBehavior::DeprecateInDatabase => {
            let mut parameters = partition.parameters.clone().unwrap_or_default();
            if parameters.contains_key(describe::DEPRECATED_BY) {
                return Ok(false);
            }
            parameters.insert(describe::DEPRECATED_BY.to_owned(), stamp.to_owned());
            let input = PartitionInput {
                values: partition.values.clone(),
                parameters: Some(parameters),
                storage_descriptor: partition.storage_descriptor.clone(),
                last_access_time: partition.last_access_time,
                last_analyzed_time: partition.last_analyzed_time,
            };
            absent_is_fine(catalog::partition::update(tx, row, &values, input))
        }
    }
}
