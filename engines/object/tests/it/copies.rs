//! More than one copy: damage, loss, crashes between two writes, and what is kept once all the same.

use super::*;
use aquifer_object::{BlobId, Error, Moved, ZoneReport};
use std::collections::HashSet;

fn options_of(dir: &Path, copies: u8) -> ObjectsOptions {
    ObjectsOptions { copies: Some(copies), ..options(dir) }
}

fn open_two(dir: &Path) -> Objects {
    // What repairs has the folder for a moment longer than who opened it.
    let mut opened = None;
    eventually(|| {
        opened = Objects::open(options_of(dir, 2)).ok();
        opened.is_some()
    });
    opened.unwrap()
}

async fn put_in_one_zone(objects: &Objects, body: &Bytes) -> BlobRef {
    let mut writer = objects.writer(None, Hashes::NONE).in_one_zone();
    writer.write(body.clone()).await.unwrap();
    writer.finish().await.unwrap().blob
}

/// The files of a zone, by name, without the headers of packs: these tell how far one was synced.
fn contents(zone: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for extension in ["pack", "blob"] {
        for path in files(zone, extension) {
            let bytes = std::fs::read(&path).unwrap();
            let from = if extension == "pack" { 64 } else { 0 };
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            found.push((name, bytes[from..].to_vec()));
        }
    }
    found
}

fn agree(dir: &Path) -> bool {
    contents(&dir.join("az1")) == contents(&dir.join("az2"))
}

fn report(objects: &Objects, zone: usize) -> ZoneReport {
    objects.zones().swap_remove(zone)
}

fn nothing_waits(objects: &Objects) -> bool {
    objects.zones().iter().all(|zone| zone.waiting == 0)
}

/// One of each size: in a pack, in a file, in a file of several blocks.
const SIZES: [usize; 4] = [1, 3_000, 90_000, 300_000];

#[tokio::test]
async fn every_blob_is_in_both_zones_and_none_is_inline() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open_two(dir.path());
    for (seed, size) in (1..).zip(SIZES) {
        let blob = put(&objects, &body(seed, size)).await;
        assert_eq!(blob.ids().len(), 1, "{blob:?}");
        assert_eq!(get(&objects, &blob).await.unwrap(), body(seed, size));
    }
    objects.sync_pending().unwrap();
    assert!(agree(dir.path()) && contents(&dir.path().join("az1")).len() == 3);
    assert_eq!(std::fs::read_to_string(dir.path().join("copies")).unwrap(), "2");
    assert_eq!(objects.stats().files, 2);
}

#[tokio::test]
async fn a_damaged_copy_is_read_from_the_other_zone_and_repaired() {
    for zone in ["az1", "az2"] {
        let dir = tempfile::tempdir().unwrap();
        let objects = open_two(dir.path());
        for (seed, size) in (1..).zip(SIZES) {
            let whole = body(seed, size);
            let blob = put(&objects, &whole).await;
            assert!(objects.damage(&blob, zone).await.unwrap() > 0);
            assert!(!agree(dir.path()));
            assert_eq!(get(&objects, &blob).await.unwrap(), whole);
            assert_eq!(stream(&objects, &blob, 0..blob.len()).await.unwrap(), whole);
            if zone == "az1" {
                eventually(|| agree(dir.path()));
                assert_eq!(get(&objects, &blob).await.unwrap(), whole);
            } else {
                // The first zone is the one that is read; the damage shows when that is lost.
                assert!(objects.set_lost("az1", true));
                assert!(matches!(get(&objects, &blob).await, Err(Error::Corrupt { .. })));
                assert!(objects.set_lost("az1", false));
                objects.delete(&blob).await.unwrap();
                break;
            }
        }
        if zone == "az1" {
            eventually(|| nothing_waits(&objects));
            let found = report(&objects, 0);
            assert_eq!((found.damaged, found.repaired, found.failed), (4, 4, 0), "{found:?}");
        }
    }
}

#[tokio::test]
async fn bytes_damaged_in_every_zone_are_never_given() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open_two(dir.path());
    for size in [3_000, 300_000] {
        let blob = put(&objects, &body(7, size)).await;
        for zone in ["az1", "az2"] {
            objects.damage(&blob, zone).await.unwrap();
        }
        assert!(matches!(get(&objects, &blob).await, Err(Error::Corrupt { .. })));
    }
    assert_eq!(objects.damage(&put(&objects, &body(1, 9)).await, "az3").await.unwrap(), 0);
}

#[tokio::test]
async fn a_copy_that_is_gone_is_read_from_the_other_zone_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    {
        let objects = open_two(dir.path());
        for seed in 0..12 {
            let whole = body(seed, SIZES[1 + seed as usize % 3]);
            kept.push((put(&objects, &whole).await, whole));
        }
        objects.sync_pending().unwrap();
    }
    for zone in ["az2", "az1"] {
        std::fs::remove_dir_all(dir.path().join(zone)).unwrap();
        let objects = open_two(dir.path());
        let report = objects.sweep(|_| true).await.unwrap();
        assert!(report.copies_missing >= 8 && report.packs_damaged == 0, "{report:?}");
        for (blob, whole) in &kept {
            assert_eq!(get(&objects, blob).await.unwrap(), whole);
        }
        eventually(|| nothing_waits(&objects));
        assert!(agree(dir.path()));
    }
}

#[tokio::test]
async fn a_crash_between_the_writes_of_two_copies_leaves_them_alike() {
    let dir = tempfile::tempdir().unwrap();
    let first = {
        let objects = open_two(dir.path());
        let first = put(&objects, &body(1, 500)).await;
        objects.sync_pending().unwrap();
        first
    };
    let copy = |zone: &str| files(&dir.path().join(zone), "pack").remove(0);
    let synced = std::fs::read(copy("az1")).unwrap();
    drop({
        let objects = open_two(dir.path());
        put(&objects, &body(2, 500)).await;
        objects
    });
    let torn = std::fs::read(copy("az1")).unwrap();
    for (one, two) in [(524, 0), (0, 524), (524, 10), (10, 524), (10, 300), (524, 524), (0, 0)] {
        std::fs::write(copy("az1"), &torn[..synced.len() + one]).unwrap();
        std::fs::write(copy("az2"), &torn[..synced.len() + two]).unwrap();
        let objects = open_two(dir.path());
        assert!(agree(dir.path()), "{one} {two}");
        let whole = one.max(two) == 524;
        let len = std::fs::metadata(copy("az1")).unwrap().len() as usize;
        assert_eq!(len, synced.len() + if whole { 524 } else { 0 });
        let next = put(&objects, &body(3, 700)).await;
        objects.sync_pending().unwrap();
        for (blob, seed) in [(&first, 1), (&next, 3)] {
            assert_eq!(get(&objects, blob).await.unwrap(), body(seed, blob.len() as usize));
        }
        assert!(agree(dir.path()));
    }
}

#[tokio::test]
async fn what_is_kept_in_one_zone_goes_with_it_and_the_rest_stays() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open_two(dir.path());
    let (mut single, mut both) = (Vec::new(), Vec::new());
    for seed in 0..6 {
        let whole = body(seed, SIZES[seed as usize % 4]);
        single.push((put_in_one_zone(&objects, &whole).await, whole.clone()));
        both.push((put(&objects, &whole).await, whole));
    }
    objects.sync_pending().unwrap();
    assert!(contents(&dir.path().join("az1")).len() > contents(&dir.path().join("az2")).len());
    assert!(!objects.set_lost("az9", true));
    assert!(objects.set_lost("az1", true) && report(&objects, 0).lost);
    for (blob, _) in &single {
        assert!(matches!(get(&objects, blob).await, Err(Error::Lost)));
    }
    // Writes and removals go on.
    let mut late = Vec::new();
    for seed in 20..24 {
        let whole = body(seed, SIZES[seed as usize % 4]);
        late.push((put(&objects, &whole).await, whole.clone()));
        late.push((put_in_one_zone(&objects, &whole).await, whole));
    }
    objects.sync_pending().unwrap();
    let (gone, _) = both.remove(2);
    objects.delete(&gone).await.unwrap();
    for (blob, whole) in both.iter().chain(&late) {
        assert_eq!(get(&objects, blob).await.unwrap(), whole);
    }
    assert!(objects.set_lost("az2", true));
    assert!(matches!(objects.put(body(1, 9), Hashes::NONE).await, Err(Error::Lost)));
    assert!(objects.set_lost("az2", false));

    assert!(objects.set_lost("az1", false));
    eventually(|| nothing_waits(&objects));
    for (blob, whole) in single.iter().chain(&both).chain(&late) {
        assert_eq!(get(&objects, blob).await.unwrap(), whole);
    }
    // What was written while it was away is in it now, what was let go is not.
    objects.set_lost("az2", true);
    for (blob, whole) in both.iter().chain(&late[..1]) {
        assert_eq!(get(&objects, blob).await.unwrap(), whole);
    }
    let BlobRef::File { id, .. } = gone else { panic!("{gone:?}") };
    let name = format!("{id:016x}.blob");
    assert!(files(dir.path(), "blob").iter().all(|path| !path.ends_with(&name)));
    assert_eq!(report(&objects, 0).failed, 0);
}

#[tokio::test]
async fn compaction_leaves_blobs_in_their_zones_and_reads_around_damage() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open_two(dir.path());
    let (mut rows, mut dead) = (Vec::new(), Vec::new());
    for seed in 0..16 {
        let whole = body(seed, 2_000);
        let blob = match seed % 4 {
            0 => put_in_one_zone(&objects, &whole).await,
            _ => put(&objects, &whole).await,
        };
        if seed < 8 { rows.push((blob, whole)) } else { dead.push(blob) }
    }
    objects.damage(&rows[1].0, "az1").await.unwrap();
    for blob in &dead {
        objects.delete(blob).await.unwrap();
    }
    for _ in 0..2 {
        objects.sync_pending().unwrap();
    }
    for usage in objects.compaction_candidates(0.3) {
        assert!(objects.settle(usage.pack));
        let live: HashSet<BlobId> = rows.iter().flat_map(|(blob, _)| blob.ids()).collect();
        let swap = |moves: Vec<Moved>| {
            for moved in &moves {
                let [old] = moved.old.ids()[..] else { panic!() };
                rows.iter_mut().for_each(|(blob, _)| _ = blob.point_at(old, &moved.new));
            }
            let taken = vec![true; moves.len()];
            std::future::ready(Ok(taken))
        };
        let done = objects.compact(usage.pack, move |id| live.contains(id), swap).await.unwrap();
        assert!(done.removed && done.corrupt == 0, "{done:?}");
    }
    for (at, (blob, whole)) in rows.iter().enumerate() {
        assert_eq!(get(&objects, blob).await.unwrap(), whole);
        objects.set_lost("az1", true);
        assert_eq!(get(&objects, blob).await.is_ok(), at % 4 != 0);
        objects.set_lost("az1", false);
    }
}

#[tokio::test]
async fn a_folder_of_one_copy_comes_to_have_two_and_never_less_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    {
        let objects = open(dir.path());
        for (seed, size) in (1..).zip(SIZES) {
            let whole = body(seed, size);
            kept.push((put(&objects, &whole).await, whole));
        }
        objects.sync_pending().unwrap();
        assert!(!dir.path().join("copies").exists() && dir.path().join("packs").exists());
    }
    {
        let objects = open_two(dir.path());
        objects.sweep(|_| true).await.unwrap();
        eventually(|| nothing_waits(&objects));
        assert!(agree(dir.path()));
        objects.set_lost("az1", true);
        for (blob, whole) in &kept {
            assert_eq!(get(&objects, blob).await.unwrap(), whole);
        }
    }
    eventually(|| {
        let fewer = Objects::open(options_of(dir.path(), 1));
        matches!(fewer, Err(Error::FewerCopies { kept: 2, asked: 1 }))
    });
    let objects = open(dir.path());
    assert_eq!(objects.zones().len(), 2, "kept as it was where nothing is said");
}

#[tokio::test]
async fn blobs_move_to_one_zone_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open_two(dir.path());
    let key = Key::new(&[7; 32]);
    let sealed = put_sealed(&objects, &body(9, 200_000), &key).await;
    let (small, large) =
        (put(&objects, &body(1, 900)).await, put(&objects, &body(2, 70_000)).await);
    let whole = [&body(1, 900)[..], &body(9, 200_000), &body(2, 70_000)].concat();
    let blob = BlobRef::chain([small, sealed, large]);
    assert!(objects.rehouse(&blob, false, "").await.unwrap().is_none());
    let read = async |blob: &BlobRef| objects.read_all_with(blob, 0..blob.len(), Some(&key)).await;
    let mut now = blob;
    for one_zone in [true, false, true] {
        let moved = objects.rehouse(&now, one_zone, "label").await.unwrap().unwrap();
        assert_eq!((moved.made.ids().len(), moved.replaced.ids()), (3, now.ids()));
        objects.sync_pending().unwrap();
        objects.delete(&moved.replaced).await.unwrap();
        assert_eq!(read(&moved.blob).await.unwrap(), whole);
        objects.set_lost("az1", true);
        assert_eq!(read(&moved.blob).await.is_ok(), !one_zone);
        objects.set_lost("az1", false);
        assert!(objects.rehouse(&moved.blob, one_zone, "").await.unwrap().is_none());
        now = moved.blob;
    }
    let plain = tempfile::tempdir().unwrap();
    let plain = open(plain.path());
    let blob = put(&plain, &body(1, 900)).await;
    assert!(plain.rehouse(&blob, true, "").await.unwrap().is_none());
}
