//! Rows in memory, for ephemeral servers and tests: same semantics, nothing kept.

use std::{collections::BTreeMap, ops::Bound};

use fjall::Slice;
use parking_lot::RwLock;

use super::{Batch, KeyRange, Storage, StorageScan};
use crate::{StoreError, store::Durability};

/// Rows taken per lock while scanning. What changes between two takes is in the store's overlay,
/// which hides it, so a scan is consistent all the same.
const CHUNK: usize = 64;

type Tables = std::collections::HashMap<&'static str, BTreeMap<Slice, Slice>>;

/// The in-memory backend.
#[derive(Default)]
pub struct Memory {
    tables: RwLock<Tables>,
}

struct Rows<'a> {
    memory: &'a Memory,
    table: &'static str,
    lower: Bound<Slice>,
    upper: Bound<Slice>,
    reverse: bool,
    chunk: std::vec::IntoIter<(Slice, Slice)>,
    done: bool,
}

impl Rows<'_> {
    fn refill(&mut self) {
        let tables = self.memory.tables.read();
        let Some(rows) = tables.get(self.table) else {
            self.done = true;
            return;
        };
        let copy = |(key, value): (&Slice, &Slice)| (key.clone(), value.clone());
        let range = rows.range((self.lower.clone(), self.upper.clone()));
        let chunk: Vec<_> = if self.reverse {
            range.rev().take(CHUNK).map(copy).collect()
        } else {
            range.take(CHUNK).map(copy).collect()
        };
        self.done = chunk.len() < CHUNK;
        if let Some((last, _)) = chunk.last() {
            let bound = Bound::Excluded(last.clone());
            *(if self.reverse { &mut self.upper } else { &mut self.lower }) = bound;
        }
        self.chunk = chunk.into_iter();
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<(Slice, Slice), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.chunk.len() == 0 && !self.done {
            self.refill();
        }
        self.chunk.next().map(Ok)
    }
}

impl Storage for Memory {
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        Ok(self.tables.read().get(table).and_then(|rows| rows.get(key)).cloned())
    }

    fn scan<'a>(
        &'a self,
        table: &'static str,
        range: &KeyRange,
        reverse: bool,
    ) -> Result<StorageScan<'a>, StoreError> {
        Ok(Box::new(Rows {
            memory: self,
            table,
            lower: Bound::Included(range.lower.as_slice().into()),
            upper: range
                .upper
                .as_ref()
                .map_or(Bound::Unbounded, |upper| Bound::Excluded(upper.as_slice().into())),
            reverse,
            chunk: Vec::new().into_iter(),
            done: false,
        }))
    }

    fn commit(&self, batch: &Batch, _durability: Durability) -> Result<(), StoreError> {
        let mut tables = self.tables.write();
        for (table, changes) in batch {
            let rows = tables.entry(table).or_default();
            for (key, value) in changes {
                match value {
                    Some(value) => rows.insert(key.clone(), value.clone()),
                    None => rows.remove(key),
                };
            }
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.tables.write().clear();
        Ok(())
    }

    fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
