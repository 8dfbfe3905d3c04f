//! Tables: a name, a key type, a row type and the part of the scope their keys carry.

use std::marker::PhantomData;

use crate::{
    AsKey, AsPrefix, Key, ReadTx, Row, Scan, StoreError, WriteTx,
    row::{decode_row, encode_row},
};

/// The backend's own bound on a key, scope included.
const KEY_BYTES_MAX: usize = u16::MAX as usize;
/// Larger things are object bytes and belong elsewhere.
const ROW_BYTES_MAX: usize = 64 << 20;

/// A table, usually a `static`. Two tables must not share a name.
pub struct Table<K, V> {
    name: &'static str,
    scoped: Scoped,
    types: PhantomData<fn() -> (K, V)>,
}

#[derive(Clone, Copy)]
enum Scoped {
    Regional,
    Account,
    Global,
}

impl<K, V> Table<K, V> {
    /// Rows belong to an account in a region: the usual case.
    pub const fn regional(name: &'static str) -> Table<K, V> {
        Table { name, scoped: Scoped::Regional, types: PhantomData }
    }

    /// Rows belong to an account, whatever the region.
    pub const fn account(name: &'static str) -> Table<K, V> {
        Table { name, scoped: Scoped::Account, types: PhantomData }
    }

    /// Rows belong to the whole store; their keys name the owner where there is one.
    pub const fn global(name: &'static str) -> Table<K, V> {
        Table { name, scoped: Scoped::Global, types: PhantomData }
    }

    /// The name it was declared with.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<K: Key, V: Row> Table<K, V> {
    /// The row of a key.
    ///
    /// # Errors
    /// If stored data cannot be read or understood.
    pub fn get<Q>(&self, tx: &ReadTx<'_>, key: &Q) -> Result<Option<V>, StoreError>
    where
        Q: AsKey<K> + ?Sized,
    {
        let row = tx.view.get(self.name, &self.key_bytes(tx, key))?;
        row.map(|bytes| decode_row(self.name, &bytes)).transpose()
    }

    /// Whether a key has a row.
    ///
    /// # Errors
    /// If stored data cannot be read.
    pub fn contains<Q>(&self, tx: &ReadTx<'_>, key: &Q) -> Result<bool, StoreError>
    where
        Q: AsKey<K> + ?Sized,
    {
        Ok(tx.view.get(self.name, &self.key_bytes(tx, key))?.is_some())
    }

    /// Writes the row of a key, new or not.
    ///
    /// # Errors
    /// If key or row are too large.
    pub fn put<Q>(&self, tx: &WriteTx<'_>, key: &Q, row: &V) -> Result<(), StoreError>
    where
        Q: AsKey<K> + ?Sized,
    {
        let key = self.key_bytes(tx, key);
        let row = encode_row(self.name, row)?;
        self.check_size("key", key.len(), KEY_BYTES_MAX)?;
        self.check_size("row", row.len(), ROW_BYTES_MAX)?;
        tx.put(self.name, &key, row.into());
        Ok(())
    }

    /// Removes the row of a key, answering whether there was one.
    ///
    /// # Errors
    /// If stored data cannot be read.
    pub fn delete<Q>(&self, tx: &WriteTx<'_>, key: &Q) -> Result<bool, StoreError>
    where
        Q: AsKey<K> + ?Sized,
    {
        let key = self.key_bytes(tx, key);
        let existed = tx.view.get(self.name, &key)?.is_some();
        if existed {
            tx.delete(self.name, &key);
        }
        Ok(existed)
    }

    /// Removes all rows whose keys have these leading parts, answering how many. The removals are
    /// one transaction held in memory; for unbounded numbers delete page by page instead.
    ///
    /// # Errors
    /// If stored data cannot be read.
    pub fn delete_prefix(
        &self,
        tx: &WriteTx<'_>,
        parts: &impl AsPrefix<K>,
    ) -> Result<usize, StoreError> {
        let mut scan = self.scan(tx).prefix(parts);
        let mut count = 0;
        while let Some(row) = scan.next_raw() {
            tx.delete(self.name, &row?.0);
            count += 1;
        }
        Ok(count)
    }

    /// The rows of the transaction's scope in key order; see [`Scan`] for narrowing.
    pub fn scan<'t>(&self, tx: &ReadTx<'t>) -> Scan<'t, K, V> {
        Scan::new(self.name, tx, self.scope_bytes(tx))
    }

    fn check_size(&self, what: &'static str, bytes: usize, max: usize) -> Result<(), StoreError> {
        if bytes > max {
            return Err(StoreError::TooLarge { table: self.name, what, bytes, max });
        }
        Ok(())
    }

    fn key_bytes<Q: AsKey<K> + ?Sized>(&self, tx: &ReadTx<'_>, key: &Q) -> Vec<u8> {
        let scope = self.scope_bytes(tx);
        let mut bytes = Vec::with_capacity(scope.len() + 32);
        bytes.extend_from_slice(scope);
        key.encode(&mut bytes);
        bytes
    }

    fn scope_bytes<'x>(&self, tx: &'x ReadTx<'_>) -> &'x [u8] {
        match self.scoped {
            Scoped::Regional => tx.regional_prefix(),
            Scoped::Account => tx.account_prefix(),
            Scoped::Global => &[],
        }
    }
}
