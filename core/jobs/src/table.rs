//! The rows of jobs and their index by due time.

use aquifer_ctx::Clock;
use aquifer_store::{Blob, ReadTx, Row, StoreError, Table, WriteTx};
use aquifer_types::{Scope, Timestamp};
use serde::{Deserialize, Serialize};

/// Jobs by owner, kind and key.
static JOBS: Table<Identity, JobRow> = Table::global("jobs.jobs");
/// The same by due time; jobs due at the same instant in the order they were scheduled.
pub(crate) static DUE: Table<Place, DueRow> = Table::global("jobs.due");
static STATE: Table<(), State> = Table::global("jobs.state");

pub(crate) type Identity = (Scope, String, String);
pub(crate) type Place = (Timestamp, u64);

/// A job's name within its scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobKey {
    /// What is to be done; a handler is registered for it.
    pub kind: &'static str,
    /// To what. One job per kind and key.
    pub key: String,
}

impl JobKey {
    /// A job's name.
    pub fn new(kind: &'static str, key: impl Into<String>) -> JobKey {
        JobKey { kind, key: key.into() }
    }
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// When it runs, or runs again.
    pub due: Timestamp,
    /// How often it failed since it was scheduled.
    pub failures: u32,
    /// What the last failure said.
    pub last_error: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct JobRow {
    place: Place,
    payload: Blob,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    last_error: Option<String>,
    /// When it was due before failures put it off.
    first_due: Timestamp,
}

impl Row for JobRow {}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DueRow {
    pub(crate) identity: Identity,
}

impl Row for DueRow {}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// Numbers given to scheduled jobs so far. A job scheduled anew has a new number, by which a
    /// finished run knows that its row is no longer its own.
    number: u64,
    /// No job is due before this place. Finding the first from here spares a walk over the traces
    /// of all that have run, which the storage removes only in time.
    first: Place,
}

impl Row for State {}

/// A job as it is to be run.
pub(crate) struct Picked {
    pub(crate) place: Place,
    pub(crate) identity: Identity,
    pub(crate) due: Timestamp,
    pub(crate) payload: Vec<u8>,
    pub(crate) failures: u32,
}

/// Schedules a job of the transaction's scope, replacing an earlier schedule of the same name. A
/// due time in the past means as soon as possible, before everything due later.
///
/// # Errors
/// If the store cannot be read or the payload is too large.
pub fn schedule(
    tx: &WriteTx<'_>,
    job: &JobKey,
    due: Timestamp,
    payload: Vec<u8>,
) -> Result<(), StoreError> {
    let identity = (tx.scope().clone(), job.kind.to_owned(), job.key.clone());
    if let Some(old) = JOBS.get(tx, &identity)? {
        DUE.delete(tx, &old.place)?;
    }
    let place = (due, next_number(tx)?);
    let payload = Blob(payload);
    let row = JobRow { place, payload, failures: 0, last_error: None, first_due: due };
    put(tx, identity, &row)
}

/// Removes a job, answering whether there was one. A run under way goes on.
///
/// # Errors
/// If the store cannot be read.
pub fn cancel(tx: &WriteTx<'_>, job: &JobKey) -> Result<bool, StoreError> {
    let identity = (tx.scope().clone(), job.kind.to_owned(), job.key.clone());
    remove(tx, &identity)
}

/// How a job of the transaction's scope stands; none if it is not scheduled.
///
/// # Errors
/// If the store cannot be read.
pub fn state(tx: &ReadTx<'_>, job: &JobKey) -> Result<Option<JobState>, StoreError> {
    let row = JOBS.get(tx, &(tx.scope(), job.kind, job.key.as_str()))?;
    Ok(row.map(|row| JobState {
        due: row.place.0,
        failures: row.failures,
        last_error: row.last_error,
    }))
}

/// The next number, which is also a sequence for whoever needs one in a transaction.
pub(crate) fn next_number(tx: &WriteTx<'_>) -> Result<u64, StoreError> {
    let mut state = STATE.get(tx, &())?.unwrap_or_default();
    state.number += 1;
    STATE.put(tx, &(), &state)?;
    Ok(state.number)
}

/// The first job that may run: due by `now`, and wanted by `free`. Otherwise when to look again.
pub(crate) fn pick(
    tx: &ReadTx<'_>,
    clock: &Clock,
    free: impl Fn(&Identity) -> bool,
) -> Result<Result<Picked, Option<Timestamp>>, StoreError> {
    let state = STATE.get(tx, &())?.unwrap_or_default();
    for row in DUE.scan(tx).from(&state.first) {
        let (place, DueRow { identity }) = row?;
        if place.0 > clock.now() {
            return Ok(Err(Some(place.0)));
        }
        if !free(&identity) {
            continue;
        }
        let Some(row) = JOBS.get(tx, &identity)? else { continue };
        let (due, payload, failures) = (row.first_due, row.payload.0, row.failures);
        return Ok(Ok(Picked { place, identity, due, payload, failures }));
    }
    Ok(Err(None))
}

/// When the first job is due.
pub(crate) fn first_due(tx: &ReadTx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let state = STATE.get(tx, &())?.unwrap_or_default();
    let first = DUE.scan(tx).from(&state.first).keys().next().transpose()?;
    Ok(first.map(|place| place.0))
}

/// Removes a job that ran, unless it was scheduled anew meanwhile.
pub(crate) fn finish(tx: &WriteTx<'_>, picked: &Picked) -> Result<(), StoreError> {
    let row = JOBS.get(tx, &picked.identity)?;
    if row.is_some_and(|row| row.place == picked.place) {
        remove(tx, &picked.identity)?;
    }
    note_first(tx)
}

/// Puts a job off to `due`, unless it was scheduled anew meanwhile; `failed` if it was run and
/// failed.
pub(crate) fn put_off(
    tx: &WriteTx<'_>,
    picked: &Picked,
    due: Timestamp,
    error: String,
    failed: bool,
) -> Result<(), StoreError> {
    if let Some(mut row) = JOBS.get(tx, &picked.identity)?
        && row.place == picked.place
    {
        DUE.delete(tx, &row.place)?;
        row.place = (due, next_number(tx)?);
        row.failures = row.failures.saturating_add(u32::from(failed));
        row.last_error = Some(error);
        put(tx, picked.identity.clone(), &row)?;
    }
    note_first(tx)
}

fn put(tx: &WriteTx<'_>, identity: Identity, row: &JobRow) -> Result<(), StoreError> {
    let mut state = STATE.get(tx, &())?.unwrap_or_default();
    if row.place < state.first {
        state.first = row.place;
        STATE.put(tx, &(), &state)?;
    }
    JOBS.put(tx, &identity, row)?;
    DUE.put(tx, &row.place, &DueRow { identity })
}

fn remove(tx: &WriteTx<'_>, identity: &Identity) -> Result<bool, StoreError> {
    let Some(row) = JOBS.get(tx, identity)? else { return Ok(false) };
    DUE.delete(tx, &row.place)?;
    JOBS.delete(tx, identity)
}

/// Remembers where the first job is now. With none left the old place stays: it is still true.
fn note_first(tx: &WriteTx<'_>) -> Result<(), StoreError> {
    let mut state = STATE.get(tx, &())?.unwrap_or_default();
    if let Some(first) = DUE.scan(tx).from(&state.first).keys().next().transpose()?
        && first != state.first
    {
        state.first = first;
        STATE.put(tx, &(), &state)?;
    }
    Ok(())
}
