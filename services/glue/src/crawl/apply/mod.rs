//! What was found, written to the catalog under the crawler's policies.
//!
//! Each table is one transaction (`table`), its partitions follow in batches (`partitions`).
//! Everything here may happen twice: a run that is interrupted starts over and finds what it has
//! written already.

mod partitions;
mod place;
mod table;

use std::collections::{BTreeSet, HashMap};

use glue_api::{DatabaseInput, DeleteBehavior, TableInput};
use platform::{Arn, Ctx, Fail, Result, require};

pub(super) use self::place::known_folders;
use self::place::{Known, is_within, known_tables, place_of};
use self::table::{Written, forget_table, update};
use super::definition::{Plan, Target};
use super::describe;
use super::group::Found;
use super::lake::LakeTable;
use super::log::Log;
use super::name;
use super::unread::Unread;
use crate::catalog::{self, Maker, Parameters};
use crate::encryption;
use crate::store::{Changes, DATABASES, LogLevel, TableRow};

/// Writes what a run found.
pub(crate) struct Scribe<'a> {
    ctx: &'a Ctx,
    plan: &'a Plan,
    maker: Maker,
    log: &'a mut Log,
    unread: &'a Unread,
    known: HashMap<String, Known>,
    /// Names of tables this run found, and where they lie.
    found: BTreeSet<String>,
    places: BTreeSet<String>,
    pub changes: Changes,
}

impl<'a> Scribe<'a> {
    /// Reads what the database holds, making it if it is not there.
    ///
    /// # Errors
    /// If the store fails, or the crawler's role may not.
    pub async fn begin(
        ctx: &'a Ctx,
        plan: &'a Plan,
        log: &'a mut Log,
        unread: &'a Unread,
    ) -> Result<Self> {
        let maker = Maker::of(ctx);
        may(ctx, plan, "GetDatabase", None).await?;
        encryption::ask(ctx).await?;
        if !ctx.read(|tx| DATABASES.contains(tx, plan.database.as_str()))? {
            may(ctx, plan, "CreateDatabase", None).await?;
        }
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
        let (found, places, changes) = (BTreeSet::new(), BTreeSet::new(), Changes::default());
        Ok(Scribe { ctx, plan, maker, log, unread, known, found, places, changes })
    }

    /// Writes a table with its partitions.
    ///
    /// # Errors
    /// If the store fails, the database is gone, or the crawler's role may not.
    pub async fn table(&mut self, target: &Target, found: &Found) -> Result<()> {
        let (mut location, source) = place_of(target, found);
        if !self.places.insert(location.clone()) {
            // Targets that overlap find the same table twice.
            return Ok(());
        }
        let name = match &target.table {
            Some((_, name)) => {
                // It lies where it says, however that is spelt.
                let known = self.known.get(name).and_then(|known| known.location.clone());
                location = known.unwrap_or(location);
                name.clone()
            }
            None => self.name_for(&location, source),
        };
        self.found.insert(name.clone());
        let input = describe::table(&self.plan.name, &name, &location, found);
        let row = match self.write_table(&name, &location, input).await {
            // What is wrong with one table is no reason to leave out others.
            Err(refused) if is_refusal(&refused) => {
                let message = format!("Left out table {name}: {}", refused.message());
                self.log.line(self.ctx, LogLevel::Error, message);
                return Ok(());
            }
            written => written?,
        };
        let Some(row) = row else { return Ok(()) };
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
        let location = format!("{}/", location.trim_end_matches('/'));
        self.write_partitions(&row, &location, &found.partitions).await
    }

    /// Writes a table of a lake, which tells itself what it is.
    ///
    /// # Errors
    /// As [`Scribe::table`].
    pub async fn lake(&mut self, found: LakeTable) -> Result<()> {
        let LakeTable { location, source, mut input, mut partitions } = found;
        if !self.places.insert(format!("{location}{source}")) {
            return Ok(());
        }
        let name = self.name_for(&location, &source);
        self.found.insert(name.clone());
        input.name.clone_from(&name);
        let own = (describe::UPDATED_BY.to_owned(), self.plan.name.clone());
        input.parameters.get_or_insert_default().extend([own]);
        let Some(row) = self.write_table(&name, &location, input).await? else { return Ok(()) };
        self.ctx.read(|tx| {
            let mut new = Vec::with_capacity(partitions.len());
            for partition in partitions.drain(..) {
                let values = partition.values.clone().unwrap_or_default();
                if catalog::partition::get(tx, &row, &values)?.is_none() {
                    new.push(partition);
                }
            }
            partitions = new;
            Ok::<_, Fail>(())
        })?;
        self.create_partitions(&row, &mut partitions).await
    }

    /// Tables of which nothing was found in the folders that alone were looked at: what lay there is
    /// gone.
    ///
    /// # Errors
    /// As [`Scribe::table`].
    pub async fn recheck(&mut self) -> Result<()> {
        let seen: Vec<&str> = self.unread.seen().collect();
        let holds = |at: &String| {
            let folder = format!("{}/", at.trim_end_matches('/'));
            seen.iter().any(|seen| seen.starts_with(&folder))
        };
        let known = self.known.iter().filter(|(name, known)| {
            let own = known.crawler.as_deref() == Some(&self.plan.name);
            own && !self.found.contains(*name) && known.location.as_ref().is_some_and(holds)
        });
        let mut names: Vec<(String, String)> = known
            .filter_map(|(name, known)| Some((name.clone(), known.location.clone()?)))
            .collect();
        names.sort_unstable();
        for (name, location) in names {
            let row = self.ctx.read(|tx| catalog::table::find(tx, &self.plan.database, &name))?;
            self.write_partitions(&row, &location, &[]).await?;
        }
        Ok(())
    }

    /// The name a table at a location has or gets: that of its folder, if no other table has it.
    fn name_for(&self, location: &str, source: &str) -> String {
        let plain = name::of(&self.plan.table_prefix, source);
        let hashed = name::with_hash(&plain, location);
        let free = |name: &String| !self.found.contains(name);
        for name in [&plain, &hashed] {
            if free(name) && self.known.get(name).is_some_and(|known| known.is_at(location)) {
                return name.clone();
            }
        }
        if free(&plain) && !self.known.contains_key(&plain) { plain } else { hashed }
    }

    /// Makes a table, or brings it up to date as the policy has it; answers how it stands, or
    /// nothing if what was found is not enough to touch it.
    async fn write_table(
        &mut self,
        name: &str,
        location: &str,
        input: TableInput,
    ) -> Result<Option<TableRow>> {
        let (plan, maker) = (self.plan, &self.maker);
        let action = if self.known.contains_key(name) { "UpdateTable" } else { "CreateTable" };
        may(self.ctx, plan, action, Some(name)).await?;
        let whole = !self.unread.touches(location);
        let (written, row) = self
            .ctx
            .write(|tx| {
                let written = match catalog::table::find(tx, &plan.database, name) {
                    Ok(row) => update(tx, maker, plan, row, input, whole)?,
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
            Written::Unsure => {
                let message = format!(
                    "The folders of table {name} have other partition keys, and not all of its \
                     files could be read: it is left as it is"
                );
                self.log.line(self.ctx, LogLevel::Warn, message);
                return Ok(None);
            }
            Written::Same => None,
        };
        if let Some(told) = told {
            self.log.line(self.ctx, LogLevel::Info, told);
        }
        Ok(Some(row))
    }

    /// Tables of this crawler under its targets that were not found any more, unless files of
    /// theirs may be there and could not be read.
    ///
    /// # Errors
    /// If the store fails, or the crawler's role may not.
    pub async fn forget_tables(&mut self, targets: &[Target]) -> Result<()> {
        let mut gone: Vec<String> = self
            .known
            .iter()
            .filter(|(name, known)| {
                known.crawler.as_deref() == Some(&self.plan.name)
                    && !self.found.contains(*name)
                    && known.location.as_deref().is_some_and(|at| {
                        targets.iter().any(|target| is_within(at, target))
                            && !self.unread.touches(at)
                    })
            })
            .map(|(name, _)| name.clone())
            .collect();
        gone.sort_unstable();
        for name in gone {
            let (plan, maker) = (self.plan, &self.maker);
            match plan.delete {
                DeleteBehavior::Log => {}
                DeleteBehavior::DeleteFromDatabase => {
                    may(self.ctx, plan, "DeleteTable", Some(&name)).await?;
                }
                DeleteBehavior::DeprecateInDatabase => {
                    may(self.ctx, plan, "UpdateTable", Some(&name)).await?;
                }
            }
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

/// Asks whether the crawler's role may do something to the database, or to a table in it.
async fn may(ctx: &Ctx, plan: &Plan, action: &str, table: Option<&str>) -> Result<()> {
    let database = &plan.database;
    let table = table.map(|table| format!("table/{database}/{table}"));
    let resources = ["catalog".to_owned(), format!("database/{database}")];
    for resource in resources.into_iter().chain(table) {
        let arn = Arn::new("glue", ctx.scope(), &resource);
        require(ctx, &glue_api::SERVICE, &format!("glue:{action}"), arn.as_str()).await?;
    }
    Ok(())
}

/// Whether the catalog does not take a definition, rather than being unable to.
fn is_refusal(fail: &Fail) -> bool {
    fail.is("InvalidInputException") || fail.is("ValidationException")
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
