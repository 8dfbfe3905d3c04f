//! Applying changes: a table and changes make another table, or are refused.
//!
//! AWS and others refuse a snapshot that is older than the last by more than a minute. Here that is
//! not asked: whose clock is turned has servers and clients of different times.

use std::collections::BTreeSet;

use super::{FORMAT_VERSION, LogEntry, TableMetadata};
use crate::error::{Error, Result};
use crate::partition::PartitionSpec;
use crate::schema::Schema;
use crate::snapshot::{MAIN, RefKind, Snapshot, SnapshotRef};
use crate::sort::SortOrder;
use crate::update::{LAST_ADDED, TableUpdate};

/// What one change remembers of its steps.
#[derive(Default)]
struct Added {
    schema: Option<i32>,
    spec: Option<i32>,
    order: Option<i32>,
    snapshots: BTreeSet<i64>,
}

impl TableMetadata {
    /// The table after changes.
    ///
    /// # Errors
    /// The first change that the table cannot have.
    pub fn apply(&self, updates: &[TableUpdate], now_ms: i64) -> Result<Self> {
        let mut table = self.clone();
        let mut added = Added::default();
        for update in updates {
            table.step(update, &mut added, now_ms)?;
        }
        table.last_updated_ms = now_ms.max(self.last_updated_ms);
        table.check()?;
        Ok(table)
    }

    fn step(&mut self, update: &TableUpdate, added: &mut Added, now_ms: i64) -> Result<()> {
        match update {
            TableUpdate::AssignUuid { uuid } => self.assign_uuid(uuid)?,
            TableUpdate::UpgradeFormatVersion { format_version } => {
                self.upgrade(*format_version)?
            }
            TableUpdate::AddSchema { schema, .. } => added.schema = Some(self.add_schema(schema)?),
            TableUpdate::SetCurrentSchema { schema_id } => {
                let id = last(*schema_id, added.schema, "schema")?;
                if self.schema(id).is_none() {
                    let message = format!("Cannot set current schema to unknown schema: {id}");
                    return Err(Error::Invalid(message));
                }
                self.current_schema_id = id;
            }
            TableUpdate::AddSpec { spec } => added.spec = Some(self.add_spec(spec)?),
            TableUpdate::SetDefaultSpec { spec_id } => {
                let id = last(*spec_id, added.spec, "spec")?;
                if self.spec(id).is_none() {
                    let message = format!("Cannot set default spec to unknown spec: {id}");
                    return Err(Error::Invalid(message));
                }
                self.default_spec_id = id;
            }
            TableUpdate::AddSortOrder { sort_order } => {
                added.order = Some(self.add_sort_order(sort_order)?);
            }
            TableUpdate::SetDefaultSortOrder { sort_order_id } => {
                let id = last(*sort_order_id, added.order, "sort order")?;
                if !self.sort_orders.iter().any(|order| order.order_id == id) {
                    let message = format!("Cannot set default sort order to unknown order: {id}");
                    return Err(Error::Invalid(message));
                }
                self.default_sort_order_id = id;
            }
            TableUpdate::AddSnapshot { snapshot } => {
                self.add_snapshot(snapshot)?;
                added.snapshots.insert(snapshot.snapshot_id);
            }
            TableUpdate::SetSnapshotRef { ref_name, reference } => {
                self.set_ref(ref_name, reference, &added.snapshots, now_ms)?;
            }
            TableUpdate::RemoveSnapshots { snapshot_ids } => self.remove_snapshots(snapshot_ids),
            TableUpdate::RemoveSnapshotRef { ref_name } => self.remove_ref(ref_name),
            TableUpdate::SetLocation { location } => {
                location.trim_end_matches('/').clone_into(&mut self.location);
            }
            TableUpdate::SetProperties { updates } => {
                self.properties.extend(updates.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
            TableUpdate::RemoveProperties { removals } => {
                self.properties.retain(|name, _| !removals.contains(name));
            }
            TableUpdate::SetStatistics { statistics } => {
                self.statistics.retain(|s| s.snapshot_id != statistics.snapshot_id);
                self.statistics.push(statistics.clone());
            }
            TableUpdate::RemoveStatistics { snapshot_id } => {
                self.statistics.retain(|s| s.snapshot_id != *snapshot_id);
            }
            TableUpdate::SetPartitionStatistics { partition_statistics: statistics } => {
                self.partition_statistics.retain(|s| s.snapshot_id != statistics.snapshot_id);
                self.partition_statistics.push(statistics.clone());
            }
            TableUpdate::RemovePartitionStatistics { snapshot_id } => {
                self.partition_statistics.retain(|s| s.snapshot_id != *snapshot_id);
            }
            TableUpdate::RemovePartitionSpecs { spec_ids } => {
                if spec_ids.contains(&self.default_spec_id) {
                    return Err(Error::invalid("Cannot remove the default partition spec"));
                }
                self.partition_specs.retain(|spec| !spec_ids.contains(&spec.spec_id));
            }
            TableUpdate::RemoveSchemas { schema_ids } => {
                if schema_ids.contains(&self.current_schema_id) {
                    return Err(Error::invalid("Cannot remove the current schema"));
                }
                self.schemas.retain(|schema| !schema_ids.contains(&schema.schema_id));
            }
        }
        Ok(())
    }

    fn assign_uuid(&mut self, uuid: &str) -> Result<()> {
        match &self.table_uuid {
            Some(known) if !known.eq_ignore_ascii_case(uuid) => {
                Err(Error::invalid("Cannot reassign uuid"))
            }
            _ => {
                self.table_uuid = Some(uuid.to_owned());
                Ok(())
            }
        }
    }

    fn upgrade(&mut self, version: u8) -> Result<()> {
        if version > FORMAT_VERSION {
            return Err(Error::Unsupported(format!("Iceberg format version {version}")));
        }
        if version < self.format_version {
            let from = self.format_version;
            return Err(Error::invalid(format!("Cannot downgrade v{from} table to v{version}")));
        }
        self.format_version = version;
        Ok(())
    }

    /// Adds a schema, or finds the one that is the same.
    fn add_schema(&mut self, schema: &Schema) -> Result<i32> {
        schema.check()?;
        self.last_column_id = self.last_column_id.max(schema.highest_id());
        if let Some(same) = self.schemas.iter().find(|known| known.is_same(schema)) {
            return Ok(same.schema_id);
        }
        let id = self.schemas.iter().map(|known| known.schema_id + 1).max().unwrap_or(0);
        self.schemas.push(Schema { schema_id: id, ..schema.clone() });
        Ok(id)
    }

    /// Adds a spec for the current schema, or finds the one that is the same. A field that was in a
    /// spec before keeps its id.
    fn add_spec(&mut self, spec: &PartitionSpec) -> Result<i32> {
        spec.check(self.current_schema()?)?;
        if let Some(same) = self.partition_specs.iter().find(|known| known.is_same(spec)) {
            return Ok(same.spec_id);
        }
        let mut spec = spec.clone();
        for field in &mut spec.fields {
            let known = self.partition_specs.iter().flat_map(|spec| &spec.fields).find(|known| {
                known.source_id == field.source_id && known.transform == field.transform
            });
            let id = field.field_id.or_else(|| known.and_then(|known| known.field_id));
            field.field_id = Some(id.unwrap_or(self.last_partition_id + 1));
            self.last_partition_id = self.last_partition_id.max(field.field_id.unwrap_or(0));
        }
        let ids: BTreeSet<_> = spec.fields.iter().map(|field| field.field_id).collect();
        if ids.len() < spec.fields.len() {
            return Err(Error::invalid("Cannot use field id more than once in one PartitionSpec"));
        }
        let following = (UNPARTITIONED_LAST_ID_NEXT..).map(Some);
        if self.format_version == 1
            && !spec.fields.iter().map(|field| field.field_id).eq(following.take(ids.len()))
        {
            return Err(Error::invalid("Spec does not use sequential IDs that are required in v1"));
        }
        spec.spec_id = self.partition_specs.iter().map(|s| s.spec_id + 1).max().unwrap_or(0);
        let id = spec.spec_id;
        self.partition_specs.push(spec);
        Ok(id)
    }

    /// Adds an order for the current schema, or finds the one that is the same. No order is 0.
    fn add_sort_order(&mut self, order: &SortOrder) -> Result<i32> {
        order.check(self.current_schema()?)?;
        if let Some(same) = self.sort_orders.iter().find(|known| known.fields == order.fields) {
            return Ok(same.order_id);
        }
        let next = self.sort_orders.iter().map(|known| known.order_id + 1).max().unwrap_or(1);
        let order_id = if order.fields.is_empty() { 0 } else { next.max(1) };
        self.sort_orders.push(SortOrder { order_id, fields: order.fields.clone() });
        Ok(order_id)
    }

    fn add_snapshot(&mut self, snapshot: &Snapshot) -> Result<()> {
        let id = snapshot.snapshot_id;
        if self.snapshot(id).is_some() {
            return Err(Error::invalid(format!("Snapshot already exists for id: {id}")));
        }
        let (number, known) = (snapshot.sequence_number, self.last_sequence_number);
        if self.format_version > 1 {
            if snapshot.parent_snapshot_id.is_some() && number <= known {
                return Err(Error::invalid(format!(
                    "Cannot add snapshot with sequence number {number} older than last sequence \
                     number {known}"
                )));
            }
            self.last_sequence_number = number.max(known);
        }
        if snapshot.schema_id.is_some_and(|id| self.schema(id).is_none()) {
            return Err(Error::invalid(format!("Cannot find the schema of snapshot {id}")));
        }
        if snapshot.manifest_list.is_none() && snapshot.manifests.is_none() {
            return Err(Error::invalid(format!("Snapshot {id} has no manifest list")));
        }
        self.snapshots.push(snapshot.clone());
        Ok(())
    }

    fn set_ref(
        &mut self,
        name: &str,
        reference: &SnapshotRef,
        added: &BTreeSet<i64>,
        now_ms: i64,
    ) -> Result<()> {
        let id = reference.snapshot_id;
        let Some(snapshot) = self.snapshot(id) else {
            return Err(Error::invalid(format!("Cannot set {name} to unknown snapshot: {id}")));
        };
        if !reference.retention.is_positive() {
            return Err(Error::invalid(format!("Invalid retention of {name}: must be positive")));
        }
        let timestamp_ms = if added.contains(&id) { snapshot.timestamp_ms } else { now_ms };
        if name == MAIN {
            if reference.kind != RefKind::Branch {
                return Err(Error::invalid("Cannot set main: it must be a branch"));
            }
            if self.current_snapshot_id != Some(id) {
                self.current_snapshot_id = Some(id);
                self.snapshot_log.push(LogEntry { snapshot_id: id, timestamp_ms });
            }
        }
        self.refs.insert(name.to_owned(), reference.clone());
        Ok(())
    }

    fn remove_ref(&mut self, name: &str) {
        self.refs.remove(name);
        if name == MAIN {
            self.current_snapshot_id = None;
        }
    }

    fn remove_snapshots(&mut self, ids: &[i64]) {
        let gone = |id: i64| ids.contains(&id);
        self.snapshots.retain(|snapshot| !gone(snapshot.snapshot_id));
        self.statistics.retain(|statistics| !gone(statistics.snapshot_id));
        self.partition_statistics.retain(|statistics| !gone(statistics.snapshot_id));
        let dangling: Vec<String> = self
            .refs
            .iter()
            .filter(|(_, reference)| gone(reference.snapshot_id))
            .map(|(name, _)| name.clone())
            .collect();
        for name in dangling {
            self.remove_ref(&name);
        }
        // What was current before a snapshot that is gone can no longer be told.
        if let Some(at) = self.snapshot_log.iter().rposition(|entry| gone(entry.snapshot_id)) {
            self.snapshot_log.drain(..=at);
        }
    }
}

/// The id of the first partition field.
const UNPARTITIONED_LAST_ID_NEXT: i32 = crate::partition::UNPARTITIONED_LAST_ID + 1;

/// An id, or the one added last.
fn last(id: i32, added: Option<i32>, what: &str) -> Result<i32> {
    if id != LAST_ADDED {
        return Ok(id);
    }
    added.ok_or_else(|| {
        Error::invalid(format!("Cannot set last added {what}: no {what} has been added"))
    })
}
