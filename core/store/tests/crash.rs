//! Copies of a data directory taken at any moment, whole or cut short, open again with every
//! acknowledged write and no half of one.
#![allow(clippy::unwrap_used, reason = "tests")]

mod setup;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use aquifer_store::{Durability, Store, StoreError, StoreOptions, Table};
use aquifer_types::Scope;
use setup::{Counter, counter, on_disk};
use tokio::task::JoinSet;

/// Two tables written together: a crash between them would show.
static LEFT: Table<u64, Counter> = Table::regional("crash.left");
static RIGHT: Table<(String, u64), Counter> = Table::global("crash.right");

async fn write(store: &Store, number: u64) -> Result<(), StoreError> {
    let scope = Scope::default();
    let both = store.write(&scope, |tx| {
        LEFT.put(tx, &number, &counter(number))?;
        RIGHT.put(tx, &("x".repeat(100), number), &counter(number))?;
        // The row before goes, so that deletions are replayed as well.
        if number > 0 && number.is_multiple_of(3) {
            LEFT.delete(tx, &(number - 1))?;
            RIGHT.delete(tx, &("x".repeat(100), number - 1))?;
        }
        Ok(())
    });
    both.await
}

/// The numbers stored; both tables must agree.
fn numbers(store: &Store) -> Vec<u64> {
    let read = |tx: &aquifer_store::ReadTx<'_>| {
        let left = LEFT.scan(tx).keys().collect::<Result<Vec<_>, _>>()?;
        let right = RIGHT.scan(tx).keys().map(|key| Ok(key?.1));
        Ok::<_, StoreError>((left, right.collect::<Result<Vec<_>, StoreError>>()?))
    };
    let (left, right) = store.read(&Scope::default(), read).unwrap();
    assert_eq!(left, right);
    left
}

/// What is stored after the writes `0..count` one after another.
fn after(count: u64) -> Vec<u64> {
    (0..count).filter(|n| !((n + 1) % 3 == 0 && n + 1 < count)).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            // A file may go away between listing and copying; then it was no longer needed.
            let _ = fs::copy(entry.path(), &target);
        }
    }
}

/// The journal and its bytes up to the last one written: the file has room allocated ahead.
fn journal(directory: &Path) -> (PathBuf, Vec<u8>) {
    let files = fs::read_dir(directory.join("tables")).unwrap().map(|entry| entry.unwrap().path());
    let journals: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "jnl")).collect();
    let [path] = journals.try_into().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
    (path, bytes)
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_sudden_end() {
    for durability in [Durability::Strict, Durability::Relaxed] {
        let dir = tempfile::tempdir().unwrap();
        let backend = aquifer_store::Backend::Disk(dir.path().join("live"));
        let store = Store::open(StoreOptions { backend, durability }).unwrap();
        for number in 0..10 {
            write(&store, number).await.unwrap();
        }
        // The process ends here for the copy, which nobody closes.
        copy(&dir.path().join("live"), &dir.path().join("image"));
        write(&store, 10).await.unwrap();
        assert_eq!(numbers(&on_disk(&dir.path().join("image"))), after(10), "{durability:?}");
        store.close().unwrap();
        assert!(matches!(write(&store, 11).await, Err(StoreError::Closed)));
        store.close().unwrap();
        assert_eq!(numbers(&on_disk(&dir.path().join("live"))), after(11), "{durability:?}");
    }
}

#[tokio::test]
async fn a_journal_cut_anywhere_opens_with_whole_transactions() {
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("live");
    let store = on_disk(&live);
    let mut lengths = Vec::new();
    for number in 0..6 {
        write(&store, number).await.unwrap();
        lengths.push(journal(&live).1.len());
    }
    assert!(lengths.is_sorted() && lengths[0] < lengths[5], "the journal grows: {lengths:?}");
    // The same for every cut but the journal, which is long.
    let (path, bytes) = journal(&live);
    let rest = dir.path().join("rest");
    copy(&live, &rest);
    let in_image = |image: &Path| image.join(path.strip_prefix(&live).unwrap());
    fs::remove_file(in_image(&rest)).unwrap();
    for cut in (lengths[0]..lengths[5]).step_by(11).chain(lengths.iter().copied()) {
        let image = dir.path().join(format!("cut-{cut}"));
        copy(&rest, &image);
        let mut cut_journal = bytes[..cut].to_vec();
        if cut % 2 == 0 {
            // What follows is room allocated and not written.
            cut_journal.resize(bytes.len() + 10_000, 0);
        }
        fs::write(in_image(&image), cut_journal).unwrap();
        let whole = lengths.iter().filter(|length| **length <= cut).count() as u64;
        let reopened = on_disk(&image);
        assert_eq!(numbers(&reopened), after(whole), "cut at {cut} of {lengths:?}");
        // And it goes on from there.
        write(&reopened, whole).await.unwrap();
        drop(reopened);
        assert_eq!(numbers(&on_disk(&image)), after(whole + 1), "again, cut at {cut}");
        fs::remove_dir_all(&image).unwrap();
    }
}

/// Sectors of a batch that was being written may reach the disk in any order.
#[tokio::test]
async fn a_torn_batch_is_cut_off_and_damage_before_saved_data_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("live");
    let store = on_disk(&live);
    let mut lengths = Vec::new();
    for number in 0..4 {
        write(&store, number).await.unwrap();
        lengths.push(journal(&live).1.len());
    }
    let (path, bytes) = journal(&live);
    let image = |name: &str, hole: std::ops::Range<usize>| {
        let image = dir.path().join(name);
        copy(&live, &image);
        let mut bytes = bytes.clone();
        bytes[hole].fill(0);
        fs::write(image.join(path.strip_prefix(&live).unwrap()), bytes).unwrap();
        image
    };
    let (third, last) = (lengths[2], lengths[3]);
    for start in (third + 1..last - 13).step_by(9) {
        // Only bytes that are not zero already make a hole.
        let hole = start..(start + 40).min(last - 13);
        if bytes[hole.clone()].iter().all(|byte| *byte == 0) {
            continue;
        }
        let image = image(&format!("torn-{start}"), hole);
        assert_eq!(numbers(&on_disk(&image)), after(3), "torn at {start}");
        fs::remove_dir_all(&image).unwrap();
    }
    let damaged = image("damaged", third - 60..third - 50);
    let open = |durability| {
        let backend = aquifer_store::Backend::Disk(damaged.clone());
        Store::open(StoreOptions { backend, durability })
    };
    let refused = open(Durability::Strict).err().unwrap().to_string();
    assert!(refused.contains("is damaged at byte"), "{refused}");
    assert_eq!(numbers(&open(Durability::Relaxed).unwrap()), after(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_taken_under_load_has_all_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("live");
    let store = on_disk(&live);
    let (acknowledged, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (for_writer, stopped, writing) = (acknowledged.clone(), stop.clone(), store.clone());
    let mut writer = JoinSet::new();
    writer.spawn(async move {
        let mut number = 0;
        while !stopped.load(Ordering::SeqCst) {
            write(&writing, number).await.unwrap();
            number += 1;
            for_writer.store(number, Ordering::SeqCst);
        }
        number
    });
    for round in 0..5 {
        let target = 20 * (round + 1);
        while acknowledged.load(Ordering::SeqCst) < target {
            tokio::task::yield_now().await;
        }
        let before = acknowledged.load(Ordering::SeqCst);
        let image = dir.path().join(format!("image-{round}"));
        copy(&live, &image);
        let seen = numbers(&on_disk(&image));
        let count = seen.last().map_or(0, |last| last + 1);
        assert!(count >= before, "{before} were acknowledged, the copy ends at {count}");
        assert_eq!(seen, after(count));
    }
    stop.store(true, Ordering::SeqCst);
    let count = writer.join_next().await.unwrap().unwrap();
    drop(store);
    assert_eq!(numbers(&on_disk(&live)), after(count));
}
