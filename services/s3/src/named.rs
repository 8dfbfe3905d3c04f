//! Every blob that a row names, read in pages while rows come, go and move.
//!
//! A blob stored before the walk begins and named all the while is not missed, because rows move in
//! two ways only, and the walk goes the same way: parts become part of a version, and are looked at
//! first; a version is the current one of its key or stands among the older ones, always in the
//! same place there, and both are looked at in one transaction. What is deleted meanwhile may or
//! may not be seen.

use aquifer_object::BlobRef;
use platform::{Fail, ReadTx, Result, Scope, Store};

use crate::model::{Version, Versioning};
use crate::store::{BUCKETS, CURRENT, OLDER, PARTS};

/// Rows of one transaction.
const PAGE: usize = 1_000;

/// Where the row is that names a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The upload's id, the part's number.
    Part(String, u32),
    /// Bucket, key, and the version's sequence, which stays as versions come and go.
    Version(String, String, u64),
}

/// How far the walk over the versions came.
enum Reached {
    Start,
    /// All versions of a key.
    Key(String, String),
    /// The versions of a key up to a place among the older ones.
    Older(String, String, u64),
    End,
}

/// Shows every blob that a row names to `see`. Ends early once `stop` says so. Blocks.
pub(crate) fn each(
    store: &Store,
    stop: impl FnMut() -> bool,
    see: impl FnMut(Place, &BlobRef),
) -> Result<(), Fail> {
    each_by(store, PAGE, stop, see)
}

fn each_by(
    store: &Store,
    page_max: usize,
    mut stop: impl FnMut() -> bool,
    mut see: impl FnMut(Place, &BlobRef),
) -> Result<(), Fail> {
    let scope = Scope::default();
    let mut after: Option<(String, u32)> = None;
    loop {
        let page = store.read(&scope, |tx| match &after {
            Some(key) => PARTS.scan(tx).after(key).page(page_max),
            None => PARTS.scan(tx).page(page_max),
        })?;
        for ((upload, number), part) in &page.rows {
            see(Place::Part(upload.clone(), *number), &part.blob);
        }
        after = page.rows.into_iter().last().map(|(key, _)| key);
        if !page.more || stop() {
            break;
        }
    }
    let mut reached = Reached::Start;
    while !matches!(reached, Reached::End) && !stop() {
        reached = store.read(&scope, |tx| versions(tx, &reached, page_max, &mut see))?;
    }
    Ok(())
}

/// A version made of ten thousand parts is a row of a megabyte: as much to read as many small ones.
pub(crate) fn weight(version: &Version) -> usize {
    1 + version.parts.len() / 8
}

/// One page of versions; a key's current one counts as one, as each of its older ones does.
fn versions(
    tx: &ReadTx<'_>,
    reached: &Reached,
    page_max: usize,
    see: &mut impl FnMut(Place, &BlobRef),
) -> Result<Reached, Fail> {
    let mut see = |bucket: &str, key: &str, version: &Version| {
        let place = Place::Version(bucket.to_owned(), key.to_owned(), version.sequence);
        see(place, &version.blob);
    };
    let mut left = page_max;
    let mut keys = CURRENT.scan(tx);
    match reached {
        Reached::Start | Reached::End => {}
        Reached::Key(bucket, key) => keys = keys.after(&(bucket.as_str(), key.as_str())),
        Reached::Older(bucket, key, place) => {
            let (bucket, key) = (bucket.as_str(), key.as_str());
            // Once more: between the pages an older one may have come to be the current one.
            if let Some(version) = CURRENT.get(tx, &(bucket, key))? {
                see(bucket, key, &version);
            }
            for row in OLDER.scan(tx).prefix(&(bucket, key)).after(&(bucket, key, *place)) {
                let ((_, _, place), version) = row?;
                see(bucket, key, &version);
                left = left.saturating_sub(weight(&version));
                if left == 0 {
                    return Ok(Reached::Older(bucket.to_owned(), key.to_owned(), place));
                }
            }
            keys = keys.after(&(bucket, key));
        }
    }
    // Whether the bucket last looked at may have older versions.
    let mut known: Option<(String, bool)> = None;
    for row in keys {
        let ((bucket, key), version) = row?;
        see(&bucket, &key, &version);
        if known.as_ref().is_none_or(|(name, _)| *name != bucket) {
            let row = BUCKETS.get(tx, bucket.as_str())?;
            let versioned = row.is_none_or(|row| row.versioning != Versioning::Never);
            known = Some((bucket.clone(), versioned));
        }
        left = left.saturating_sub(weight(&version));
        if known.as_ref().is_some_and(|(_, versioned)| *versioned) {
            for row in OLDER.scan(tx).prefix(&(bucket.as_str(), key.as_str())) {
                let ((_, _, place), version) = row?;
                see(&bucket, &key, &version);
                left = left.saturating_sub(weight(&version));
                if left == 0 {
                    return Ok(Reached::Older(bucket, key, place));
                }
            }
        }
        if left == 0 {
            return Ok(Reached::Key(bucket, key));
        }
    }
    Ok(Reached::End)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use aquifer_object::BlobId;
    use platform::{Backend, Durability, StoreOptions, WriteTx};
    use tokio::runtime::{Builder, Runtime};

    use super::*;
    use crate::jobs::tests::{bucket, version};
    use crate::model::Part;
    use crate::store::{self, put_older, take_older};

    /// Rows that move at random while they are walked over. Blobs are named by numbers.
    struct Moving {
        store: Store,
        runtime: Runtime,
        state: u64,
        /// Those that were in some row all the while.
        stayed: HashSet<u64>,
    }

    impl Moving {
        fn below(&mut self, limit: u64) -> u64 {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            self.state % limit
        }

        /// One change, as the operations make them.
        fn step(&mut self) {
            let key = format!("k{}", self.below(4));
            let (choice, at) = (self.below(3), self.below(4));
            let store = self.store.clone();
            let gone = self.runtime.block_on(store.write(&Scope::default(), |tx| match choice {
                0 => complete(tx, &key),
                1 => delete_current(tx, &key).map(|gone| gone.into_iter().collect()),
                _ => delete_older(tx, &key, at).map(|gone| gone.into_iter().collect()),
            }));
            let gone: Vec<u64> = gone.unwrap();
            gone.iter().for_each(|id| _ = self.stayed.remove(id));
        }
    }

    fn file(id: u64) -> BlobRef {
        BlobRef::File { id, len: 1 }
    }

    /// A part as its row was first written, without what came to it since.
    fn part(blob: BlobRef) -> Part {
        #[derive(serde::Serialize)]
        struct First {
            blob: BlobRef,
            size: u64,
            etag: &'static str,
            modified: platform::Timestamp,
        }
        let modified = platform::Timestamp::EPOCH;
        let row = rmp_serde::to_vec_named(&First { blob, size: 1, etag: "", modified });
        rmp_serde::from_slice(&row.unwrap()).unwrap()
    }

    fn number(blob: &BlobRef) -> u64 {
        match blob.ids()[..] {
            [BlobId::File(id)] => id,
            ref ids => panic!("{ids:?}"),
        }
    }

    /// The upload of a key becomes its current version.
    fn complete(tx: &WriteTx<'_>, key: &str) -> Result<Vec<u64>> {
        let parts = store::parts(tx, key)?;
        let Some((_, part)) = parts.first() else { return Ok(Vec::new()) };
        let former = CURRENT.get(tx, &("b", key))?;
        let sequence = former.as_ref().map_or(1, |former| former.sequence + 1);
        if let Some(former) = former {
            put_older(tx, "b", key, &former)?;
        }
        CURRENT.put(tx, &("b", key), &version(sequence, part.blob.clone()))?;
        store::forget_parts(tx, platform::Timestamp::EPOCH, ("b", key, key), &parts)?;
        Ok(Vec::new())
    }

    /// The newest of the older ones takes its place.
    fn delete_current(tx: &WriteTx<'_>, key: &str) -> Result<Option<u64>> {
        let Some(current) = CURRENT.get(tx, &("b", key))? else { return Ok(None) };
        match OLDER.scan(tx).prefix(&("b", key)).next().transpose()? {
            Some(((_, _, place), heir)) => {
                take_older(tx, "b", key, place, &heir)?;
                CURRENT.put(tx, &("b", key), &heir)?;
            }
            None => _ = CURRENT.delete(tx, &("b", key))?,
        }
        Ok(Some(number(&current.blob)))
    }

    fn delete_older(tx: &WriteTx<'_>, key: &str, at: u64) -> Result<Option<u64>> {
        let mut older = OLDER.scan(tx).prefix(&("b", key));
        let Some(((_, _, place), version)) = older.nth(at as usize).transpose()? else {
            return Ok(None);
        };
        take_older(tx, "b", key, place, &version)?;
        Ok(Some(number(&version.blob)))
    }

    fn fill(tx: &WriteTx<'_>) -> Result<HashSet<u64>> {
        BUCKETS.put(tx, "b", &bucket(Versioning::Enabled))?;
        let mut all = HashSet::new();
        for (at, key) in ["k0", "k1", "k2", "k3"].into_iter().enumerate() {
            let base = 100 * at as u64;
            for sequence in 1..=6 {
                put_older(tx, "b", key, &version(sequence, file(base + sequence)))?;
                all.insert(base + sequence);
            }
            CURRENT.put(tx, &("b", key), &version(7, file(base + 7)))?;
            let part = part(file(base + 50));
            PARTS.put(tx, &(key, 1), &part)?;
            all.extend([base + 7, base + 50]);
        }
        Ok(all)
    }

    #[test]
    fn nothing_that_stays_is_missed_however_it_moves() {
        for seed in 1..400 {
            let durability = Durability::Relaxed;
            let options = StoreOptions { backend: Backend::Memory, durability };
            let store = Store::open(options).unwrap();
            let runtime = Builder::new_current_thread().build().unwrap();
            let stayed = runtime.block_on(store.write(&Scope::default(), fill)).unwrap();
            let state = seed * 0x9e37_79b9;
            let mut moving = Moving { store: store.clone(), runtime, state, stayed };
            let mut seen = HashSet::new();
            let page_max = 1 + (seed as usize) % 3;
            let stop = || {
                let steps = moving.below(5);
                (0..steps).for_each(|_| moving.step());
                false
            };
            each_by(&store, page_max, stop, |_, blob| _ = seen.insert(number(blob))).unwrap();
            let missed: Vec<_> = moving.stayed.difference(&seen).collect();
            assert!(missed.is_empty(), "seed {seed}: {missed:?}");
        }
    }
}
