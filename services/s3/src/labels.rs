//! What packed bytes are labelled with: the bucket and the key they were stored for. Every row that
//! comes to name them is of that key, so whoever looks for it need not read all rows.
//!
//! Bytes are stored for one key and stay there: copies are stored anew, and parts are of the key of
//! their upload.

use std::collections::BTreeSet;

use aquifer_object::BlobRef;
use platform::{Bytes, Fail, ReadTx, Result, Scope, Store};

use crate::named::{Place, weight};
use crate::store::{CURRENT, OLDER, PARTS, UPLOADS};

/// Keys looked at in one transaction.
const KEYS: usize = 64;
/// Older versions of one key looked at in one transaction.
const PAGE: usize = 1_000;

/// The label of what is stored for a key.
pub(crate) fn label(bucket: &str, key: &str) -> Bytes {
    [bucket, "/", key].concat().into()
}

/// The bucket and key of a label; none if it is none of ours.
pub(crate) fn parse(label: &[u8]) -> Option<(String, String)> {
    let (bucket, key) = std::str::from_utf8(label).ok()?.split_once('/')?;
    Some((bucket.to_owned(), key.to_owned()))
}

/// Shows every blob to `see` that a row of these keys names. Ends early once `stop` says so. Blocks.
///
/// As with [`crate::named::each`] nothing is missed that is named all the while: a key's parts are
/// looked at first and its current version with each page of the older ones.
pub(crate) fn each(
    store: &Store,
    keys: &BTreeSet<(String, String)>,
    mut stop: impl FnMut() -> bool,
    mut see: impl FnMut(Place, &BlobRef),
) -> Result<(), Fail> {
    let scope = Scope::default();
    let keys: Vec<_> = keys.iter().collect();
    for few in keys.chunks(KEYS) {
        let mut long = Vec::new();
        store.read(&scope, |tx| {
            for (bucket, key) in few {
                parts(tx, bucket, key, &mut see)?;
                if let Some(reached) = versions(tx, bucket, key, None, &mut see)? {
                    long.push((bucket, key, reached));
                }
            }
            Ok::<_, Fail>(())
        })?;
        for (bucket, key, reached) in long {
            let mut reached = Some(reached);
            while reached.is_some() && !stop() {
                reached = store.read(&scope, |tx| versions(tx, bucket, key, reached, &mut see))?;
            }
        }
        if stop() {
            break;
        }
    }
    Ok(())
}

fn parts(
    tx: &ReadTx<'_>,
    bucket: &str,
    key: &str,
    see: &mut impl FnMut(Place, &BlobRef),
) -> Result<(), Fail> {
    for row in UPLOADS.scan(tx).prefix(&(bucket, key)) {
        let ((_, _, upload), _) = row?;
        for row in PARTS.scan(tx).prefix(&(upload.as_str(),)) {
            let ((_, number), part) = row?;
            see(Place::Part(upload.clone(), number), &part.blob);
        }
    }
    Ok(())
}

/// A page of a key's versions; where it ended, if there are more.
fn versions(
    tx: &ReadTx<'_>,
    bucket: &str,
    key: &str,
    after: Option<u64>,
    see: &mut impl FnMut(Place, &BlobRef),
) -> Result<Option<u64>, Fail> {
    let place = |sequence| Place::Version(bucket.to_owned(), key.to_owned(), sequence);
    if let Some(version) = CURRENT.get(tx, &(bucket, key))? {
        see(place(version.sequence), &version.blob);
    }
    let mut left = PAGE;
    let older = OLDER.scan(tx).prefix(&(bucket, key));
    let older = match after {
        Some(after) => older.after(&(bucket, key, after)),
        None => older,
    };
    for row in older {
        let ((_, _, at), version) = row?;
        see(place(version.sequence), &version.blob);
        left = left.saturating_sub(weight(&version));
        if left == 0 {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_tells_bucket_and_key() {
        for key in ["k", "a/b", "/", "//x", "é"] {
            let parsed = parse(&label("a-bucket", key)).unwrap();
            assert_eq!((parsed.0.as_str(), parsed.1.as_str()), ("a-bucket", key));
        }
        assert_eq!(parse(b"neither"), None);
        assert_eq!(parse(&[0xff, b'/']), None);
    }
}
