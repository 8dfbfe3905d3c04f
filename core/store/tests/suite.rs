//! What every backend promises, shown on each.
#![allow(clippy::unwrap_used, clippy::await_holding_lock, reason = "tests")]

mod setup;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aquifer_store::{ReadTx, Store, StoreError, Table};
use aquifer_types::Scope;
use futures::FutureExt;
use setup::{Counter, Gate, counter, every, open, scope};
use tokio::task::JoinSet;

static COUNTERS: Table<String, Counter> = Table::regional("test.counters");
static ACCOUNT: Table<String, Counter> = Table::account("test.account");
static GLOBAL: Table<String, Counter> = Table::global("test.global");
static OBJECTS: Table<(String, String), Counter> = Table::regional("test.objects");

async fn put(store: &Store, scope: &Scope, key: &str, value: u64) -> Result<(), StoreError> {
    store.write(scope, |tx| COUNTERS.put(tx, key, &counter(value))).await
}

fn get(store: &Store, scope: &Scope, key: &str) -> Option<u64> {
    store.read(scope, |tx| COUNTERS.get(tx, key)).unwrap().map(|row| row.value)
}

#[tokio::test]
async fn rows_are_seen_by_the_scope_they_belong_to() {
    let (here, there) = (scope("us-east-1"), scope("us-east-10"));
    let stranger = Scope::default();
    for (name, store, _) in every().stores {
        let written = store.write(&here, |tx| {
            COUNTERS.put(tx, "a", &counter(1))?;
            ACCOUNT.put(tx, "a", &counter(2))?;
            GLOBAL.put(tx, "a", &counter(3))?;
            COUNTERS.put(&tx.in_scope(&stranger), "b", &counter(4))
        });
        written.await.unwrap();
        let seen = |scope: &Scope| {
            let row = |row: Option<Counter>| row.map_or(0, |row| row.value);
            let read = |tx: &ReadTx<'_>| {
                let regional = row(COUNTERS.get(tx, "a")?);
                let (account, global) = (row(ACCOUNT.get(tx, "a")?), row(GLOBAL.get(tx, "a")?));
                let scanned = COUNTERS.scan(tx).count();
                Ok::<_, StoreError>((regional, account, global, scanned))
            };
            store.read(scope, read).unwrap()
        };
        assert_eq!(seen(&here), (1, 2, 3, 1), "{name}");
        assert_eq!(seen(&there), (0, 2, 3, 0), "{name}");
        assert_eq!(seen(&stranger), (0, 0, 3, 1), "{name}");
    }
}

#[tokio::test]
async fn a_failed_write_changes_nothing_and_an_empty_one_does_not_wait() {
    for (name, store, _) in every().stores {
        let scope = Scope::default();
        put(&store, &scope, "a", 1).await.unwrap();
        let gate = Gate::before(&store);
        let refused = store.write(&scope, |tx| {
            COUNTERS.put(tx, "a", &counter(9))?;
            COUNTERS.put(tx, "b", &counter(9))?;
            assert_eq!(COUNTERS.get(tx, "a")?, Some(counter(9)));
            assert!(COUNTERS.delete(tx, "a")? && !COUNTERS.delete(tx, "a")?);
            Err::<(), _>(StoreError::Unsupported("changed my mind"))
        });
        refused.await.unwrap_err();
        let shut = gate.shut();
        let nothing = store.write(&scope, |tx| COUNTERS.get(tx, "a"));
        assert_eq!(nothing.await.unwrap(), Some(counter(1)), "{name}");
        assert_eq!(get(&store, &scope, "b"), None, "{name}");
        drop(shut);
    }
}

#[tokio::test]
async fn accepted_changes_show_at_once_and_stay_when_the_writer_goes_away() {
    for (name, store, _) in every().stores {
        let (scope, gate) = (Scope::default(), Gate::before(&store));
        put(&store, &scope, "old", 1).await.unwrap();
        let shut = gate.shut();
        assert!(put(&store, &scope, "new", 2).now_or_never().is_none(), "{name}: not durable yet");
        let deleted = store.write(&scope, |tx| COUNTERS.delete(tx, "old"));
        assert!(deleted.now_or_never().is_none(), "{name}");
        assert_eq!((get(&store, &scope, "old"), get(&store, &scope, "new")), (None, Some(2)));
        drop(shut);
        put(&store, &scope, "last", 3).await.unwrap();
        let all = store.read(&scope, |tx| COUNTERS.scan(tx).keys().collect::<Result<Vec<_>, _>>());
        assert_eq!(all.unwrap(), ["last", "new"], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_share_commits_and_lose_no_update() {
    for (name, store, _) in every().stores {
        let (scope, gate) = (Scope::default(), Gate::before(&store));
        let started = Arc::new(AtomicU64::new(0));
        let shut = gate.shut();
        let mut writers = JoinSet::new();
        for _ in 0..200 {
            let (store, scope, started) = (store.clone(), scope.clone(), started.clone());
            writers.spawn(async move {
                let add = store.write(&scope, |tx| {
                    let old = COUNTERS.get(tx, "n")?.map_or(0, |row| row.value);
                    started.fetch_add(1, Ordering::SeqCst);
                    COUNTERS.put(tx, "n", &counter(old + 1))
                });
                add.await
            });
        }
        while started.load(Ordering::SeqCst) < 200 {
            tokio::task::yield_now().await;
        }
        drop(shut);
        writers.join_all().await.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(get(&store, &scope, "n"), Some(200), "{name}");
        assert!(gate.groups() <= 2, "{name}: {} groups", gate.groups());
    }
}

#[tokio::test]
async fn a_failed_commit_takes_all_that_waited_behind_it_and_nothing_else() {
    let every = every();
    for (name, store, faults) in every.stores.iter().filter(|(name, ..)| name.contains("faulty")) {
        let (scope, gate) = (Scope::default(), Gate::before(store));
        put(store, &scope, "kept", 1).await.unwrap();
        faults.refuse_commits(1);
        let shut = gate.shut();
        let (a, b) = (put(store, &scope, "kept", 2), put(store, &scope, "b", 2));
        tokio::pin!(a, b);
        assert!(futures::poll!(&mut a).is_pending() && futures::poll!(&mut b).is_pending());
        assert_eq!(get(store, &scope, "kept"), Some(2));
        drop(shut);
        let (a, b) = (a.await.unwrap_err(), b.await.unwrap_err());
        assert!(matches!(a, StoreError::NotWritten(_)) && a.to_string().contains("no space left"));
        assert!(a.is_full() && b.is_full());
        assert!(matches!(b, StoreError::NotWritten(_)), "{name}: {b}");
        assert_eq!((get(store, &scope, "kept"), get(store, &scope, "b")), (Some(1), None));
        assert_eq!(store.failures(), 1, "{name}");
        put(store, &scope, "b", 3).await.unwrap();
        assert_eq!(get(store, &scope, "b"), Some(3), "{name}");
        // Confirmed or not, what readers see is what is stored.
        faults.tear_commits(1);
        let shut = gate.shut();
        let (torn, behind) = (put(store, &scope, "b", 4), put(store, &scope, "c", 4));
        tokio::pin!(torn, behind);
        assert!(futures::poll!(&mut torn).is_pending());
        drop(shut);
        let torn = torn.await.unwrap_err();
        assert!(matches!(torn, StoreError::NotSaved(_)), "{name}: {torn}");
        assert_eq!(get(store, &scope, "b"), Some(4), "{name}");
        behind.await.unwrap();
    }
}

#[tokio::test]
async fn a_write_that_changes_nothing_waits_for_what_it_read() {
    let every = every();
    for (name, store, faults) in every.stores.iter().filter(|(name, ..)| name.contains("faulty")) {
        let (scope, gate) = (Scope::default(), Gate::before(store));
        for refused in [false, true] {
            faults.refuse_commits(u32::from(refused));
            let shut = gate.shut();
            let (first, repeat) =
                (put(store, &scope, "a", 1), store.write(&scope, |tx| COUNTERS.get(tx, "a")));
            tokio::pin!(first, repeat);
            assert!(futures::poll!(&mut first).is_pending());
            assert!(futures::poll!(&mut repeat).is_pending(), "{name}: it rests on the first");
            let groups = gate.groups();
            drop(shut);
            assert_eq!((first.await.is_err(), repeat.await.is_err()), (refused, refused), "{name}");
            assert!(gate.groups() <= groups + 1, "{name}: nothing is synced for it");
        }
        // With nothing on its way there is nothing to wait for.
        let idle = store.write(&scope, |tx| COUNTERS.get(tx, "a"));
        assert_eq!(idle.now_or_never().unwrap().unwrap(), Some(counter(1)), "{name}");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_read_heals_without_a_write() {
    let every = every();
    for (name, store, faults) in every.stores.iter().filter(|(name, ..)| name.contains("faulty")) {
        let scope = Scope::default();
        put(store, &scope, "a", 1).await.unwrap();
        faults.refuse_recoveries(4);
        faults.refuse_commits(1);
        put(store, &scope, "a", 2).await.unwrap_err();
        let read = || store.read(&scope, |tx| COUNTERS.get(tx, "a"));
        assert!(matches!(read(), Err(StoreError::Unreadable(_))), "{name}");
        // What reads before it writes never reaches the committer.
        let add = store.write(&scope, |tx| {
            let old = COUNTERS.get(tx, "a")?.map_or(0, |row: Counter| row.value);
            COUNTERS.put(tx, "a", &counter(old + 1))
        });
        assert!(matches!(add.await, Err(StoreError::Unreadable(_))), "{name}");
        let healed = async {
            while read().is_err() {
                tokio::task::yield_now().await;
            }
        };
        let patience = std::time::Duration::from_secs(20);
        tokio::time::timeout(patience, healed).await.unwrap();
        assert_eq!(get(store, &scope, "a"), Some(1), "{name}");
        put(store, &scope, "a", 3).await.unwrap();
    }
}

#[tokio::test]
async fn a_hook_that_cannot_sync_fails_the_group() {
    struct Broken;
    impl aquifer_store::PreCommit for Broken {
        fn before_commit(&self) -> std::io::Result<()> {
            Err(std::io::Error::other("the pack cannot be synced"))
        }
    }
    let store = open(aquifer_store::Backend::Memory);
    store.before_commit(Arc::new(Broken));
    let error = put(&store, &Scope::default(), "a", 1).await.unwrap_err();
    assert!(error.to_string().contains("the pack cannot be synced"), "{error}");
    assert_eq!(get(&store, &Scope::default(), "a"), None);
}

#[tokio::test]
async fn transactions_do_not_nest() {
    let store = open(aquifer_store::Backend::Memory);
    let other = open(aquifer_store::Backend::Memory);
    let scope = Scope::default();
    let nested = store.read(&scope, |_| {
        other.read(&scope, |_| Ok::<_, StoreError>(()))?;
        store.read(&scope, |_| Ok::<_, StoreError>(()))
    });
    assert!(matches!(nested, Err(StoreError::Nested)));
    store.read(&scope, |_| Ok::<_, StoreError>(())).unwrap();
}

#[tokio::test]
async fn a_store_in_memory_can_be_reset_and_one_on_disk_is_not() {
    let scope = Scope::default();
    for (name, store, _) in every().stores {
        put(&store, &scope, "a", 1).await.unwrap();
        let cleared = store.clear_all().await;
        assert_eq!(cleared.is_ok(), name.contains("memory"), "{name}");
        assert_eq!(get(&store, &scope, "a").is_none(), cleared.is_ok(), "{name}");
        put(&store, &scope, "a", 2).await.unwrap();
        assert_eq!(get(&store, &scope, "a"), Some(2), "{name}");
    }
}

#[tokio::test]
async fn listings_narrow_skip_and_turn_round() {
    for (name, store, _) in every().stores {
        let scope = Scope::default();
        let keys = ["a/1", "a/2", "b", "b/1", "c\0", "c\0d"];
        // Half of the rows durable, half not.
        let gate = Gate::before(&store);
        let fill = |keys: Vec<&'static str>| {
            let (store, scope) = (store.clone(), scope.clone());
            async move {
                let fill = store.write(&scope, |tx| {
                    for bucket in ["x", "xy"] {
                        for key in &keys {
                            OBJECTS.put(tx, &(bucket, *key), &counter(0))?;
                        }
                    }
                    Ok::<_, StoreError>(())
                });
                fill.await.unwrap();
            }
        };
        fill(vec!["a/2", "b/1", "c\0", "gone"]).await;
        let shut = gate.shut();
        assert!(fill(vec!["a/1", "b", "c\0d"]).now_or_never().is_none());
        let delete = store.write(&scope, |tx| OBJECTS.delete(tx, &("x", "gone")));
        assert!(delete.now_or_never().is_none());

        let read = |tx: &ReadTx<'_>| {
            let list = |scan: aquifer_store::Scan<'_, (String, String), Counter>| {
                scan.keys().map(|key| key.unwrap().1).collect::<Vec<_>>()
            };
            let all = || OBJECTS.scan(tx).prefix(&("x",));
            assert_eq!(list(all()), keys, "{name}");
            assert_eq!(list(all().reverse()), keys.iter().rev().copied().collect::<Vec<_>>());
            let parts = &("x",);
            assert_eq!(list(all().starting_with(parts, "a/")), ["a/1", "a/2"]);
            assert_eq!(list(all().starting_with(parts, "c\0")), ["c\0", "c\0d"]);
            assert_eq!(list(all().after_all(parts, "a/")), keys[2..]);
            assert_eq!(list(all().after(&("x", "b"))), keys[3..]);
            assert_eq!(list(all().from(&("x", "b")).until(&("x", "c\0"))), ["b", "b/1"]);
            assert_eq!(list(all().through(&("x", "b")).reverse()), ["b", "a/2", "a/1"]);
            assert!(list(all().after(&("x", "c")).until(&("x", "b"))).is_empty());
            let count = |scan: aquifer_store::Scan<'_, _, Counter>| scan.keys().count();
            assert_eq!(count(OBJECTS.scan(tx).from_prefix(&("xy",))), 7);
            assert_eq!(count(OBJECTS.scan(tx).through_prefix(&("x",))), 6);
            assert_eq!(count(OBJECTS.scan(tx).from_prefix(&("xa",)).through_prefix(&("xb",))), 0);
            let page = OBJECTS.scan(tx).prefix(&("xy",)).page(7)?;
            assert_eq!((page.rows.len(), page.more), (7, false));
            let page = OBJECTS.scan(tx).page(6)?;
            assert_eq!((page.rows[5].0.1.as_str(), page.more), ("c\0d", true));
            assert!(OBJECTS.scan(tx).page(0)?.more);
            Ok::<_, StoreError>(())
        };
        store.read(&scope, read).unwrap();
        drop(shut);
        let prune = store.write(&scope, |tx| {
            OBJECTS.put(tx, &("x", "own"), &counter(0))?;
            let count = OBJECTS.delete_prefix(tx, &("x",))?;
            Ok::<_, StoreError>((count, OBJECTS.scan(tx).count()))
        });
        assert_eq!(prune.await.unwrap(), (7, 7), "{name}");
    }
}

#[tokio::test]
async fn oversized_keys_are_refused() {
    for (name, store, _) in every().stores {
        let key = "k".repeat(70_000);
        let error = put(&store, &Scope::default(), &key, 1).await.unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { what: "key", .. }), "{name}: {error}");
        assert_eq!(get(&store, &Scope::default(), &key), None, "{name}");
    }
}

/// A write must be usable from any task.
#[expect(dead_code, reason = "it only has to compile")]
fn writes_are_send(store: &Store) {
    fn send<T: Send>(_: T) {}
    let scope = Scope::default();
    send(store.write(&scope, |tx| COUNTERS.put(tx, "a", &counter(1))));
}
