//! Stores of every backend, and a gate that keeps accepted writes from becoming durable.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::{io, path::Path, sync::Arc};

use aquifer_store::{
    Backend, Disk, Durability, Faults, Faulty, Memory, PreCommit, Row, Store, StoreOptions,
};
use aquifer_types::Scope;
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    pub value: u64,
}

impl Row for Counter {}

pub fn counter(value: u64) -> Counter {
    Counter { value }
}

pub fn open(backend: Backend) -> Store {
    Store::open(StoreOptions { backend, durability: Durability::Strict }).unwrap()
}

pub fn on_disk(path: &Path) -> Store {
    open(Backend::Disk(path.to_owned()))
}

pub fn scope(region: &str) -> Scope {
    Scope::new("000000000042".parse().unwrap(), region.parse().unwrap())
}

/// One store of each kind; the faulty ones without orders yet.
pub struct Every {
    _directory: tempfile::TempDir,
    pub stores: Vec<(&'static str, Store, Arc<Faults>)>,
}

pub fn every() -> Every {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let (in_memory, on_disk) = (Arc::new(Faults::default()), Arc::new(Faults::default()));
    let disk = Disk::open(&at("faulty"), Durability::Strict).unwrap();
    let faulty = |storage, faults: &Arc<Faults>| {
        open(Backend::Custom(Box::new(Faulty::new(storage, faults.clone()))))
    };
    let stores = vec![
        ("memory", open(Backend::Memory), Arc::default()),
        ("disk", open(Backend::Disk(at("disk"))), Arc::default()),
        ("faulty memory", faulty(Box::<Memory>::default(), &in_memory), in_memory),
        ("faulty disk", faulty(Box::new(disk), &on_disk), on_disk),
    ];
    Every { _directory: directory, stores }
}

/// While shut, nothing accepted becomes durable: rows stay in the overlay.
#[derive(Default)]
pub struct Gate {
    shut: Mutex<()>,
    groups: Mutex<u64>,
}

impl Gate {
    pub fn before(store: &Store) -> Arc<Gate> {
        let gate = Arc::new(Gate::default());
        store.before_commit(gate.clone());
        gate
    }

    pub fn shut(&self) -> MutexGuard<'_, ()> {
        self.shut.lock()
    }

    /// How many groups have passed.
    pub fn groups(&self) -> u64 {
        *self.groups.lock()
    }
}

impl PreCommit for Gate {
    fn before_commit(&self) -> io::Result<()> {
        drop(self.shut.lock());
        *self.groups.lock() += 1;
        Ok(())
    }
}
