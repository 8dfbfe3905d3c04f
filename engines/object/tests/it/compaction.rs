//! Getting dead room back without losing a blob, whatever happens in between.

use super::*;
use aquifer_object::{BlobId, Error, Moved, Written};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// A caller's table: key to body's seed and blob.
type Rows = Arc<Mutex<HashMap<u64, BlobRef>>>;

/// Puts `keys` of 1,000 bytes each, with one commit per key, as a room would.
async fn fill(objects: &Objects, rows: &Rows, keys: std::ops::Range<u64>) {
    for key in keys {
        let written: Written = objects.put(body(key, 1_000), Hashes::NONE).await.unwrap();
        objects.sync_pending().unwrap();
        rows.lock().unwrap().insert(key, written.blob.clone());
    }
}

async fn remove(objects: &Objects, rows: &Rows, key: u64) {
    objects.sync_pending().unwrap();
    let blob = rows.lock().unwrap().remove(&key).unwrap();
    objects.delete(&blob).await.unwrap();
}

fn is_live(rows: &Rows) -> impl Fn(&BlobId) -> bool + Send + Sync + 'static {
    let rows = rows.clone();
    move |id| rows.lock().unwrap().values().any(|blob| blob.ids().contains(id))
}

fn swap(rows: &Rows, moves: Vec<Moved>) -> Vec<bool> {
    let mut rows = rows.lock().unwrap();
    let mut swap = |m: Moved| match rows.values_mut().find(|blob| **blob == m.old) {
        Some(blob) => {
            *blob = m.new;
            true
        }
        None => false,
    };
    moves.into_iter().map(&mut swap).collect()
}

#[tokio::test]
async fn the_living_move_and_the_room_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let rows = Rows::default();
    fill(&objects, &rows, 0..60).await;
    for key in (0..60).filter(|key| key % 4 != 0) {
        remove(&objects, &rows, key).await;
    }
    let before = objects.stats();
    assert!(before.dead_bytes > 40_000 && before.packs >= 3);
    let candidates = objects.compaction_candidates(0.5);
    assert_eq!(candidates.len() as u64, before.packs);
    for candidate in candidates {
        let swap = |moves| std::future::ready(Ok(swap(&rows, moves)));
        let report = objects.compact(candidate.pack, is_live(&rows), swap).await.unwrap();
        assert!(report.removed && report.corrupt == 0);
    }
    let after = objects.stats();
    assert_eq!(after.dead_bytes, 0);
    assert!(after.pack_bytes < before.pack_bytes / 3);
    objects.sync_pending().unwrap();
    drop(objects);
    let objects = open(dir.path());
    assert_eq!(rows.lock().unwrap().len(), 15);
    let left = rows.lock().unwrap().clone();
    for (key, blob) in left {
        assert_eq!(get(&objects, &blob).await.unwrap(), body(key, 1_000));
    }
}

#[tokio::test]
async fn a_blob_whose_row_is_on_its_way_is_not_taken_for_dead() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let rows = Rows::default();
    let written = objects.put(body(0, 1_000), Hashes::NONE).await.unwrap();
    let BlobRef::Packed { pack, .. } = written.blob else { panic!("{written:?}") };
    let try_compact = || objects.compact(pack, is_live(&rows), |_| std::future::ready(Ok(vec![])));
    let unsettled = |result| matches!(result, Err(Error::Unsettled(_)));
    objects.sync_pending().unwrap();
    objects.sync_pending().unwrap();
    assert!(unsettled(try_compact().await), "the lease is held");
    let blob = written.blob.clone();
    drop(written);
    assert!(unsettled(try_compact().await), "the commit that names it is yet to come");
    objects.sync_pending().unwrap();
    assert!(unsettled(try_compact().await), "or is under way");
    assert_eq!(get(&objects, &blob).await.unwrap(), body(0, 1_000));
    objects.sync_pending().unwrap();
    assert!(try_compact().await.unwrap().removed);
}

#[tokio::test]
async fn a_failed_swap_keeps_the_pack_and_a_refused_one_drops_the_copy() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let rows = Rows::default();
    fill(&objects, &rows, 0..3).await;
    remove(&objects, &rows, 1).await;
    objects.sync_pending().unwrap();
    let pack = objects.compaction_candidates(0.1)[0].pack;
    let failing = |_| std::future::ready(Err(std::io::Error::other("the store is away")));
    objects.compact(pack, is_live(&rows), failing).await.unwrap_err();
    let left = rows.lock().unwrap().clone();
    for (key, blob) in left {
        assert_eq!(get(&objects, &blob).await.unwrap(), body(key, 1_000));
    }
    // Key 2 is overwritten between the copy and the swap.
    let swap = |moves: Vec<Moved>| {
        rows.lock().unwrap().remove(&2);
        std::future::ready(Ok(swap(&rows, moves)))
    };
    let report = objects.compact(pack, is_live(&rows), swap).await.unwrap();
    assert_eq!((report.moved, report.removed), (1, true));
    assert!(objects.stats().dead_bytes >= 1_024);
    let blob = rows.lock().unwrap()[&0].clone();
    assert_eq!(get(&objects, &blob).await.unwrap(), body(0, 1_000));
}

#[tokio::test]
async fn a_corrupt_entry_stays_for_whoever_can_mend_it() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let rows = Rows::default();
    fill(&objects, &rows, 0..3).await;
    remove(&objects, &rows, 0).await;
    objects.sync_pending().unwrap();
    flip(&files(dir.path(), "pack")[0], 64 + 24 + 1_000 + 24 + 5);
    let pack = objects.compaction_candidates(0.0)[0].pack;
    let doit = |moves| std::future::ready(Ok(swap(&rows, moves)));
    let report = objects.compact(pack, is_live(&rows), doit).await.unwrap();
    assert_eq!((report.moved, report.corrupt, report.removed), (1, 1, false));
    let rows = rows.lock().unwrap().clone();
    assert!(matches!(get(&objects, &rows[&1]).await, Err(Error::Corrupt { .. })));
    assert_eq!(get(&objects, &rows[&2]).await.unwrap(), body(2, 1_000));
}

#[tokio::test]
async fn a_reader_of_the_old_pack_is_not_disturbed() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let rows = Rows::default();
    fill(&objects, &rows, 0..2).await;
    objects.sync_pending().unwrap();
    objects.sync_pending().unwrap();
    let old = rows.lock().unwrap()[&0].clone();
    let BlobRef::Packed { pack, .. } = old else { panic!() };
    let mut reading = objects.read(&old, 0..1_000).unwrap();
    let swap = |moves| std::future::ready(Ok(swap(&rows, moves)));
    objects.compact(pack, is_live(&rows), swap).await.unwrap();
    assert_eq!(reading.next().await.unwrap().unwrap(), body(0, 1_000));
    assert!(matches!(objects.read(&old, 0..1), Err(Error::NotFound(_))), "read the row again");
    let new = rows.lock().unwrap()[&0].clone();
    assert_eq!(get(&objects, &new).await.unwrap(), body(0, 1_000));
}

#[tokio::test]
async fn labels_go_along_with_their_blobs_and_are_told_once_all_have_one() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let rows = Rows::default();
    let put_labelled = async |key: u64| {
        let mut writer = objects.writer(None, Hashes::NONE).labelled(format!("key {key}"));
        writer.write(body(key, 1_000)).await.unwrap();
        let blob = writer.finish().await.unwrap().blob;
        objects.sync_pending().unwrap();
        rows.lock().unwrap().insert(key, blob.clone());
        blob
    };
    let BlobRef::Packed { pack: first, .. } = put_labelled(1).await else { panic!() };
    put_labelled(2).await;
    let told = async |pack| {
        let labels = objects.labels(pack).await.unwrap()?;
        let text = |(_, label): (BlobId, Vec<u8>)| String::from_utf8(label).unwrap();
        Some(labels.into_iter().map(text).collect::<Vec<_>>())
    };
    assert_eq!(told(first).await.unwrap(), ["key 1", "key 2"]);
    remove(&objects, &rows, 1).await;
    objects.sync_pending().unwrap();
    objects.sync_pending().unwrap();
    let swap = |moves| std::future::ready(Ok(swap(&rows, moves)));
    assert!(objects.compact(first, is_live(&rows), swap).await.unwrap().removed);
    let moved = rows.lock().unwrap()[&2].clone();
    let [BlobId::Packed { pack, .. }] = moved.ids()[..] else { panic!() };
    assert_eq!(told(pack).await.unwrap(), ["key 2"]);
    assert_eq!(get(&objects, &moved).await.unwrap(), body(2, 1_000));
    // What has none, as all had once, keeps the others from being told.
    fill(&objects, &rows, 3..4).await;
    assert_eq!(told(pack).await, None);
    assert_eq!(told(first).await, None);
}
