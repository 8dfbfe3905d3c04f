//! Where things are: tables, their keys, and what belongs together in a transaction.

use std::cmp::Reverse;
use std::time::Duration;

use platform::{ReadTx, Result, RowPage, Scope, StoreError, Table, Timestamp, WriteTx};

use crate::access::PRIMARY;
use crate::error;
use crate::model::{Execution, NamedQueryRow, PreparedRow, WorkGroupRow, Writing};

/// How long queries are remembered.
pub(crate) const HISTORY: Duration = Duration::from_secs(45 * 86_400);

static WORKGROUPS: Table<String, WorkGroupRow> = Table::regional("athena.workgroups");
/// Query id → query.
static EXECUTIONS: Table<String, Execution> = Table::regional("athena.executions");
/// Workgroup, newest first.
static BY_WORKGROUP: Table<(String, Reverse<Timestamp>, String), ()> =
    Table::regional("athena.executions-by-workgroup");
/// Oldest first, whatever the workgroup.
static BY_AGE: Table<(Timestamp, String), String> = Table::regional("athena.executions-by-age");
/// Accepted and not finished, of all accounts.
static UNFINISHED: Table<(Scope, String), ()> = Table::global("athena.unfinished");
/// What unfinished statements write, of all accounts. It outlives the query: what it wrote must go
/// even if nobody remembers it.
static WRITING: Table<(Scope, String), Writing> = Table::global("athena.writing");
/// Workgroup and what was asked → the newest query that answered it.
static ANSWERS: Table<(String, u64), String> = Table::regional("athena.answers");
static NAMED: Table<String, NamedQueryRow> = Table::regional("athena.named-queries");
static NAMED_BY_WORKGROUP: Table<(String, String), ()> =
    Table::regional("athena.named-queries-by-workgroup");
static PREPARED: Table<(String, String), PreparedRow> =
    Table::regional("athena.prepared-statements");

// --- Workgroups --------------------------------------------------------------------------------

/// A workgroup; `primary` is there without a row.
pub(crate) fn workgroup(tx: &ReadTx<'_>, name: &str) -> Result<WorkGroupRow> {
    match WORKGROUPS.get(tx, name)? {
        Some(row) => Ok(row),
        None if name == PRIMARY => Ok(WorkGroupRow::primary()),
        None => Err(error::no_workgroup(name)),
    }
}

pub(crate) fn has_workgroup(tx: &ReadTx<'_>, name: &str) -> Result<bool, StoreError> {
    Ok(name == PRIMARY || WORKGROUPS.contains(tx, name)?)
}

pub(crate) fn put_workgroup(
    tx: &WriteTx<'_>,
    name: &str,
    row: &WorkGroupRow,
) -> Result<(), StoreError> {
    WORKGROUPS.put(tx, name, row)
}

/// Workgroups after a name, in the order of their names, `primary` among them.
pub(crate) fn workgroups(
    tx: &ReadTx<'_>,
    after: Option<&str>,
    limit: usize,
) -> Result<RowPage<String, WorkGroupRow>, StoreError> {
    let scan = WORKGROUPS.scan(tx);
    let mut page = match after {
        Some(name) => scan.after(name).page(limit)?,
        None => scan.page(limit)?,
    };
    let place = page.rows.partition_point(|(name, _)| name.as_str() < PRIMARY);
    let there = page.rows.get(place).is_some_and(|(name, _)| name == PRIMARY);
    let passed = after.is_some_and(|after| after >= PRIMARY);
    let later = place == page.rows.len() && page.more;
    if !there && !passed && !later {
        page.rows.insert(place, (PRIMARY.to_owned(), WorkGroupRow::primary()));
        if page.rows.len() > limit {
            page.rows.truncate(limit);
            page.more = true;
        }
    }
    Ok(page)
}

/// Whether anything was ever put into a workgroup.
pub(crate) fn is_empty(tx: &ReadTx<'_>, workgroup: &str) -> Result<bool, StoreError> {
    let queries = BY_WORKGROUP.scan(tx).prefix(&(workgroup,)).next_key()?;
    let named = NAMED_BY_WORKGROUP.scan(tx).prefix(&(workgroup,)).next_key()?;
    let prepared = PREPARED.scan(tx).prefix(&(workgroup,)).next_key()?;
    Ok(!(queries || named || prepared))
}

/// Whether a scan finds anything.
trait NextKey {
    fn next_key(self) -> Result<bool, StoreError>;
}

impl<K: platform::Key, V: platform::Row> NextKey for platform::Scan<'_, K, V> {
    fn next_key(self) -> Result<bool, StoreError> {
        Ok(self.keys().next().transpose()?.is_some())
    }
}

/// Removes a workgroup with its named queries and prepared statements. Its history goes before,
/// page by page.
pub(crate) fn delete_workgroup(tx: &WriteTx<'_>, name: &str) -> Result<(), StoreError> {
    let named =
        NAMED_BY_WORKGROUP.scan(tx).prefix(&(name,)).keys().collect::<Result<Vec<_>, _>>()?;
    for (_, id) in named {
        NAMED.delete(tx, &id)?;
    }
    NAMED_BY_WORKGROUP.delete_prefix(tx, &(name,))?;
    PREPARED.delete_prefix(tx, &(name,))?;
    ANSWERS.delete_prefix(tx, &(name,))?;
    WORKGROUPS.delete(tx, name)?;
    Ok(())
}

/// Removes at most `limit` queries of a workgroup's history, answering how many.
pub(crate) fn forget_some(
    tx: &WriteTx<'_>,
    workgroup: &str,
    limit: usize,
) -> Result<usize, StoreError> {
    let page = BY_WORKGROUP.scan(tx).prefix(&(workgroup,)).page(limit)?;
    for ((_, Reverse(submitted), id), ()) in &page.rows {
        remove(tx, workgroup, *submitted, id)?;
    }
    Ok(page.rows.len())
}

// --- Queries -----------------------------------------------------------------------------------

/// Keeps a query that was accepted.
pub(crate) fn accept(tx: &WriteTx<'_>, id: &str, row: &Execution) -> Result<(), StoreError> {
    EXECUTIONS.put(tx, id, row)?;
    BY_WORKGROUP.put(tx, &(row.workgroup.as_str(), Reverse(row.submitted), id), &())?;
    BY_AGE.put(tx, &(row.submitted, id), &row.workgroup)?;
    if !row.is_finished() {
        UNFINISHED.put(tx, &(tx.scope(), id), &())?;
    }
    Ok(())
}

/// Keeps how a query ended; answers false if it was removed meanwhile, or its end is told already.
pub(crate) fn finish(tx: &WriteTx<'_>, id: &str, row: &Execution) -> Result<bool, StoreError> {
    UNFINISHED.delete(tx, &(tx.scope(), id))?;
    if EXECUTIONS.get(tx, id)?.is_none_or(|kept: Execution| kept.is_finished()) {
        return Ok(false);
    }
    EXECUTIONS.put(tx, id, row)?;
    Ok(true)
}

/// A query, unless it is too old to be remembered.
pub(crate) fn execution(tx: &ReadTx<'_>, now: Timestamp, id: &str) -> Result<Execution> {
    let row: Option<Execution> = EXECUTIONS.get(tx, id)?;
    row.filter(|row| now.since(row.submitted) < HISTORY).ok_or_else(|| error::no_query(id))
}

/// Ids of a workgroup's queries, newest first. `after` is where the last page ended.
pub(crate) fn history(
    tx: &ReadTx<'_>,
    now: Timestamp,
    workgroup: &str,
    after: Option<(Timestamp, String)>,
    limit: usize,
) -> Result<(Vec<(Timestamp, String)>, bool), StoreError> {
    let oldest = (workgroup, Reverse(now - HISTORY), "");
    let scan = BY_WORKGROUP.scan(tx).prefix(&(workgroup,)).until(&oldest);
    let page = match after {
        Some((at, id)) => scan.after(&(workgroup, Reverse(at), id.as_str())).page(limit)?,
        None => scan.page(limit)?,
    };
    let rows = page.rows.into_iter().map(|((_, Reverse(at), id), ())| (at, id)).collect();
    Ok((rows, page.more))
}

/// Removes at most `limit` queries too old to be remembered, answering how many.
pub(crate) fn forget_old(
    tx: &WriteTx<'_>,
    now: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let page = BY_AGE.scan(tx).until(&(now - HISTORY, "")).page(limit)?;
    for ((submitted, id), workgroup) in &page.rows {
        remove(tx, workgroup, *submitted, id)?;
    }
    Ok(page.rows.len())
}

fn remove(
    tx: &WriteTx<'_>,
    workgroup: &str,
    submitted: Timestamp,
    id: &str,
) -> Result<(), StoreError> {
    if let Some(row) = EXECUTIONS.get(tx, id)? {
        let answer = (workgroup, asked(&row));
        // Unless another has answered the same since.
        if ANSWERS.get(tx, &answer)?.as_deref() == Some(id) {
            ANSWERS.delete(tx, &answer)?;
        }
    }
    EXECUTIONS.delete(tx, id)?;
    BY_WORKGROUP.delete(tx, &(workgroup, Reverse(submitted), id))?;
    BY_AGE.delete(tx, &(submitted, id))?;
    UNFINISHED.delete(tx, &(tx.scope(), id))?;
    Ok(())
}

/// When the oldest query was submitted.
pub(crate) fn oldest(tx: &ReadTx<'_>) -> Result<Option<Timestamp>, StoreError> {
    Ok(BY_AGE.scan(tx).keys().next().transpose()?.map(|(submitted, _)| submitted))
}

/// Takes a query that is gone off the list of the unfinished.
pub(crate) fn no_longer_unfinished(tx: &WriteTx<'_>, id: &str) -> Result<(), StoreError> {
    UNFINISHED.delete(tx, &(tx.scope(), id)).map(drop)
}

/// The queries that a process which ended left unfinished.
pub(crate) fn unfinished(tx: &ReadTx<'_>) -> Result<Vec<(Scope, String)>, StoreError> {
    UNFINISHED.scan(tx).keys().collect()
}

/// Keeps where a statement is about to write.
pub(crate) fn begin_writing(tx: &WriteTx<'_>, id: &str, row: &Writing) -> Result<(), StoreError> {
    WRITING.put(tx, &(tx.scope(), id), row)
}

/// Nothing of what a statement wrote has to go any more.
pub(crate) fn end_writing(tx: &WriteTx<'_>, id: &str) -> Result<(), StoreError> {
    WRITING.delete(tx, &(tx.scope(), id)).map(drop)
}

/// What has to go if the statement does not succeed.
pub(crate) fn writing(tx: &ReadTx<'_>, id: &str) -> Result<Option<Writing>, StoreError> {
    WRITING.get(tx, &(tx.scope(), id))
}

/// The statements that a process which ended may have left half written.
pub(crate) fn all_writing(tx: &ReadTx<'_>) -> Result<Vec<(Scope, String)>, StoreError> {
    WRITING.scan(tx).keys().collect()
}

// --- Results to be used again ------------------------------------------------------------------

/// Remembers that a query answered what its row asks.
pub(crate) fn put_answer(tx: &WriteTx<'_>, id: &str, row: &Execution) -> Result<(), StoreError> {
    ANSWERS.put(tx, &(row.workgroup.as_str(), asked(row)), &id.to_owned())
}

/// The newest query that asked the same and succeeded after `since`.
pub(crate) fn answer(
    tx: &ReadTx<'_>,
    row: &Execution,
    since: Timestamp,
) -> Result<Option<Execution>, StoreError> {
    let Some(id) = ANSWERS.get(tx, &(row.workgroup.as_str(), asked(row)))? else {
        return Ok(None);
    };
    let found: Option<Execution> = EXECUTIONS.get(tx, &id)?;
    Ok(found.filter(|found| {
        found.completed.is_some_and(|completed| completed >= since)
            && (&found.query, &found.catalog, &found.database, &found.parameters)
                == (&row.query, &row.catalog, &row.database, &row.parameters)
    }))
}

/// FNV-1a over what decides the answer; the rows are compared as well.
fn asked(row: &Execution) -> u64 {
    let context = [row.catalog.as_deref(), row.database.as_deref()];
    let texts = [row.query.as_str()]
        .into_iter()
        .chain(context.map(Option::unwrap_or_default))
        .chain(row.parameters.iter().map(String::as_str));
    texts.flat_map(|text| text.bytes().chain([0])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

// --- Named queries and prepared statements -----------------------------------------------------

pub(crate) fn put_named(tx: &WriteTx<'_>, id: &str, row: &NamedQueryRow) -> Result<(), StoreError> {
    NAMED.put(tx, id, row)?;
    NAMED_BY_WORKGROUP.put(tx, &(row.workgroup.as_str(), id), &())
}

pub(crate) fn named(tx: &ReadTx<'_>, id: &str) -> Result<NamedQueryRow> {
    NAMED.get(tx, id)?.ok_or_else(|| error::no_named_query(id))
}

pub(crate) fn delete_named(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    let row = named(tx, id)?;
    NAMED.delete(tx, id)?;
    NAMED_BY_WORKGROUP.delete(tx, &(row.workgroup.as_str(), id))?;
    Ok(())
}

/// Ids of a workgroup's named queries after one.
pub(crate) fn named_ids(
    tx: &ReadTx<'_>,
    workgroup: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<String>, bool), StoreError> {
    let scan = NAMED_BY_WORKGROUP.scan(tx).prefix(&(workgroup,));
    let page = match after {
        Some(id) => scan.after(&(workgroup, id)).page(limit)?,
        None => scan.page(limit)?,
    };
    Ok((page.rows.into_iter().map(|((_, id), ())| id).collect(), page.more))
}

pub(crate) fn prepared(
    tx: &ReadTx<'_>,
    workgroup: &str,
    name: &str,
) -> Result<Option<PreparedRow>, StoreError> {
    PREPARED.get(tx, &(workgroup, name))
}

pub(crate) fn put_prepared(
    tx: &WriteTx<'_>,
    workgroup: &str,
    name: &str,
    row: &PreparedRow,
) -> Result<(), StoreError> {
    PREPARED.put(tx, &(workgroup, name), row)
}

pub(crate) fn delete_prepared(
    tx: &WriteTx<'_>,
    workgroup: &str,
    name: &str,
) -> Result<bool, StoreError> {
    PREPARED.delete(tx, &(workgroup, name))
}

/// A workgroup's prepared statements after one, by name.
pub(crate) fn prepared_page(
    tx: &ReadTx<'_>,
    workgroup: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<(String, PreparedRow)>, bool), StoreError> {
    let scan = PREPARED.scan(tx).prefix(&(workgroup,));
    let page = match after {
        Some(name) => scan.after(&(workgroup, name)).page(limit)?,
        None => scan.page(limit)?,
    };
    Ok((page.rows.into_iter().map(|((_, name), row)| (name, row)).collect(), page.more))
}
