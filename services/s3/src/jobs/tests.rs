//! The background work on a real folder, beside requests and after failures.

use aquifer_object::ObjectsOptions;
use aquifer_store::{Faults, Faulty, Memory, StoreOptions};
use platform::jobs::state;
use platform::{Backend, Bytes, Clock, Ctx, Handle, Ids, Jobs, RootSecret, Timestamp};
use s3_api::{
    CreateBucket, CreateBucketInput, DeleteObject, DeleteObjectInput, GetObject, GetObjectInput,
    PutBucketVersioning, PutBucketVersioningInput, PutObject, PutObjectInput,
};

use super::*;
use crate::model::{Bucket, Version, Versioning};
use crate::versions::{Cause, delete_version};

const MIB: usize = 1 << 20;
/// The bucket of a room's objects.
pub(crate) const BUCKET: &str = "bucket";

pub(crate) fn bucket(versioning: Versioning) -> Bucket {
    Bucket {
        mfa_delete: None,
        owner: Scope::default(),
        created: Timestamp::EPOCH,
        versioning,
        tags: None,
        settings: Default::default(),
        table: None,
        access: Default::default(),
    }
}

pub(crate) fn version(sequence: u64, blob: BlobRef) -> Version {
    Version {
        sequence,
        id: Some(id_of(sequence)),
        size: blob.len(),
        blob,
        ..Version::new(Scope::default().account, Timestamp::EPOCH)
    }
}

pub(crate) struct Room {
    pub s3: S3,
    pub ctx: Ctx,
    jobs: Jobs,
}

impl Room {
    pub fn open(backend: Backend, dir: Option<&std::path::Path>, durability: Durability) -> Room {
        let store = Store::open(StoreOptions { backend, durability }).unwrap();
        let parts = PlatformParts::new(store.clone(), Clock::new(), Ids::seeded(1));
        let jobs = Jobs::new(&parts);
        let house = House {
            parts: parts.clone(),
            jobs: jobs.clone(),
            data: dir.map(Into::into),
            copies: None,
            memory_bytes: 1 << 30,
            threads: 2,
            root_key: None,
            secret: RootSecret::fresh(),
            closed: platform::Closed::default(),
            bounds: platform::Bounds::default(),
        };
        let options = ObjectsOptions {
            dir: dir.map(|dir| dir.join("objects")),
            durability: match durability {
                Durability::Strict => aquifer_object::Durability::Strict,
                Durability::Relaxed => aquifer_object::Durability::Relaxed,
            },
            ..ObjectsOptions::default()
        };
        let objects = Objects::open(options).unwrap();
        store.before_commit(Arc::new(crate::SyncPacks(objects.clone())));
        let upkeep = Upkeep::start(&house, &objects);
        let keys = Arc::new(crate::encryption::Keys::fixed());
        jobs.start();
        let ctx = Ctx::root(&parts, Scope::default());
        let payer = std::sync::Arc::new(crate::payer::Payer::open(&parts).unwrap());
        let log = crate::logging::Log::start(&house).unwrap();
        let select = crate::select::Desk::new(&house);
        let (teller, points) = Default::default();
        let object_bytes_max = crate::receive::OBJECT_BYTES_MAX;
        let s3 = S3 {
            parts,
            objects,
            keys,
            upkeep,
            payer,
            log,
            select,
            teller,
            points,
            object_bytes_max,
        };
        Room { s3, ctx, jobs }
    }

    /// On disk, rows too.
    fn on_disk(dir: &std::path::Path, durability: Durability) -> Room {
        Room::open(Backend::Disk(dir.join("rows")), Some(dir), durability)
    }

    async fn close(self) {
        assert!(self.s3.parts.shut_down(std::time::Duration::from_secs(30)).await);
        self.s3.parts.store().close().unwrap();
    }

    pub async fn create_bucket(&self, versioned: bool) {
        let input = CreateBucketInput { bucket: BUCKET.to_owned(), ..Default::default() };
        Handle::<CreateBucket>::handle(&self.s3, &self.ctx, input).await.unwrap();
        if versioned {
            let status = Some(s3_api::BucketVersioningStatus::Enabled);
            let input = PutBucketVersioningInput {
                bucket: BUCKET.to_owned(),
                versioning_configuration: s3_api::VersioningConfiguration {
                    status,
                    ..Default::default()
                },
                ..Default::default()
            };
            Handle::<PutBucketVersioning>::handle(&self.s3, &self.ctx, input).await.unwrap();
        }
    }

    pub async fn put(&self, key: &str, body: Bytes) -> Result<Option<String>> {
        let input = PutObjectInput {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            body: body.into(),
            ..Default::default()
        };
        let put = Handle::<PutObject>::handle(&self.s3, &self.ctx, input).await;
        put.map(|output| output.version_id)
    }

    async fn get(&self, key: &str, version_id: Option<String>) -> Result<Bytes> {
        let (bucket, key) = (BUCKET.to_owned(), key.to_owned());
        let input = GetObjectInput { bucket, key, version_id, ..Default::default() };
        let output = Handle::<GetObject>::handle(&self.s3, &self.ctx, input).await?;
        Ok(output.body.collect(usize::MAX).await?)
    }

    async fn delete(&self, key: &str) {
        let (bucket, key) = (BUCKET.to_owned(), key.to_owned());
        let input = DeleteObjectInput { bucket, key, ..Default::default() };
        Handle::<DeleteObject>::handle(&self.s3, &self.ctx, input).await.unwrap();
    }
}

/// Bytes that differ from those of another seed.
pub(crate) fn body(seed: usize, len: usize) -> Bytes {
    (0..len).map(|at| ((at * (seed + 1)) >> 3) as u8 ^ seed as u8).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_whose_commit_is_in_doubt_keeps_its_bytes() {
    let faults = Arc::new(Faults::default());
    let storage = Faulty::new(Box::<Memory>::default(), faults.clone());
    let room = Room::open(Backend::Custom(Box::new(storage)), None, Durability::Strict);
    room.create_bucket(false).await;
    room.put("k", body(1, 9_000)).await.unwrap();
    faults.tear_commits(1);
    room.put("k", body(2, 9_000)).await.unwrap_err();
    assert_eq!(room.get("k", None).await.unwrap(), body(2, 9_000), "the row was there after all");
    faults.refuse_commits(1);
    room.put("k", body(3, 9_000)).await.unwrap_err();
    assert_eq!(room.get("k", None).await.unwrap(), body(2, 9_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_is_refused_leaves_no_bytes() {
    let room = Room::open(Backend::Memory, None, Durability::Strict);
    room.create_bucket(false).await;
    room.put("k", body(1, 9_000)).await.unwrap();
    let blob = room.s3.objects.put(body(2, 9_000), aquifer_object::Hashes::NONE).await;
    let blob = blob.unwrap().blob;
    let refused = room.s3.name(&room.ctx, &blob, |_| Err::<(), _>(Fail::new("No", 400, "no")));
    refused.await.unwrap_err();
    assert_eq!(room.s3.objects.stats().files, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_lets_go_what_no_row_names_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let room = Room::on_disk(dir.path(), Durability::Strict);
    room.create_bucket(true).await;
    let sizes = [2 * MIB, 10_000];
    let mut ids = Vec::new();
    for (at, size) in sizes.into_iter().enumerate() {
        ids.push(room.put("k", body(at, size)).await.unwrap());
        let orphan = room.s3.objects.put(body(9, size), aquifer_object::Hashes::NONE);
        orphan.await.unwrap();
    }
    room.close().await;
    let room = Room::on_disk(dir.path(), Durability::Strict);
    // The sweep holds it from the start.
    drop(room.s3.upkeep.turn.lock().await);
    let stats = room.s3.objects.stats();
    assert!(stats.complete && stats.files == 1 && stats.dead_bytes > 10_000, "{stats:?}");
    for ((at, size), id) in sizes.into_iter().enumerate().zip(ids) {
        assert_eq!(room.get("k", id).await.unwrap(), body(at, size));
    }
    room.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packs_that_are_mostly_dead_give_their_room_back() {
    for durability in [Durability::Strict, Durability::Relaxed] {
        let dir = tempfile::tempdir().unwrap();
        let room = Room::on_disk(dir.path(), durability);
        room.create_bucket(false).await;
        for at in 0..42 {
            room.put(&format!("k{at}"), body(at, MIB)).await.unwrap();
        }
        let before = room.s3.objects.stats();
        for at in 0..36 {
            room.delete(&format!("k{at}")).await;
        }
        // Enough was freed for the job to be called for.
        room.jobs.settle(room.ctx.now()).await.unwrap();
        let job = JobKey::new(COMPACT, "");
        let failed = room.ctx.read(|tx| state(tx, &job)).unwrap();
        assert_eq!(failed, None, "{durability:?}");
        let after = room.s3.objects.stats();
        assert!(after.pack_bytes < before.pack_bytes / 3, "{durability:?}: {before:?} {after:?}");
        for at in 36..42 {
            assert_eq!(room.get(&format!("k{at}"), None).await.unwrap(), body(at, MIB));
        }
        room.close().await;
        let room = Room::on_disk(dir.path(), durability);
        drop(room.s3.upkeep.turn.lock().await);
        for at in 36..42 {
            assert_eq!(room.get(&format!("k{at}"), None).await.unwrap(), body(at, MIB));
        }
        room.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lives_in_packs_is_found_by_its_labels_as_by_reading_every_row() {
    let dir = tempfile::tempdir().unwrap();
    let room = Room::on_disk(dir.path(), Durability::Strict);
    room.create_bucket(true).await;
    for at in 0..40 {
        room.put(&format!("k/{}", at % 7), body(at, 9_000)).await.unwrap();
    }
    // A delete marker, a version that is gone, and one that is the current one again.
    room.delete("k/1").await;
    let row = bucket(Versioning::Enabled);
    for key in ["k/2", "k/3"] {
        let current = room.ctx.read(|tx| crate::store::readable(tx, BUCKET, key, None)).unwrap();
        let delete = |tx: &WriteTx<'_>| {
            delete_version(&room.ctx, tx, (BUCKET, &row), key, current.id_text(), Cause::Request)
        };
        let gone = room.ctx.write(delete).await.unwrap();
        room.s3.free(gone.freed).await;
    }
    let store = room.s3.parts.store();
    let (mut of_all, mut of_keys) = (Living::new(), Living::new());
    named::each(
        store,
        || false,
        |place, blob| {
            blob.ids().into_iter().for_each(|id| of_all.entry(id).or_default().push(place.clone()));
        },
    )
    .unwrap();
    let packs: Vec<u64> =
        room.s3.objects.compaction_candidates(0.0).iter().map(|usage| usage.pack).collect();
    assert_eq!(packs.len(), 1);
    let keys = room.s3.upkeep.labels(&packs).await.unwrap().unwrap();
    assert_eq!(keys.len(), 7);
    crate::labels::each(
        store,
        &keys,
        || false,
        |place, blob| {
            blob.ids()
                .into_iter()
                .for_each(|id| of_keys.entry(id).or_default().push(place.clone()));
        },
    )
    .unwrap();
    assert_eq!(of_keys, of_all);
    assert_eq!(of_all.len(), 38);
    // One that is not labelled, as none was once, has every row read.
    room.s3.objects.put(body(99, 9_000), aquifer_object::Hashes::NONE).await.unwrap();
    assert_eq!(room.s3.upkeep.labels(&packs).await.unwrap(), None);
    room.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_follow_their_bytes_wherever_they_stand() {
    let store =
        Store::open(StoreOptions { backend: Backend::Memory, durability: Durability::Strict })
            .unwrap();
    let packed = |pack, offset| BlobRef::Packed { pack, offset, len: 1, crc: 0 };
    let moved = |offset| Moved { old: packed(1, offset), new: packed(2, offset) };
    let scope = Scope::default();
    store
        .write(&scope, |tx| {
            crate::store::BUCKETS.put(tx, "b", &bucket(Versioning::Enabled))?;
            CURRENT.put(tx, &("b", "k"), &version(3, packed(1, 30)))?;
            crate::store::put_older(tx, "b", "k", &version(2, packed(1, 20)))?;
            crate::store::put_older(tx, "b", "k", &version(1, packed(1, 10)))
        })
        .await
        .unwrap();
    let mut living = Living::new();
    let see = |place: Place, blob: &BlobRef| {
        blob.ids().into_iter().for_each(|id| living.entry(id).or_default().push(place.clone()));
    };
    named::each(&store, || false, see).unwrap();
    let parts = PlatformParts::new(store.clone(), Clock::new(), Ids::seeded(1));
    let ctx = Ctx::root(&parts, Scope::default());
    // The newest goes, so the one before it comes to be the current one.
    let row = bucket(Versioning::Enabled);
    let delete =
        |tx: &WriteTx<'_>| delete_version(&ctx, tx, ("b", &row), "k", &id_of(3), Cause::Request);
    store.write(&scope, delete).await.map(drop).unwrap();
    let moves = vec![moved(10), moved(20), moved(30)];
    assert_eq!(swap(&store, &living, moves).await.unwrap(), [true, true, false]);
    let mut found = Vec::new();
    named::each(&store, || false, |_, blob| found.push(blob.clone())).unwrap();
    assert_eq!(found, [packed(2, 20), packed(2, 10)]);
}

fn id_of(sequence: u64) -> String {
    format!("{sequence:016x}{:016x}", 0)
}
