//! Changes accepted but not yet durable. Readers and writers see them at once; the committer
//! removes them when the backend has them, or forgets them all when it failed.

use std::collections::{BTreeMap, HashMap, btree_map};

use fjall::Slice;

use crate::backend::{Batch, KeyRange};

/// The latest accepted value of a key.
pub(crate) struct Pending {
    /// The write it came from.
    sequence: u64,
    /// None if the key was deleted.
    pub(crate) value: Option<Slice>,
}

#[derive(Default)]
pub(crate) struct Overlay {
    tables: HashMap<&'static str, BTreeMap<Slice, Pending>>,
}

impl Overlay {
    pub(crate) fn get(&self, table: &'static str, key: &[u8]) -> Option<&Pending> {
        self.tables.get(table)?.get(key)
    }

    pub(crate) fn range(
        &self,
        table: &'static str,
        range: &KeyRange,
    ) -> Option<btree_map::Range<'_, Slice, Pending>> {
        Some(range_of(self.tables.get(table)?, range))
    }

    pub(crate) fn apply(&mut self, sequence: u64, changes: &Batch) {
        for (&table, changes) in changes {
            let pending = self.tables.entry(table).or_default();
            for (key, value) in changes {
                pending.insert(key.clone(), Pending { sequence, value: value.clone() });
            }
        }
    }

    /// Removes the entries of some keys that no write after `sequence` replaced.
    pub(crate) fn settle<'a>(
        &mut self,
        table: &'static str,
        keys: impl Iterator<Item = &'a Slice>,
        sequence: u64,
    ) {
        let Some(pending) = self.tables.get_mut(table) else { return };
        for key in keys {
            if let btree_map::Entry::Occupied(entry) = pending.entry(key.clone())
                && entry.get().sequence <= sequence
            {
                entry.remove();
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.tables.clear();
    }
}

/// The entries of a map in a range that may be empty, which `BTreeMap::range` would panic on.
pub(crate) fn range_of<'a, V>(
    map: &'a BTreeMap<Slice, V>,
    range: &KeyRange,
) -> btree_map::Range<'a, Slice, V> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    if range.is_empty() {
        return btree_map::Range::default();
    }
    let upper = range.upper.as_deref().map_or(Unbounded, Excluded);
    map.range::<[u8], _>((Included(range.lower.as_slice()), upper))
}
