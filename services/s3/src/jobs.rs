//! What happens when nobody calls: bytes that no row names are let go, and the room of dead ones
//! in packs is got back.
//!
//! Both act outside the store on what rows say, or no longer say. So they make sure first that what
//! they read is durable: a write that is accepted may yet be taken back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aquifer_object::{BlobId, BlobRef, Moved, Objects};
use futures::lock::{Mutex, OwnedMutexGuard};
use platform::jobs::{JobKey, schedule};
use platform::{
    Durability, Fail, House, PlatformParts, Result, Scope, Store, StoreError, Table, WriteTx,
};

use crate::named::{self, Place};
use crate::store::{CURRENT, OLDER, PARTS};
use crate::{S3, labels};

/// Gets the room of dead bytes in packs back.
const COMPACT: &str = "s3.compact";
/// After so many bytes of packs were freed it is worth looking for packs to compact.
const FREED_BYTES: u64 = 32 << 20;
/// A pack is compacted when this much of it is dead: then less is copied than is got back.
const DEAD_RATIO: f64 = 0.5;
/// And at least this many bytes: rows are read to find what lives.
const DEAD_BYTES_MIN: u64 = 16 << 20;
/// Packs compacted in one run.
const PACKS_MAX: usize = 16;
/// How often reading the rows is begun anew because the store took writes back, and writes on their
/// way are waited for.
const TRIES: usize = 8;

/// A row that is written only to see it, and with it all before it, become durable.
static DURABLE: Table<String, u64> = Table::global("s3.durable");

/// What the background work and the room share.
pub(crate) struct Upkeep {
    objects: Objects,
    /// One at a time: the sweep, then compactions.
    turn: Arc<Mutex<()>>,
    /// Bytes of packs freed since compaction was last thought of.
    freed: AtomicU64,
}

impl Upkeep {
    /// Registers the jobs, and begins to sweep where bytes are kept.
    pub fn start(house: &House, objects: &Objects) -> Arc<Upkeep> {
        let (objects, freed) = (objects.clone(), AtomicU64::new(0));
        let upkeep = Arc::new(Upkeep { objects, turn: Arc::default(), freed });
        let compacting = upkeep.clone();
        house.jobs.register_long(COMPACT, move |ctx, _| {
            let upkeep = compacting.clone();
            async move { upkeep.compact(ctx.parts()).await }
        });
        // Taken here, so that no compaction comes before.
        if house.data.is_some()
            && let Some(turn) = upkeep.turn.try_lock_owned()
        {
            let (upkeep, parts) = (upkeep.clone(), house.parts.clone());
            house.parts.spawn("s3 sweep", async move {
                if let Err(error) = upkeep.sweep(&parts, turn).await {
                    tracing::warn!("orphaned bytes were not swept: {error:#}");
                }
            });
        }
        upkeep
    }

    /// Removes what earlier runs stored and no row names. What is written meanwhile is not touched.
    async fn sweep(&self, parts: &PlatformParts, turn: OwnedMutexGuard<()>) -> anyhow::Result<()> {
        for _ in 0..TRIES {
            let failures = parts.store().failures();
            let living =
                walk(parts, None, HashSet::new(), |living: &mut HashSet<BlobId>, _, blob| {
                    living.extend(blob.ids());
                });
            let Some(living) = living.await? else { return Ok(()) };
            if durable(parts.store(), failures).await? {
                self.objects.sweep(move |id| living.contains(id)).await?;
                drop(turn);
                self.think_of_compacting(parts).await?;
                return Ok(());
            }
        }
        anyhow::bail!("the store keeps taking writes back")
    }

    /// Schedules compaction if there is something to compact.
    async fn think_of_compacting(&self, parts: &PlatformParts) -> Result<(), StoreError> {
        if self.candidates().is_empty() {
            return Ok(());
        }
        let (scope, job, now) = (Scope::default(), JobKey::new(COMPACT, ""), parts.clock().now());
        parts.store().write(&scope, |tx| schedule(tx, &job, now, Vec::new())).await
    }

    /// The keys that everything in these packs was stored for; none if some of it does not tell, and
    /// every row has to be read.
    async fn labels(&self, packs: &[u64]) -> anyhow::Result<Option<Keys>> {
        let mut keys = Keys::new();
        for pack in packs {
            let Some(labels) = self.objects.labels(*pack).await? else { return Ok(None) };
            for (_, label) in labels {
                let Some(key) = labels::parse(&label) else { return Ok(None) };
                keys.insert(key);
            }
        }
        Ok(Some(keys))
    }

    fn candidates(&self) -> Vec<u64> {
        let usages = self.objects.compaction_candidates(DEAD_RATIO).into_iter();
        usages.filter(|usage| usage.dead >= DEAD_BYTES_MIN).map(|usage| usage.pack).collect()
    }

    /// Moves what lives out of packs that are mostly dead, and removes these. Interrupted, it has
    /// moved some and is done again; every row names bytes that are there all the while.
    async fn compact(&self, parts: &PlatformParts) -> anyhow::Result<()> {
        let turn = self.turn.lock().await;
        let store = parts.store();
        let mut packs = self.candidates();
        let more = packs.len() > PACKS_MAX;
        packs.truncate(PACKS_MAX);
        if packs.is_empty() {
            return Ok(());
        }
        // Closes them, then waits until rows on their way have come.
        let settled = |pack: &u64| self.objects.settle(*pack);
        packs.iter().for_each(|pack| _ = settled(pack));
        let mut tries = 0;
        while !packs.iter().all(settled) && tries < TRIES {
            tries += 1;
            write_durable(store).await?;
            if store.durability() == Durability::Relaxed {
                // Commits are not announced to the packs then.
                let objects = self.objects.clone();
                parts.spawn_blocking("s3 sync", move || objects.sync_pending()).await??;
            }
        }
        let found = packs.len();
        packs.retain(settled);
        let failures = store.failures();
        let among: HashSet<u64> = packs.iter().copied().collect();
        let see = move |living: &mut Living, place: Place, blob: &BlobRef| {
            for id in blob.ids() {
                if matches!(id, BlobId::Packed { pack, .. } if among.contains(&pack)) {
                    living.entry(id).or_default().push(place.clone());
                }
            }
        };
        let keys = self.labels(&packs).await?;
        tracing::debug!(keys = keys.as_ref().map(BTreeSet::len), "looking for what lives in packs");
        let living = walk(parts, keys, HashMap::new(), see);
        // A start sweeps, and calls for this again.
        let Some(living) = living.await? else { return Ok(()) };
        anyhow::ensure!(durable(store, failures).await?, "the store took writes back meanwhile");
        let living = Arc::new(living);
        for pack in packs.iter().copied() {
            if parts.shutdown_token().is_cancelled() {
                return Ok(());
            }
            let named = living.clone();
            let swap = |moves| swap(store, &living, moves);
            let done = self.objects.compact(pack, move |id| named.contains_key(id), swap).await?;
            tracing::info!(pack, ?done, "a pack was compacted");
        }
        drop(turn);
        if more {
            self.think_of_compacting(parts).await?;
        }
        anyhow::ensure!(packs.len() == found, "some packs still wait for rows that name them");
        Ok(())
    }
}

/// Keys, each with its bucket.
type Keys = BTreeSet<(String, String)>;

/// The rows that name each blob.
type Living = HashMap<BlobId, Vec<Place>>;

/// Collects from every blob that a row names, or one of these keys; none when the server is told to end meanwhile.
async fn walk<T: Send + 'static>(
    parts: &PlatformParts,
    keys: Option<Keys>,
    mut found: T,
    mut see: impl FnMut(&mut T, Place, &BlobRef) + Send + 'static,
) -> anyhow::Result<Option<T>> {
    let (store, shutdown) = (parts.store().clone(), parts.shutdown_token().clone());
    let walk = move || {
        let stop = || shutdown.is_cancelled();
        let see = |place: Place, blob: &BlobRef| see(&mut found, place, blob);
        match &keys {
            Some(keys) => labels::each(&store, keys, stop, see)?,
            None => named::each(&store, stop, see)?,
        }
        Ok((!shutdown.is_cancelled()).then_some(found))
    };
    parts.spawn_blocking("s3 walk", walk).await?
}

/// Waits until all that was accepted is durable. Whether none of it was taken back since the store
/// counted so many failures, and so all that was read since is as it was read.
async fn durable(store: &Store, failures: u64) -> Result<bool, StoreError> {
    write_durable(store).await?;
    Ok(store.failures() == failures)
}

async fn write_durable(store: &Store) -> Result<(), StoreError> {
    store.write(&Scope::default(), mark).await
}

/// A change to a transaction that might have none: those without do not wait for the disk.
fn mark(tx: &WriteTx<'_>) -> Result<(), StoreError> {
    let count = DURABLE.get(tx, "")?.unwrap_or_default();
    DURABLE.put(tx, "", &count.wrapping_add(1))
}

/// Points rows at the new places of their bytes; which of the moved blobs had one.
async fn swap(store: &Store, living: &Living, moves: Vec<Moved>) -> io::Result<Vec<bool>> {
    let scope = Scope::default();
    let swapped = store.write(&scope, |tx| {
        mark(tx)?;
        moves.iter().map(|moved| point_at(tx, living, moved)).collect::<Result<Vec<_>>>()
    });
    swapped.await.map_err(|fail| io::Error::other(format!("{fail:?}")))
}

fn point_at(tx: &WriteTx<'_>, living: &Living, moved: &Moved) -> Result<bool> {
    let (mut any, mut part_gone) = (false, false);
    for id in moved.old.ids() {
        for place in living.get(&id).into_iter().flatten() {
            match place {
                Place::Part(upload, number) => {
                    let key = (upload.as_str(), *number);
                    let Some(mut part) = PARTS.get(tx, &key)? else {
                        part_gone = true;
                        continue;
                    };
                    if part.blob.point_at(id, &moved.new) {
                        PARTS.put(tx, &key, &part)?;
                        any = true;
                    }
                }
                Place::Version(bucket, key, sequence) => {
                    any |= version_at(tx, (bucket, key, *sequence), id, &moved.new)?;
                }
            }
        }
    }
    if part_gone && !any {
        // It may be part of an object now, whose name is not known here.
        let gone = "a part was taken or let go while its bytes were moved";
        return Err(Fail::internal(anyhow::anyhow!(gone)));
    }
    Ok(any)
}

/// The version is the current one, or at its place among the older ones, or gone for good.
fn version_at(
    tx: &WriteTx<'_>,
    (bucket, key, sequence): (&str, &str, u64),
    id: BlobId,
    new: &BlobRef,
) -> Result<bool> {
    if let Some(mut current) = CURRENT.get(tx, &(bucket, key))?
        && current.sequence == sequence
        && current.blob.point_at(id, new)
    {
        CURRENT.put(tx, &(bucket, key), &current)?;
        return Ok(true);
    }
    let place = (bucket, key, !sequence);
    if let Some(mut older) = OLDER.get(tx, &place)?
        && older.blob.point_at(id, new)
    {
        OLDER.put(tx, &place, &older)?;
        return Ok(true);
    }
    Ok(false)
}

impl S3 {
    /// Lets bytes go that no row names any more. A failure leaves them to the next sweep.
    pub(crate) async fn free(&self, blobs: impl IntoIterator<Item = BlobRef>) {
        let mut packed = 0;
        for blob in blobs {
            if let Err(error) = self.objects.delete(&blob).await {
                tracing::warn!("bytes were left behind: {error}");
            }
            packed += packed_bytes(&blob);
        }
        if packed == 0 {
            return;
        }
        let upkeep = &self.upkeep;
        let before = upkeep.freed.fetch_add(packed, Ordering::Relaxed);
        if before < FREED_BYTES && before + packed >= FREED_BYTES {
            upkeep.freed.store(0, Ordering::Relaxed);
            if let Err(error) = upkeep.think_of_compacting(&self.parts).await {
                tracing::warn!("packs are not compacted: {error}");
            }
        }
    }

    /// Writes the rows that name a blob. When they are refused the blob is let go. When they could
    /// not be saved it stays: what the disk answered is unknown, and they may be there when the
    /// store is next opened. If they are not, the blob is swept then.
    pub(crate) async fn name<T>(
        &self,
        ctx: &platform::Ctx,
        blob: &BlobRef,
        write: impl FnOnce(&WriteTx<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut accepted = false;
        let named = ctx.write(|tx| write(tx).inspect(|_| accepted = true)).await;
        if named.is_err() && !accepted {
            self.free([blob.clone()]).await;
        }
        named
    }
}

fn packed_bytes(blob: &BlobRef) -> u64 {
    match blob {
        BlobRef::Packed { len, .. } => u64::from(*len),
        BlobRef::Chain(parts) => parts.iter().map(packed_bytes).sum(),
        BlobRef::Sealed(_, blob) => packed_bytes(blob),
        BlobRef::Inline(_) | BlobRef::File { .. } => 0,
    }
}

#[cfg(test)]
pub(crate) mod tests;
