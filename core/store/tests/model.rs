//! Random transactions, scans and failures against a `BTreeMap`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod setup;

use std::collections::BTreeMap;

use aquifer_store::{ReadTx, Store, StoreError, Table};
use aquifer_types::Scope;
use futures::FutureExt;
use proptest::prelude::*;
use setup::{Counter, Gate, counter, every};

type Key = (String, u8);
type Model = BTreeMap<Key, u64>;

static ROWS: Table<Key, Counter> = Table::regional("model.rows");

#[derive(Debug, Clone)]
enum Change {
    Put(Key, u64),
    Delete(Key),
    DeletePrefix(String),
    /// Deletes every other row while scanning.
    Thin,
}

#[derive(Debug, Clone)]
struct Look {
    prefix: Option<String>,
    after: Option<Key>,
    until: Option<Key>,
    reverse: bool,
}

#[derive(Debug, Clone)]
enum Step {
    /// Changes, a look from inside, and whether to keep them.
    Write(Vec<Change>, Look, bool),
    Look(Look),
    /// Lets accepted writes become durable.
    Settle,
    /// The commit of what was accepted since the last settling fails.
    Fail,
}

fn key() -> impl Strategy<Value = Key> {
    (prop::sample::select(vec!["", "a", "a\0", "ab", "b"]).prop_map(String::from), 0..4_u8)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (key(), any::<u64>()).prop_map(|(key, value)| Change::Put(key, value)),
        3 => key().prop_map(Change::Delete),
        1 => key().prop_map(|(text, _)| Change::DeletePrefix(text)),
        1 => Just(Change::Thin),
    ]
}

fn look() -> impl Strategy<Value = Look> {
    let text = prop::option::of(key().prop_map(|(text, _)| text));
    (text, prop::option::of(key()), prop::option::of(key()), any::<bool>())
        .prop_map(|(prefix, after, until, reverse)| Look { prefix, after, until, reverse })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (prop::collection::vec(change(), 0..8), look(), prop::bool::weighted(0.8))
            .prop_map(|(changes, look, keep)| Step::Write(changes, look, keep)),
        4 => look().prop_map(Step::Look),
        2 => Just(Step::Settle),
        1 => Just(Step::Fail),
    ]
}

fn change_model(model: &mut Model, change: &Change) {
    match change {
        Change::Put(key, value) => drop(model.insert(key.clone(), *value)),
        Change::Delete(key) => drop(model.remove(key)),
        Change::DeletePrefix(text) => model.retain(|key, _| key.0 != *text),
        Change::Thin => {
            let mut index = 0;
            model.retain(|_, _| {
                index += 1;
                index % 2 == 0
            });
        }
    }
}

fn change_store(tx: &aquifer_store::WriteTx<'_>, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::Put(key, value) => ROWS.put(tx, key, &counter(*value))?,
        Change::Delete(key) => drop(ROWS.delete(tx, key)?),
        Change::DeletePrefix(text) => drop(ROWS.delete_prefix(tx, &(text.as_str(),))?),
        Change::Thin => {
            for (index, row) in ROWS.scan(tx).enumerate() {
                if index % 2 == 0 {
                    assert!(ROWS.delete(tx, &row?.0)?);
                }
            }
        }
    }
    Ok(())
}

fn look_at(tx: &ReadTx<'_>, look: &Look) -> Result<Vec<(Key, u64)>, StoreError> {
    let mut scan = ROWS.scan(tx);
    if let Some(text) = &look.prefix {
        scan = scan.prefix(&(text.as_str(),));
    }
    if let Some(key) = &look.after {
        scan = scan.after(key);
    }
    if let Some(key) = &look.until {
        scan = scan.until(key);
    }
    if look.reverse {
        scan = scan.reverse();
    }
    scan.map(|row| row.map(|(key, row)| (key, row.value))).collect()
}

fn expected(model: &Model, look: &Look) -> Vec<(Key, u64)> {
    let kept = model.iter().filter(|(key, _)| {
        look.prefix.as_ref().is_none_or(|text| key.0 == *text)
            && look.after.as_ref().is_none_or(|after| *key > after)
            && look.until.as_ref().is_none_or(|until| *key < until)
    });
    let mut rows: Vec<_> = kept.map(|(key, value)| (key.clone(), *value)).collect();
    if look.reverse {
        rows.reverse();
    }
    rows
}

/// Waits until everything accepted is durable or failed.
fn settle(runtime: &tokio::runtime::Runtime, store: &Store, scope: &Scope) {
    static BARRIER: Table<(), Counter> = Table::global("model.barrier");
    let _ = runtime.block_on(store.write(scope, |tx| BARRIER.put(tx, &(), &counter(0))));
}

fn run(name: &str, store: &Store, faults: &aquifer_store::Faults, steps: &[Step]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let scope = Scope::default();
    let gate = Gate::before(store);
    let mut shut = Some(gate.shut());
    let (mut durable, mut accepted) = (Model::new(), Model::new());
    for step in steps {
        match step {
            Step::Write(changes, look, keep) => {
                let mut model = accepted.clone();
                changes.iter().for_each(|change| change_model(&mut model, change));
                let write = store.write(&scope, |tx| {
                    for change in changes {
                        change_store(tx, change)?;
                    }
                    assert_eq!(look_at(tx, look)?, expected(&model, look), "{name}: inside");
                    let refused = StoreError::Unsupported("changed my mind");
                    if *keep { Ok(()) } else { Err(refused) }
                });
                // Accepted when first polled, or refused.
                let _ = write.now_or_never();
                if *keep {
                    accepted = model;
                }
            }
            Step::Look(look) => {
                let seen = store.read(&scope, |tx| look_at(tx, look)).unwrap();
                assert_eq!(seen, expected(&accepted, look), "{name}");
            }
            Step::Settle => {
                shut.take();
                settle(&runtime, store, &scope);
                durable = accepted.clone();
                shut = Some(gate.shut());
            }
            Step::Fail if name.contains("faulty") => {
                // All that was accepted since is one group or more; all of it fails.
                faults.refuse_commits(1);
                shut.take();
                settle(&runtime, store, &scope);
                faults.refuse_commits(0);
                accepted = durable.clone();
                shut = Some(gate.shut());
            }
            Step::Fail => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn stores_behave_like_a_map(steps in prop::collection::vec(step(), 1..60)) {
        for (name, store, faults) in &every().stores {
            run(name, store, faults, &steps);
        }
    }
}
