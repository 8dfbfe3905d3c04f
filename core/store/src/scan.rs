//! Ordered, lazy reading of many rows: own changes over accepted changes over durable rows.
//!
//! Each step costs the merge of three sorted sources and nothing for rows not reached. A writer
//! may change the table while scanning it: changes ahead of the scan are seen, those behind not.

use std::{iter::Peekable, marker::PhantomData};

use fjall::Slice;

use crate::{
    AsKey, AsPrefix, Key, ReadTx, Row, StoreError,
    backend::{KeyRange, StorageScan, after_prefix},
    key,
    overlay::Pending,
    row::decode_row,
    tx::View,
};

/// Some rows and whether more follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<K, V> {
    /// At most the number asked for, in order.
    pub rows: Vec<(K, V)>,
    /// Whether a row after the last one exists; continue after its key.
    pub more: bool,
}

/// A scan of a table: narrow it first, then iterate. Items are `Result<(K, V), StoreError>`.
#[must_use = "a scan does nothing until iterated"]
pub struct Scan<'t, K, V> {
    table: &'static str,
    view: &'t View<'t>,
    /// The leading bytes of each key, which are the scope's.
    scope: Vec<u8>,
    range: KeyRange,
    reverse: bool,
    merge: Option<Merge<'t>>,
    types: PhantomData<fn() -> (K, V)>,
}

impl<'t, K: Key, V: Row> Scan<'t, K, V> {
    pub(crate) fn new(table: &'static str, tx: &ReadTx<'t>, scope: &[u8]) -> Scan<'t, K, V> {
        Scan {
            table,
            view: tx.view,
            scope: scope.to_vec(),
            range: KeyRange::prefix(scope.to_vec()),
            reverse: false,
            merge: None,
            types: PhantomData,
        }
    }

    /// Only keys with these leading parts: `.prefix(&(bucket,))`.
    pub fn prefix(self, parts: &impl AsPrefix<K>) -> Self {
        self.starting_with(parts, "")
    }

    /// Only keys with these leading parts whose next part is text starting with `text`.
    pub fn starting_with(mut self, parts: &impl AsPrefix<K>, text: &str) -> Self {
        let prefix = self.prefix_bytes(parts, text);
        if let Some(end) = after_prefix(&prefix) {
            self.range.cut(end);
        }
        self.range.raise(prefix);
        self
    }

    /// Only keys at or above this one.
    pub fn from(mut self, key: &(impl AsKey<K> + ?Sized)) -> Self {
        let key = self.key_bytes(key);
        self.range.raise(key);
        self
    }

    /// Only keys above this one.
    pub fn after(mut self, key: &(impl AsKey<K> + ?Sized)) -> Self {
        let mut key = self.key_bytes(key);
        key.push(0);
        self.range.raise(key);
        self
    }

    /// Only keys whose leading parts are these or above: `.from_prefix(&(day,))`.
    pub fn from_prefix(mut self, parts: &impl AsPrefix<K>) -> Self {
        let prefix = self.prefix_bytes(parts, "");
        self.range.raise(prefix);
        self
    }

    /// Only keys whose leading parts are these or below.
    pub fn through_prefix(mut self, parts: &impl AsPrefix<K>) -> Self {
        if let Some(end) = after_prefix(&self.prefix_bytes(parts, "")) {
            self.range.cut(end);
        }
        self
    }

    /// Only keys above all that [`Scan::starting_with`] would keep.
    pub fn after_all(mut self, parts: &impl AsPrefix<K>, text: &str) -> Self {
        // Above a prefix of nothing but FF there is only the end of the scope.
        let end = after_prefix(&self.prefix_bytes(parts, text));
        if let Some(end) = end.or_else(|| self.range.upper.clone()) {
            self.range.raise(end);
        }
        self
    }

    /// Only keys below this one.
    pub fn until(mut self, key: &(impl AsKey<K> + ?Sized)) -> Self {
        let key = self.key_bytes(key);
        self.range.cut(key);
        self
    }

    /// Only keys at or below this one.
    pub fn through(mut self, key: &(impl AsKey<K> + ?Sized)) -> Self {
        let mut key = self.key_bytes(key);
        key.push(0);
        self.range.cut(key);
        self
    }

    /// The same rows, of which each is read only as far as `W` has fields: a row of the table may
    /// have many more. `W` has the version of the table's rows.
    pub fn rows_as<W: Row>(self) -> Scan<'t, K, W> {
        let Scan { table, view, scope, range, reverse, merge, types: _ } = self;
        Scan { table, view, scope, range, reverse, merge, types: PhantomData }
    }

    /// The same rows under as much of their keys as is wanted: `W` has the parts of the table's
    /// keys, with [`Unread`](crate::Unread) in the place of texts that need not be read.
    pub fn keys_as<W: Key>(self) -> Scan<'t, W, V> {
        let Scan { table, view, scope, range, reverse, merge, types: _ } = self;
        Scan { table, view, scope, range, reverse, merge, types: PhantomData }
    }

    /// From the last key down.
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// The first `limit` rows.
    ///
    /// # Errors
    /// If stored data cannot be read or understood.
    pub fn page(mut self, limit: usize) -> Result<Page<K, V>, StoreError> {
        let mut rows = Vec::with_capacity(limit.min(1024));
        while rows.len() < limit {
            match self.next() {
                Some(row) => rows.push(row?),
                None => return Ok(Page { rows, more: false }),
            }
        }
        let more = self.next_raw().transpose()?.is_some();
        Ok(Page { rows, more })
    }

    /// The keys alone, without reading the rows' contents.
    pub fn keys(mut self) -> impl Iterator<Item = Result<K, StoreError>> + use<'t, K, V> {
        std::iter::from_fn(move || {
            let raw = self.next_raw()?;
            Some(raw.and_then(|(key, _)| self.key(&key)))
        })
    }

    pub(crate) fn next_raw(&mut self) -> Option<Result<(Slice, Slice), StoreError>> {
        if self.merge.is_none() {
            match Merge::new(self.view, self.table, self.range.clone(), self.reverse) {
                Ok(merge) => self.merge = Some(merge),
                Err(error) => {
                    // An empty range from here on: the error is told once.
                    self.range.upper = Some(Vec::new());
                    return Some(Err(error));
                }
            }
        }
        self.merge.as_mut()?.next()
    }

    fn key(&self, bytes: &[u8]) -> Result<K, StoreError> {
        let mut rest = &bytes[self.scope.len()..];
        match K::decode(&mut rest) {
            Some(key) if rest.is_empty() => Ok(key),
            _ => Err(StoreError::corrupt(self.table, format!("its key is {}", hex(bytes)))),
        }
    }

    fn key_bytes(&self, key: &(impl AsKey<K> + ?Sized)) -> Vec<u8> {
        let mut bytes = self.scope.clone();
        key.encode(&mut bytes);
        bytes
    }

    fn prefix_bytes(&self, parts: &impl AsPrefix<K>, text: &str) -> Vec<u8> {
        let mut bytes = self.scope.clone();
        parts.encode_prefix(&mut bytes);
        key::escape(text.as_bytes(), &mut bytes);
        bytes
    }
}

impl<K: Key, V: Row> Iterator for Scan<'_, K, V> {
    type Item = Result<(K, V), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.next_raw()?;
        Some(raw.and_then(|(key, row)| Ok((self.key(&key)?, decode_row(self.table, &row)?))))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The three sources of a transaction, merged.
struct Merge<'t> {
    view: &'t View<'t>,
    table: &'static str,
    range: KeyRange,
    reverse: bool,
    /// The last key given or skipped.
    position: Option<Slice>,
    durable: Peekable<StorageScan<'t>>,
    accepted: Peekable<Box<dyn Iterator<Item = (&'t Slice, &'t Pending)> + 't>>,
}

impl<'t> Merge<'t> {
    fn new(
        view: &'t View<'t>,
        table: &'static str,
        range: KeyRange,
        reverse: bool,
    ) -> Result<Merge<'t>, StoreError> {
        let durable: StorageScan<'t> = if range.is_empty() {
            Box::new(std::iter::empty())
        } else {
            view.storage.scan(table, &range, reverse)?
        };
        let accepted = view.overlay.range(table, &range).unwrap_or_default();
        let accepted: Box<dyn Iterator<Item = _>> =
            if reverse { Box::new(accepted.rev()) } else { Box::new(accepted) };
        let (durable, accepted) = (durable.peekable(), accepted.peekable());
        Ok(Merge { view, table, range, reverse, position: None, durable, accepted })
    }

    fn next(&mut self) -> Option<Result<(Slice, Slice), StoreError>> {
        if self.range.is_empty() {
            return None;
        }
        loop {
            let (key, value) = match self.step()? {
                Ok(step) => step,
                Err(error) => {
                    self.range.upper = Some(Vec::new());
                    return Some(Err(error));
                }
            };
            if self.view.may_change {
                self.position = Some(key.clone());
            }
            if let Some(value) = value {
                return Some(Ok((key, value)));
            }
        }
    }

    /// The next key of any source with the newest word on it; a deleted one has no value.
    fn step(&mut self) -> Option<Result<(Slice, Option<Slice>), StoreError>> {
        if !self.view.may_change && self.accepted.peek().is_none() {
            // Most scans: of what is on disk, and nothing else.
            return self.durable.next().map(|row| row.map(|(key, row)| (key, Some(row))));
        }
        let own = self.view.own_next(self.table, &self.range, self.position.as_ref(), self.reverse);
        if matches!(self.durable.peek(), Some(Err(_))) {
            return self.durable.next().map(|row| row.map(|(key, row)| (key, Some(row))));
        }
        let durable = self.durable.peek().and_then(|row| Some(row.as_ref().ok()?.0.clone()));
        let accepted = self.accepted.peek().map(|(key, _)| (*key).clone());
        let heads = [own.as_ref().map(|(key, _)| key), accepted.as_ref(), durable.as_ref()];
        let heads = heads.into_iter().flatten();
        let first = if self.reverse { heads.max() } else { heads.min() }?.clone();

        let from_accepted = (accepted.as_ref() == Some(&first)).then(|| self.next_accepted());
        let from_durable = (durable.as_ref() == Some(&first)).then(|| self.durable.next());
        if let Some((key, value)) = own.filter(|(key, _)| *key == first) {
            return Some(Ok((key, value)));
        }
        if let Some(value) = from_accepted {
            return Some(Ok((first, value)));
        }
        from_durable.flatten().map(|row| row.map(|(key, row)| (key, Some(row))))
    }

    fn next_accepted(&mut self) -> Option<Slice> {
        self.accepted.next().and_then(|(_, pending)| pending.value.clone())
    }
}
