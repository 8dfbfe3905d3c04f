//! What the owner of a bucket has set for it, as documents: its lifecycle, its policy, who is told
//! of changes, and so on.
//!
//! A document is kept as the request gave it, in a row of its own, since most requests need none of
//! them. The bucket's row says which there are, so that a request asks only for those; who writes a
//! document writes the bucket's row in the same transaction. Of some kinds there may be several, told
//! apart by an id.

use platform::{Fail, ReadTx, Result, Stored, Structure, Table, WriteTx};
use serde::{Deserialize, Serialize};

use crate::model::Bucket;
use crate::store::BUCKETS;

/// A kind of document. The numbers are stored: a kind keeps its own for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Setting {
    Policy = 0,
    PublicAccessBlock = 1,
    Ownership = 2,
    Acl = 3,
    Encryption = 4,
    ObjectLock = 5,
    Lifecycle = 6,
    Replication = 7,
    Notification = 8,
    Logging = 9,
    Website = 10,
    Cors = 11,
    Accelerate = 12,
    RequestPayment = 13,
    Inventory = 14,
    Analytics = 15,
    Metrics = 16,
    IntelligentTiering = 17,
}

/// Which kinds of documents a bucket has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Settings(u64);

impl Settings {
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    pub fn has(self, setting: Setting) -> bool {
        self.0 & (1 << setting as u8) != 0
    }

    fn set(&mut self, setting: Setting, there: bool) {
        let bit = 1 << setting as u8;
        self.0 = if there { self.0 | bit } else { self.0 & !bit };
    }
}

/// (bucket, kind, id) → a document; the id is empty where there is one of a kind.
const fn table<T>() -> Table<(String, u32, String), Stored<T>> {
    Table::global("s3.settings")
}

/// The bucket's document of a kind.
pub(crate) fn get<T: Structure + Default + Send + Sync + 'static>(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    setting: Setting,
) -> Result<Option<T>, Fail> {
    if !bucket.settings.has(setting) {
        return Ok(None);
    }
    get_named(tx, name, setting, "")
}

/// One of the bucket's documents of a kind of which there may be several.
pub(crate) fn get_named<T: Structure + Default + Send + Sync + 'static>(
    tx: &ReadTx<'_>,
    name: &str,
    setting: Setting,
    id: &str,
) -> Result<Option<T>, Fail> {
    let stored = table::<T>().get(tx, &(name, setting as u32, id))?;
    Ok(stored.map(|stored| stored.0))
}

/// All documents of a kind, by id.
pub(crate) fn all<T: Structure + Default + Send + Sync + 'static>(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    setting: Setting,
) -> Result<Vec<(String, T)>, Fail> {
    let mut found = Vec::new();
    if bucket.settings.has(setting) {
        for row in table::<T>().scan(tx).prefix(&(name, setting as u32)) {
            let ((_, _, id), stored) = row?;
            found.push((id, stored.0));
        }
    }
    Ok(found)
}

/// The ids of all documents of a kind.
pub(crate) fn ids(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    setting: Setting,
) -> Result<Vec<String>, Fail> {
    let mut found = Vec::new();
    if bucket.settings.has(setting) {
        for key in table::<s3_api::Tagging>().scan(tx).prefix(&(name, setting as u32)).keys() {
            found.push(key?.2);
        }
    }
    Ok(found)
}

/// Writes the bucket's document of a kind, and the bucket's row.
pub(crate) fn put<T: Structure + Default + Send + Sync + 'static>(
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &mut Bucket),
    setting: Setting,
    document: T,
) -> Result<(), Fail> {
    put_named(tx, (name, bucket), setting, "", document)
}

/// Writes one of the bucket's documents of a kind, and the bucket's row.
pub(crate) fn put_named<T: Structure + Default + Send + Sync + 'static>(
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &mut Bucket),
    setting: Setting,
    id: &str,
    document: T,
) -> Result<(), Fail> {
    table::<T>().put(tx, &(name, setting as u32, id), &Stored(document))?;
    if !bucket.settings.has(setting) {
        bucket.settings.set(setting, true);
        BUCKETS.put(tx, name, bucket)?;
    }
    Ok(())
}

/// Removes the bucket's document of a kind; whether there was one.
pub(crate) fn delete(
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &mut Bucket),
    setting: Setting,
) -> Result<bool, Fail> {
    delete_named(tx, (name, bucket), setting, "")
}

/// Removes one of the bucket's documents of a kind; whether there was one.
pub(crate) fn delete_named(
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &mut Bucket),
    setting: Setting,
    id: &str,
) -> Result<bool, Fail> {
    let table = table::<s3_api::Tagging>();
    let there = table.delete(tx, &(name, setting as u32, id))?;
    let kind = (name, setting as u32);
    if there && table.scan(tx).prefix(&kind).keys().next().transpose()?.is_none() {
        bucket.settings.set(setting, false);
        BUCKETS.put(tx, name, bucket)?;
    }
    Ok(there)
}

/// Removes all documents of a bucket that goes.
pub(crate) fn forget(tx: &WriteTx<'_>, name: &str) -> Result<(), Fail> {
    let table = table::<s3_api::Tagging>();
    let keys: Vec<_> = table.scan(tx).prefix(&(name,)).keys().collect::<Result<_, _>>()?;
    for key in keys {
        table.delete(tx, &key)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use platform::{Backend, Durability, Scope, Store, StoreOptions};
    use s3_api::{Tag, Tagging};

    use super::*;
    use crate::jobs::tests::bucket;
    use crate::model::Versioning;

    fn tagging(value: &str) -> Tagging {
        Tagging { tag_set: vec![Tag { key: "k".into(), value: value.into() }] }
    }

    #[test]
    fn the_bucket_knows_which_documents_it_has() {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Relaxed };
        let store = Store::open(options).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let scope = Scope::default();
        let written = store.write(&scope, |tx| {
            let mut b = bucket(Versioning::Never);
            let kind = Setting::Inventory;
            put(tx, ("b", &mut b), Setting::Lifecycle, tagging("one"))?;
            put_named(tx, ("b", &mut b), kind, "x", tagging("x"))?;
            put_named(tx, ("b", &mut b), kind, "y", tagging("y"))?;
            put_named(tx, ("bb", &mut b), kind, "z", tagging("z"))?;
            let found: Option<Tagging> = get(tx, ("b", &b), Setting::Lifecycle)?;
            assert_eq!(found.unwrap().tag_set[0].value, "one");
            assert_eq!(get::<Tagging>(tx, ("b", &b), Setting::Cors)?.map(|_| ()), None);
            let ids = |all: Vec<(String, Tagging)>| -> Vec<String> {
                all.into_iter().map(|(id, _)| id).collect()
            };
            assert_eq!(ids(all(tx, ("b", &b), kind)?), ["x", "y"]);
            assert!(delete_named(tx, ("b", &mut b), kind, "x")?);
            assert!(!delete_named(tx, ("b", &mut b), kind, "x")?);
            assert!(b.settings.has(kind));
            assert!(delete_named(tx, ("b", &mut b), kind, "y")?);
            assert!(!b.settings.has(kind) && b.settings.has(Setting::Lifecycle));
            assert_eq!(BUCKETS.get(tx, "b")?.map(|row| row.settings), Some(b.settings));
            forget(tx, "b")?;
            assert!(get_named::<Tagging>(tx, "b", Setting::Lifecycle, "")?.is_none());
            assert!(get_named::<Tagging>(tx, "bb", kind, "z")?.is_some());
            Ok::<_, Fail>(())
        });
        runtime.block_on(written).unwrap();
    }
}
