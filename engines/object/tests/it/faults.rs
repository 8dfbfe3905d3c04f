//! Full disks and failing syncs.

use super::*;
use aquifer_object::{Error, Faults};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A device with so much room, whose syncs can be made to fail.
struct Device {
    room: AtomicUsize,
    syncs_fail: AtomicBool,
    syncs: AtomicUsize,
}

impl Faults for Device {
    fn write(&self, want: usize) -> io::Result<usize> {
        let room = self.room.load(Ordering::SeqCst);
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = want.min(room);
        self.room.store(room - taken, Ordering::SeqCst);
        Ok(taken)
    }

    fn sync(&self) -> io::Result<()> {
        self.syncs.fetch_add(1, Ordering::SeqCst);
        match self.syncs_fail.load(Ordering::SeqCst) {
            true => Err(io::Error::other("the cable is out")),
            false => Ok(()),
        }
    }
}

fn faulty(dir: &Path) -> (Objects, Arc<Device>) {
    faulty_with(dir, Durability::Strict)
}

fn faulty_with(dir: &Path, durability: Durability) -> (Objects, Arc<Device>) {
    let device = Arc::new(Device {
        room: AtomicUsize::new(usize::MAX),
        syncs_fail: AtomicBool::new(false),
        syncs: AtomicUsize::new(0),
    });
    let faults: Option<Arc<dyn Faults>> = Some(device.clone());
    (Objects::open(ObjectsOptions { faults, durability, ..options(dir) }).unwrap(), device)
}

#[tokio::test]
async fn a_full_disk_refuses_and_keeps_nothing_half() {
    let dir = tempfile::tempdir().unwrap();
    let (objects, device) = faulty(dir.path());
    let small = body(1, 3_000);
    let kept = put(&objects, &small).await;
    // The room left ends inside an entry, inside a file, inside its footer.
    for (room, len) in [(0, 3_000), (10, 3_000), (1_500, 3_000), (0, 70_000), (70_001, 70_000)] {
        device.room.store(room, Ordering::SeqCst);
        let error = objects.put(body(2, len), Hashes::NONE).await.unwrap_err();
        assert!(error.is_full(), "{error:?}");
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::StorageFull);
    }
    device.room.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(get(&objects, &kept).await.unwrap(), small);
    let after = put(&objects, &small).await;
    assert!(matches!(after, BlobRef::Packed { offset, .. } if offset == 64 + 24 + 3_000 + 24));
    assert_eq!(get(&objects, &after).await.unwrap(), small);
    objects.sync_pending().unwrap();
    assert!(files(dir.path(), "blob").is_empty());
    assert_eq!(std::fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    drop(objects);
    // What was refused cleans up in the background.
    eventually(|| Objects::open(options(dir.path())).is_ok());
    let objects = open(dir.path());
    assert_eq!(objects.sweep(|_| true).await.unwrap().packs_damaged, 0);
    assert_eq!(get(&objects, &after).await.unwrap(), small);
}

#[tokio::test]
async fn a_writer_stays_broken() {
    let dir = tempfile::tempdir().unwrap();
    let (objects, device) = faulty(dir.path());
    device.room.store(1 << 20, Ordering::SeqCst);
    let mut writer = objects.writer(None, Hashes::NONE);
    let mut failed = None;
    for _ in 0..6 {
        if let Err(error) = writer.write(body(1, 1 << 20)).await {
            failed.get_or_insert(error);
        }
    }
    assert!(failed.unwrap().is_full());
    assert!(matches!(writer.write(body(1, 1)).await, Err(Error::Broken)));
    assert!(matches!(writer.finish().await, Err(Error::Broken)));
    assert_eq!(std::fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn one_sync_serves_many_puts_and_none_when_nothing_is_new() {
    let dir = tempfile::tempdir().unwrap();
    let (objects, device) = faulty(dir.path());
    put(&objects, &body(0, 200)).await;
    objects.sync_pending().unwrap();
    let before = device.syncs.load(Ordering::SeqCst);
    for seed in 0..50 {
        put(&objects, &body(seed, 200)).await;
    }
    assert_eq!(device.syncs.load(Ordering::SeqCst), before);
    objects.sync_pending().unwrap();
    assert_eq!(device.syncs.load(Ordering::SeqCst), before + 1);
    objects.sync_pending().unwrap();
    assert_eq!(device.syncs.load(Ordering::SeqCst), before + 1);
}

#[tokio::test]
async fn relaxed_never_syncs_and_keeps_the_same_promises_to_readers() {
    let dir = tempfile::tempdir().unwrap();
    let (objects, device) = faulty_with(dir.path(), Durability::Relaxed);
    let blobs = [put(&objects, &body(1, 3_000)).await, put(&objects, &body(2, 90_000)).await];
    objects.sync_pending().unwrap();
    assert_eq!(device.syncs.load(Ordering::SeqCst), 0);
    drop(objects);
    let objects = open(dir.path());
    assert_eq!(get(&objects, &blobs[0]).await.unwrap(), body(1, 3_000));
    assert_eq!(get(&objects, &blobs[1]).await.unwrap(), body(2, 90_000));
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_promised_until_reopened() {
    let dir = tempfile::tempdir().unwrap();
    let (objects, device) = faulty(dir.path());
    let blob = put(&objects, &body(1, 3_000)).await;
    device.syncs_fail.store(true, Ordering::SeqCst);
    assert!(objects.put(body(2, 90_000), Hashes::NONE).await.is_err());
    assert!(files(dir.path(), "blob").is_empty());
    objects.sync_pending().unwrap_err();
    device.syncs_fail.store(false, Ordering::SeqCst);
    // The system forgets the failure; the engine does not.
    objects.sync_pending().unwrap_err();
    let refused = objects.put(body(3, 3_000), Hashes::NONE).await;
    assert!(matches!(refused, Err(Error::SyncFailed)));
    drop((objects, refused));
    let objects = open(dir.path());
    assert_eq!(get(&objects, &blob).await.unwrap(), body(1, 3_000));
    put(&objects, &body(4, 3_000)).await;
    objects.sync_pending().unwrap();
}
