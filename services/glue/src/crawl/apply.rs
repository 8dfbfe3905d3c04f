//! What was found, written to the catalog under the crawler's policies.
//!
//! Each table is one transaction, partitions follow in batches. Everything here may happen twice:
//! a run that is interrupted starts over and finds what it has written already.

use std::collections::{BTreeSet, HashMap};

use glue_api::{
    Column, DatabaseInput, DeleteBehavior, Partition, PartitionInput, Table, TableInput,
    UpdateBehavior,
};
use platform::{Ctx, Result, WriteTx};

use super::definition::{Plan, Target};
use super::group::{Found, FoundPartition};
use super::log::Log;
use super::{describe, name};
use crate::catalog::partition::Selection;
use crate::catalog::table::Update;
use crate::catalog::{self, Maker, Parameters};
use crate::store::{Changes, DATABASES, LogLevel, TABLES, TableRow};

/// Partitions written in one transaction.
const BATCH: usize = 100;
/// Partitions read in one transaction.
const PAGE: usize = 1_000;

/// A table of the crawler's database, as far as naming needs it.
struct Known {
    location: Option<String>,
    crawler: Option<String>,
}

/// Writes what a run found.
pub(crate) struct Scribe<'a> {
    ctx: &'a Ctx,
    plan: &'a Plan,
    maker: Maker,
    log: &'a mut Log,
    known: HashMap<String, Known>,
    /// Names of tables this run found.
    found: BTreeSet<String>,
    pub changes: Changes,
}

impl<'a> Scribe<'a> {
    /// Reads what the database holds, making it if it is not there.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn begin(
        ctx: &'a Ctx,
        plan: &'a Plan,
        maker: Maker,
        log: &'a mut Log,
    ) -> Result<Self> {
        let made = ctx
            .write(|tx| {
                if DATABASES.contains(tx, plan.database.as_str())? {
                    return Ok(false);
                }
                let name = plan.database.clone();
                let input = DatabaseInput { name, ..DatabaseInput::default() };
                catalog::database::create(tx, &maker, input).map(|()| true)
            })
            .await?;
        if made {
            log.line(ctx, LogLevel::Info, format!("Created database {}", plan.database));
        }
        let known = known_tables(ctx, plan)?;
        let (found, changes) = (BTreeSet::new(), Changes::default());
        Ok(Scribe { ctx, plan, maker, log, known, found, changes })
    }

    /// Writes a table with its partitions.
    ///
    /// # Errors
    /// If the store fails, or the database is gone.
    pub async fn table(&mut self, target: &Target, found: &Found) -> Result<()> {
        let (location, source) = place_of(target, found);
        let name = self.name_for(&location, source);
        self.found.insert(name.clone());
        let input = describe::table(&self.plan.name, &name, &location, found);
        let row = self.write_table(&name, input).await?;
        if found.keys.is_empty() {
            return Ok(());
        }
        let keys = row.table.0.partition_keys.as_ref().map_or(0, Vec::len);
        if keys != found.keys.len() {
            let message = format!(
                "Table {name} has {keys} partition keys and its folders have {}: its partitions \
                 are left as they are",
                found.keys.len()
            );
            self.log.line(self.ctx, LogLevel::Warn, message);
            return Ok(());
        }
        self.write_partitions(&row, &location, found).await
    }

    /// The name a table at a location has or gets.
    fn name_for(&self, location: &str, source: &str) -> String {
        let at = |known: &Known| {
            known
                .location
                .as_deref()
                .is_some_and(|own| own.trim_end_matches('/') == location.trim_end_matches('/'))
        };
        let plain = name::of(&self.plan.table_prefix, source);
        if self.known.get(&plain).is_some_and(at) && !self.found.contains(&plain) {
            return plain;
        }
        let own = |known: &Known| known.crawler.as_deref() == Some(&self.plan.name) && at(known);
        if let Some((name, _)) =
            self.known.iter().find(|(name, known)| own(known) && !self.found.contains(*name))
        {
            return name.clone();
        }
        if self.known.contains_key(&plain) || self.found.contains(&plain) {
            return name::with_hash(&plain, location);
        }
        plain
    }

    /// Makes a table, or brings it up to date as the policy has it; answers how it stands.
    async fn write_table(&mut self, name: &str, input: TableInput) -> Result<TableRow> {
        let (plan, maker) = (self.plan, &self.maker);
        let (written, row) = self
            .ctx
            .write(|tx| {
                let written = match catalog::table::find(tx, &plan.database, name) {
                    Ok(row) => update(tx, maker, plan, row, input)?,
                    Err(fail) if fail.is("EntityNotFoundException") => {
                        catalog::table::create(tx, maker, &plan.database, input)?;
                        Written::Created
                    }
                    Err(fail) => return Err(fail),
                };
                Ok((written, catalog::table::find(tx, &plan.database, name)?))
            })
            .await?;
        let told = match written {
            Written::Created => {
                self.changes.tables_created += 1;
                Some(format!("Created table {name} in database {}", plan.database))
            }
            Written::Updated => {
                self.changes.tables_updated += 1;
                Some(format!("Updated table {name} in database {}", plan.database))
            }
            Written::Ignored => Some(format!(
                "The schema of table {name} has changed; by policy it is left as it is"
            )),
            Written::Same => None,
        };
        if let Some(told) = told {
            self.log.line(self.ctx, LogLevel::Info, told);
        }
        Ok(row)
    }

    async fn write_partitions(
        &mut self,
        row: &TableRow,
        location: &str,
        found: &Found,
    ) -> Result<()> {
        let storage = row.table.0.storage_descriptor.as_ref();
        let columns = storage.and_then(|s| s.columns.clone()).unwrap_or_default();
        let mut new: HashMap<&[String], &FoundPartition> =
            found.partitions.iter().map(|p| (p.values.as_slice(), p)).collect();
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
                    None if self.owns(old.parameters.as_ref()) => gone.push(old),
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
            .partitions
            .iter()
            .filter(|p| new.contains_key(p.values.as_slice()))
            .map(|p| describe::partition(&self.plan.name, location, p, columns.clone()))
            .collect();
        self.create_partitions(row, &mut inputs).await
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

    async fn create_partitions(
        &mut self,
        row: &TableRow,
        inputs: &mut Vec<PartitionInput>,
    ) -> Result<()> {
        let count = inputs.len();
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

    /// Tables of this crawler under its targets that were not found any more.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn forget_tables(&mut self, targets: &[Target]) -> Result<()> {
        let mut gone: Vec<String> = self
            .known
            .iter()
            .filter(|(name, known)| {
                known.crawler.as_deref() == Some(&self.plan.name)
                    && !self.found.contains(*name)
                    && known
                        .location
                        .as_deref()
                        .is_some_and(|at| targets.iter().any(|target| is_within(at, target)))
            })
            .map(|(name, _)| name.clone())
            .collect();
        gone.sort_unstable();
        for name in gone {
            let (plan, maker) = (self.plan, &self.maker);
            let forgotten = self.ctx.write(|tx| forget_table(tx, maker, plan, &name)).await?;
            match plan.delete {
                DeleteBehavior::DeleteFromDatabase if forgotten => self.changes.tables_deleted += 1,
                DeleteBehavior::DeprecateInDatabase if forgotten => {
                    self.changes.tables_updated += 1;
                }
                _ => {}
            }
            let message =
                format!("Table {name} in database {} {}", plan.database, fate(plan.delete));
            self.log.line(self.ctx, LogLevel::Info, message);
        }
        Ok(())
    }

    fn owns(&self, parameters: Option<&Parameters>) -> bool {
        let owner = parameters.and_then(|p| p.get(describe::UPDATED_BY));
        owner.is_some_and(|owner| *owner == self.plan.name)
    }
}

/// What became of a table.
enum Written {
    Created,
    Updated,
    /// It differs and is left as it is.
    Ignored,
    Same,
}

fn update(
    tx: &WriteTx<'_>,
    maker: &Maker,
    plan: &Plan,
    row: TableRow,
    found: TableInput,
) -> Result<Written> {
    let old = row.table.0;
    let mut input = catalog::describe::input(old.clone());
    let mut storage = found.storage_descriptor.unwrap_or_default();
    let own = old.storage_descriptor.clone().unwrap_or_default();
    let old_columns = own.columns.clone().unwrap_or_default();
    let columns = merged(plan, &old_columns, storage.columns.take().unwrap_or_default());
    let keys_differ = !describe::same_columns(
        old.partition_keys.as_deref().unwrap_or_default(),
        found.partition_keys.as_deref().unwrap_or_default(),
    );
    let changed = keys_differ
        || !describe::same_columns(&old_columns, &columns)
        || !describe::reads_same(&own, &storage);
    storage.columns = Some(columns);
    let mut parameters = input.parameters.take().unwrap_or_default();
    let deprecated = parameters.remove(describe::DEPRECATED_BY).is_some();
    parameters.extend(found.parameters.unwrap_or_default());
    if plan.update == UpdateBehavior::Log && !deprecated {
        return Ok(if changed { Written::Ignored } else { Written::Same });
    }
    let counted = Some(&parameters) != old.parameters.as_ref();
    if !changed && !deprecated && !counted {
        return Ok(Written::Same);
    }
    input.parameters = Some(parameters);
    input.storage_descriptor = Some(storage);
    if keys_differ {
        // Partitions of other keys are none of this table: it is made anew.
        input.partition_keys = found.partition_keys;
        catalog::table::delete(tx, maker, &plan.database, &old.name)?;
        catalog::table::create(tx, maker, &plan.database, input)?;
        return Ok(Written::Updated);
    }
    // A run that only counted more makes no version.
    let how = Update { from_version: None, skip_archive: !changed };
    catalog::table::update(tx, maker, &plan.database, input, &how)?;
    Ok(if changed || deprecated { Written::Updated } else { Written::Same })
}

/// The columns a table has and those found, as the crawler's configuration has it. What people
/// wrote of a column stays.
fn merged(plan: &Plan, old: &[Column], found: Vec<Column>) -> Vec<Column> {
    let known = |name: &str| old.iter().find(|column| column.name == name);
    if plan.settings.merge_new_columns() {
        let new: Vec<Column> = found.into_iter().filter(|c| known(&c.name).is_none()).collect();
        return old.iter().cloned().chain(new).collect();
    }
    let keep = |column: Column| match known(&column.name) {
        Some(old) => Column { r#type: column.r#type, ..old.clone() },
        None => column,
    };
    found.into_iter().map(keep).collect()
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

fn forget_table(tx: &WriteTx<'_>, maker: &Maker, plan: &Plan, name: &str) -> Result<bool> {
    let Some(row) = found_table(tx, plan, name)? else { return Ok(false) };
    match plan.delete {
        DeleteBehavior::Log => Ok(false),
        DeleteBehavior::DeleteFromDatabase => {
            catalog::table::delete(tx, maker, &plan.database, name).map(|()| true)
        }
        DeleteBehavior::DeprecateInDatabase => {
            let mut input = catalog::describe::input(row.table.0);
            let parameters = input.parameters.get_or_insert_default();
            if parameters.contains_key(describe::DEPRECATED_BY) {
                return Ok(false);
            }
            let stamp = maker.now.as_millis().to_string();
            parameters.insert(describe::DEPRECATED_BY.to_owned(), stamp);
            let how = Update::default();
            catalog::table::update(tx, maker, &plan.database, input, &how).map(|()| true)
        }
    }
}

fn found_table(tx: &WriteTx<'_>, plan: &Plan, name: &str) -> Result<Option<TableRow>> {
    match catalog::table::find(tx, &plan.database, name) {
        Ok(row) => Ok(Some(row)),
        Err(fail) if fail.is("EntityNotFoundException") => Ok(None),
        Err(fail) => Err(fail),
    }
}

/// Clients may have removed what a run is about to change.
fn absent_is_fine(done: Result<()>) -> Result<bool> {
    match done {
        Err(fail) if fail.is("EntityNotFoundException") => Ok(false),
        done => done.map(|()| true),
    }
}

fn fate(delete: DeleteBehavior) -> &'static str {
    match delete {
        DeleteBehavior::Log => "is no longer there; by policy it is left as it is",
        DeleteBehavior::DeleteFromDatabase => "is no longer there and was deleted",
        DeleteBehavior::DeprecateInDatabase => "is no longer there and is marked deprecated",
    }
}

/// A table's location, and the name of the folder, file or bucket it is named after.
fn place_of<'f>(target: &'f Target, found: &'f Found) -> (String, &'f str) {
    let mut location = format!("s3://{}/", target.bucket);
    let own = target.path.split('/').filter(|name| !name.is_empty());
    let mut last = target.bucket.as_str();
    for folder in own.chain(found.path.iter().map(String::as_str)) {
        location.push_str(folder);
        location.push('/');
        last = folder;
    }
    match &found.file {
        Some(file) if found.path.is_empty() && last == file && target.path.ends_with(file) => {
            // The target is the file.
            (location.trim_end_matches('/').to_owned(), file)
        }
        Some(file) => (location + file, file),
        None => (location, last),
    }
}

fn is_within(location: &str, target: &Target) -> bool {
    let root = target.url();
    let root = root.trim_end_matches('/');
    location.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn known_tables(ctx: &Ctx, plan: &Plan) -> Result<HashMap<String, Known>> {
    ctx.read(|tx| {
        let database = catalog::database::find(tx, &plan.database)?;
        let mut known = HashMap::new();
        for row in TABLES.scan(tx).prefix(&(database.id,)) {
            let ((_, name), row) = row?;
            known.insert(name, known_table(row.table.0));
        }
        Ok(known)
    })
}

fn known_table(table: Table) -> Known {
    Known {
        location: table.storage_descriptor.and_then(|storage| storage.location),
        crawler: table.parameters.and_then(|mut p| p.remove(describe::UPDATED_BY)),
    }
}

/// Folders below a target that are tables of this crawler already.
pub(crate) fn known_folders(
    ctx: &Ctx,
    plan: &Plan,
    target: &Target,
) -> Result<BTreeSet<Vec<String>>> {
    if !ctx.read(|tx| DATABASES.contains(tx, plan.database.as_str()))? {
        return Ok(BTreeSet::new());
    }
    let root = target.url();
    let root = root.trim_end_matches('/');
    let tables = known_tables(ctx, plan)?;
    let own = tables.into_values().filter(|known| known.crawler.as_deref() == Some(&plan.name));
    let below = own.filter_map(|known| {
        let location = known.location?;
        let rest = location.strip_prefix(root)?;
        (rest.is_empty() || rest.starts_with('/'))
            .then(|| rest.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    });
    Ok(below.collect())
}
