//! What is left when a process dies at any point, and how the next one finds its way.

use super::*;
use aquifer_object::BlobId;
use std::collections::HashSet;
use std::io::Write;

/// Every blob synced before the crash, against every length the pack may have after it.
#[tokio::test]
async fn a_torn_pack_keeps_all_that_was_whole_and_is_written_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    {
        let objects = open(dir.path());
        for seed in 0..3 {
            let body = body(seed, 500);
            kept.push((put(&objects, &body).await, body));
        }
        objects.sync_pending().unwrap();
    }
    let pack = files(dir.path(), "pack").remove(0);
    let synced = std::fs::read(&pack).unwrap();
    {
        let objects = open(dir.path());
        put(&objects, &body(9, 500)).await;
    }
    let torn = std::fs::read(&pack).unwrap();
    assert_eq!(torn.len(), synced.len() + 524);
    for cut in [0, 1, 23, 24, 25, 523] {
        std::fs::write(&pack, &torn[..synced.len() + cut]).unwrap();
        let objects = open(dir.path());
        assert_eq!(std::fs::metadata(&pack).unwrap().len(), synced.len() as u64, "cut {cut}");
        let after = body(10, 700);
        let blob = put(&objects, &after).await;
        assert!(
            matches!(blob, BlobRef::Packed { offset, .. } if offset == synced.len() as u64 + 24)
        );
        for (blob, body) in kept.iter().chain([&(blob, after)]) {
            assert_eq!(get(&objects, blob).await.unwrap(), body);
        }
        drop(objects);
        std::fs::write(&pack, &synced).unwrap();
    }
}

#[tokio::test]
async fn a_pack_that_is_not_understood_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (blob, last) = {
        let objects = open(dir.path());
        (put(&objects, &body(1, 500)).await, put(&objects, &body(2, 500)).await)
    };
    let pack = files(dir.path(), "pack").remove(0);
    // The header of the first entry, though the second is whole: this is no torn end.
    flip(&pack, 66);
    let before = std::fs::read(&pack).unwrap();
    let objects = open(dir.path());
    assert_eq!(get(&objects, &blob).await.unwrap(), body(1, 500), "the row knows where it is");
    assert_eq!(get(&objects, &last).await.unwrap(), body(2, 500));
    put(&objects, &body(3, 500)).await;
    let report = objects.sweep(|_| false).await.unwrap();
    assert_eq!((report.packs_damaged, report.packs_removed), (1, 0));
    assert_eq!(std::fs::read(&pack).unwrap(), before);
    assert_eq!(files(dir.path(), "pack").len(), 2);
}

#[tokio::test]
async fn uploads_under_way_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let temps = || std::fs::read_dir(dir.path().join("tmp")).unwrap().count();
    {
        let objects = open(dir.path());
        let mut dropped = objects.writer(Some(4 << 20), Hashes::SHA256);
        dropped.write(body(1, 2 << 20)).await.unwrap();
        dropped.write(body(1, 2 << 20)).await.unwrap();
        assert_eq!(temps(), 1);
        drop(dropped);
    }
    // Dropped writers clean up in the background; a killed process does not at all.
    let mut file = std::fs::File::create(dir.path().join("tmp/00000000000000aa")).unwrap();
    file.write_all(b"half an upload").unwrap();
    eventually(|| Objects::open(options(dir.path())).is_ok());
    let objects = open(dir.path());
    assert_eq!((temps(), objects.stats().files), (0, 0));
}

#[tokio::test]
async fn a_sweep_removes_orphans_and_only_them() {
    let dir = tempfile::tempdir().unwrap();
    let (mut live, mut orphans) = (Vec::new(), Vec::new());
    {
        let objects = open(dir.path());
        for seed in 0..40 {
            let blob =
                put(&objects, &body(seed, [300, 4_000, 60_000, 7_000][seed as usize % 4])).await;
            if seed < 14 || seed % 3 == 0 { &mut live } else { &mut orphans }.push((blob, seed));
        }
        // Packs nobody needs any more.
        for seed in 40..60 {
            orphans.push((put(&objects, &body(seed, 4_000)).await, seed));
        }
        objects.sync_pending().unwrap();
    }
    let objects = open(dir.path());
    assert!(!objects.stats().complete);
    let fresh = put(&objects, &body(99, 60_000)).await;
    let fresh_small = put(&objects, &body(98, 3_000)).await;
    let named: HashSet<BlobId> = live.iter().flat_map(|(blob, _)| blob.ids()).collect();
    let report = objects.sweep(move |id| named.contains(id)).await.unwrap();

    let of_file = |(blob, _): &&(BlobRef, u64)| matches!(blob, BlobRef::File { .. });
    assert_eq!(report.files_removed as usize, orphans.iter().filter(of_file).count());
    assert!(report.packs_removed >= 2, "{report:?}");
    assert_eq!(report.packs_damaged, 0);
    for (blob, seed) in &live {
        assert_eq!(get(&objects, blob).await.unwrap(), body(*seed, blob.len() as usize));
    }
    assert_eq!(get(&objects, &fresh).await.unwrap(), body(99, 60_000));
    assert_eq!(get(&objects, &fresh_small).await.unwrap(), body(98, 3_000));
    let stats = objects.stats();
    assert!(stats.complete);
    assert_eq!(stats.files as usize, live.iter().filter(of_file).count() + 1);
    assert_eq!(stats.files as usize, files(dir.path(), "blob").len());
    assert_eq!(stats.packs as usize, files(dir.path(), "pack").len());
}
