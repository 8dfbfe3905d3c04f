//! Rows on disk: one fjall database, one keyspace per table.
//!
//! fjall refuses all writes after a failed one ("poisoned"), rightly: what reached the journal is
//! unknown. [`Storage::recover`] opens the database anew, which replays the journal up to the last
//! whole batch. `clear()` of a keyspace is never called: it is not crash safe.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use fjall::{
    CompressionType, Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode, Slice,
};
use parking_lot::RwLock;

use super::{Batch, KeyRange, Storage, StorageScan, journal};
use crate::{StoreError, error::Reason, store::Durability};

/// Blocks kept in memory, for all tables together.
const CACHE_BYTES: u64 = 24 << 20;
/// Rows of one table kept in memory before they become a file.
const MEMTABLE_BYTES: u64 = 16 << 20;
/// Journals kept before the oldest tables in them are made files.
const JOURNAL_BYTES: u64 = 128 << 20;
/// Flushes and compactions run on these.
const WORKERS: usize = 2;
/// Open files cached.
const FILES: usize = 256;
/// Threads of an earlier use may take a moment to end.
const TRIES: u32 = 50;
const TRY_AGAIN: Duration = Duration::from_millis(20);

/// The on-disk backend.
pub struct Disk {
    path: PathBuf,
    durability: Durability,
    state: RwLock<State>,
}

enum State {
    Open(Open),
    /// Opening again failed for this reason; the next commit tries once more, or the committer
    /// while it waits for one.
    Broken(StoreError),
    Closed,
}

struct Open {
    database: Database,
    /// By name; tables appear when first written.
    keyspaces: HashMap<String, Keyspace>,
}

impl Open {
    fn new(path: &Path, durability: Durability) -> Result<Open, StoreError> {
        for _ in 0..TRIES {
            journal::repair(path, durability)?;
            match Open::database(path) {
                Err(fjall::Error::Locked) => std::thread::sleep(TRY_AGAIN),
                opened => return opened.map_err(unreadable),
            }
        }
        Err(StoreError::unreadable("an earlier use of the database has not ended"))
    }

    fn database(path: &Path) -> fjall::Result<Open> {
        let database = Database::builder(path)
            .cache_size(CACHE_BYTES)
            .worker_threads(WORKERS)
            .max_cached_files(Some(FILES))
            .max_journaling_size(JOURNAL_BYTES)
            .manual_journal_persist(true)
            // Checksums of compressed entries are verified by compressing again, which another
            // version of the compressor might do differently.
            .journal_compression(CompressionType::None)
            .open()?;
        let mut keyspaces = HashMap::new();
        for name in database.list_keyspace_names() {
            keyspaces.insert(name.to_string(), database.keyspace(&name, table_options)?);
        }
        Ok(Open { database, keyspaces })
    }

    fn lacks_a_table_of(&self, changes: &Batch) -> bool {
        changes.keys().any(|&table| !self.keyspaces.contains_key(table))
    }

    fn create_tables(&mut self, changes: &Batch) -> fjall::Result<()> {
        for &table in changes.keys() {
            if !self.keyspaces.contains_key(table) {
                let keyspace = self.database.keyspace(table, table_options)?;
                self.keyspaces.insert(table.to_owned(), keyspace);
            }
        }
        Ok(())
    }

    fn commit(&self, changes: &Batch, durability: Durability) -> fjall::Result<()> {
        let count = changes.values().map(|changes| changes.len()).sum();
        // The batch persists before it shows in the memory tables: nobody reads what is not safe.
        let persist = match durability {
            Durability::Strict => PersistMode::SyncData,
            Durability::Relaxed => PersistMode::Buffer,
        };
        let mut batch =
            OwnedWriteBatch::with_capacity(self.database.clone(), count).durability(Some(persist));
        for (table, changes) in changes {
            let keyspace = &self.keyspaces[*table];
            for (key, value) in changes {
                match value {
                    Some(value) => batch.insert(keyspace, key.clone(), value.clone()),
                    None => batch.remove(keyspace, key.clone()),
                }
            }
        }
        batch.commit()
    }
}

/// A failure of the operating system in its own words, without the database's around them.
fn reason(error: fjall::Error) -> Reason {
    match error {
        fjall::Error::Io(error) | fjall::Error::Storage(fjall::LsmError::Io(error)) => error.into(),
        error => error.to_string().as_str().into(),
    }
}

fn unreadable(error: fjall::Error) -> StoreError {
    StoreError::unreadable(reason(error))
}

fn not_saved(error: fjall::Error) -> StoreError {
    StoreError::not_saved(reason(error))
}

fn table_options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES)
}

impl Disk {
    /// Opens or creates the database at a path nobody else has open.
    ///
    /// # Errors
    /// If the files there are damaged, or the file system refuses.
    pub fn open(path: &Path, durability: Durability) -> Result<Disk, StoreError> {
        let state = RwLock::new(State::Open(Open::new(path, durability)?));
        Ok(Disk { path: path.to_owned(), durability, state })
    }

    /// Runs `f` on the keyspace of a table, or answers none if nobody wrote to it.
    fn with<T>(
        &self,
        table: &str,
        f: impl FnOnce(&Keyspace) -> fjall::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        match &*self.state.read() {
            State::Open(open) => open.keyspaces.get(table).map(f).transpose().map_err(unreadable),
            State::Broken(reason) => Err(reason.clone()),
            State::Closed => Err(StoreError::Closed),
        }
    }
}

impl Storage for Disk {
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        Ok(self.with(table, |keyspace| keyspace.get(key))?.flatten())
    }

    fn scan<'a>(
        &'a self,
        table: &'static str,
        range: &KeyRange,
        reverse: bool,
    ) -> Result<StorageScan<'a>, StoreError> {
        let rows = self.with(table, |keyspace| {
            Ok(match &range.upper {
                Some(upper) => keyspace.range(range.lower.as_slice()..upper.as_slice()),
                None => keyspace.range(range.lower.as_slice()..),
            })
        })?;
        let Some(rows) = rows else { return Ok(Box::new(std::iter::empty())) };
        let row = |guard: fjall::Guard| guard.into_inner().map_err(unreadable);
        Ok(if reverse { Box::new(rows.rev().map(row)) } else { Box::new(rows.map(row)) })
    }

    fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        if matches!(&*self.state.read(), State::Broken(_)) {
            self.recover()?;
        }
        let mut state = self.state.read();
        if matches!(&*state, State::Open(open) if open.lacks_a_table_of(batch)) {
            drop(state);
            // New tables are rare; for them alone readers wait, who only look a keyspace up here.
            if let State::Open(open) = &mut *self.state.write() {
                open.create_tables(batch).map_err(not_saved)?;
            }
            state = self.state.read();
        }
        match &*state {
            State::Open(open) => open.commit(batch, durability).map_err(not_saved),
            State::Broken(reason) => Err(reason.clone()),
            State::Closed => Err(StoreError::Closed),
        }
    }

    fn recover(&self) -> Result<(), StoreError> {
        let mut state = self.state.write();
        if matches!(*state, State::Closed) {
            return Err(StoreError::Closed);
        }
        // The old database must be gone before its lock can be taken again.
        *state = State::Broken(StoreError::unreadable("the database is being opened again"));
        match Open::new(&self.path, self.durability) {
            Ok(open) => {
                *state = State::Open(open);
                Ok(())
            }
            Err(error) => {
                *state = State::Broken(error.clone());
                Err(error)
            }
        }
    }

    fn clear(&self) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("a store on disk is not reset: remove its directory instead"))
    }

    fn close(&self) -> Result<(), StoreError> {
        match std::mem::replace(&mut *self.state.write(), State::Closed) {
            State::Open(open) => open.database.persist(PersistMode::SyncAll).map_err(not_saved),
            State::Broken(_) | State::Closed => Ok(()),
        }
    }
}
