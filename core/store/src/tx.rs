//! Transactions: a consistent view, and for writers their own changes on top.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ops::{Bound, Deref},
};

use aquifer_types::Scope;
use fjall::Slice;
use parking_lot::RwLockReadGuard;

use crate::{
    StoreError,
    backend::{Batch, KeyRange, Storage},
    key::AsKey,
    overlay::Overlay,
};

/// A consistent view of the store, as one scope sees it.
pub struct ReadTx<'a> {
    pub(crate) view: &'a View<'a>,
    scope: Scope,
    /// The ordered bytes of account and region.
    prefix: Vec<u8>,
}

/// A [`ReadTx`] that can also change rows and sees its own changes.
pub struct WriteTx<'a>(ReadTx<'a>);

/// What a transaction reads through, the same for every scope.
pub(crate) struct View<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) overlay: RwLockReadGuard<'a, Overlay>,
    /// The transaction's own changes; always empty when reading.
    pub(crate) own: RefCell<Batch>,
    own_bytes: Cell<usize>,
    /// Whether it is a writer's.
    pub(crate) may_change: bool,
    _entered: Entered,
}

thread_local! {
    /// The store this thread has a transaction of. A second one would wait for the first as soon
    /// as a writer queues between them.
    static ENTERED: Cell<usize> = const { Cell::new(0) };
}

/// Holds what was entered before, which another store may be.
struct Entered(usize);

impl Drop for Entered {
    fn drop(&mut self) {
        ENTERED.set(self.0);
    }
}

/// Refuses a transaction inside another one of the same store.
pub(crate) fn refuse_nested(store: usize) -> Result<(), StoreError> {
    if ENTERED.get() == store { Err(StoreError::Nested) } else { Ok(()) }
}

impl<'a> View<'a> {
    pub(crate) fn new(
        store: usize,
        storage: &'a dyn Storage,
        overlay: RwLockReadGuard<'a, Overlay>,
        may_change: bool,
    ) -> View<'a> {
        let (own, own_bytes) = (RefCell::new(Batch::new()), Cell::new(0));
        let _entered = Entered(ENTERED.replace(store));
        View { storage, overlay, own, own_bytes, may_change, _entered }
    }

    pub(crate) fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        if let Some(value) = self.own.borrow().get(table).and_then(|own| own.get(key)) {
            return Ok(value.clone());
        }
        match self.overlay.get(table, key) {
            Some(pending) => Ok(pending.value.clone()),
            None => self.storage.get(table, key),
        }
    }

    /// The first own change in a range beyond a position, in the direction of a scan.
    pub(crate) fn own_next(
        &self,
        table: &'static str,
        range: &KeyRange,
        position: Option<&Slice>,
        reverse: bool,
    ) -> Option<(Slice, Option<Slice>)> {
        let own = self.own.borrow();
        let own = own.get(table).filter(|own: &&BTreeMap<_, _>| !own.is_empty())?;
        let mut lower = Bound::Included(range.lower.as_slice());
        let mut upper = range.upper.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        match position {
            Some(position) if reverse => upper = Bound::Excluded(position),
            Some(position) => lower = Bound::Excluded(position),
            None => {}
        }
        let mut found = own.range::<[u8], _>((lower, upper));
        let (key, value) = if reverse { found.next_back() } else { found.next() }?;
        Some((key.clone(), value.clone()))
    }

    fn change(&self, table: &'static str, key: &[u8], value: Option<Slice>) {
        let size = key.len() + value.as_ref().map_or(0, |value| value.len());
        self.own_bytes.set(self.own_bytes.get() + size);
        self.own.borrow_mut().entry(table).or_default().insert(key.into(), value);
    }

    /// The changes made and their size in bytes.
    pub(crate) fn into_changes(self) -> (Batch, usize) {
        (self.own.into_inner(), self.own_bytes.get())
    }
}

impl<'a> ReadTx<'a> {
    pub(crate) fn new(view: &'a View<'a>, scope: &Scope) -> ReadTx<'a> {
        let mut prefix = Vec::with_capacity(32);
        scope.encode(&mut prefix);
        ReadTx { view, scope: scope.clone(), prefix }
    }

    /// Whose rows the transaction sees in scoped tables.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The same view as another scope sees it. Whether the caller may look there is decided
    /// before, by whoever resolved the resource's name.
    pub fn in_scope(&self, scope: &Scope) -> ReadTx<'a> {
        ReadTx::new(self.view, scope)
    }

    pub(crate) fn account_prefix(&self) -> &[u8] {
        &self.prefix[..12]
    }

    pub(crate) fn regional_prefix(&self) -> &[u8] {
        &self.prefix
    }
}

impl<'a> WriteTx<'a> {
    pub(crate) fn new(view: &'a View<'a>, scope: &Scope) -> WriteTx<'a> {
        WriteTx(ReadTx::new(view, scope))
    }

    /// The same transaction acting for another scope; see [`ReadTx::in_scope`].
    pub fn in_scope(&self, scope: &Scope) -> WriteTx<'a> {
        WriteTx(self.0.in_scope(scope))
    }

    pub(crate) fn put(&self, table: &'static str, key: &[u8], value: Slice) {
        self.0.view.change(table, key, Some(value));
    }

    pub(crate) fn delete(&self, table: &'static str, key: &[u8]) {
        self.0.view.change(table, key, None);
    }
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &ReadTx<'a> {
        &self.0
    }
}
