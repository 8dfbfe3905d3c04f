//! What happens when nobody calls: bytes that no row names are let go.

use std::collections::HashSet;

use aquifer_object::{BlobId, BlobRef, Objects};
use platform::{Fail, PlatformParts, Scope};

use crate::S3;
use crate::store::{CURRENT, OLDER, PARTS};

/// Rows read in one go while the living are counted.
const PAGE: usize = 2_000;

/// After a start, in the background: removes what earlier runs stored and no row names. What is
/// written meanwhile is not touched.
pub(crate) fn sweep_orphans(parts: &PlatformParts, objects: &Objects) {
    let (objects, within) = (objects.clone(), parts.clone());
    parts.spawn("s3 sweep", async move {
        let living = match living(&within) {
            Ok(living) => living,
            Err(error) => {
                tracing::warn!("orphaned bytes are not swept: {error}");
                return;
            }
        };
        if let Err(error) = objects.sweep(move |id| living.contains(&id.to_bytes())).await {
            tracing::warn!("orphaned bytes were not swept: {error}");
        }
    });
}

/// Every blob that a row names.
fn living(parts: &PlatformParts) -> Result<HashSet<[u8; 17]>, Fail> {
    let mut living = HashSet::new();
    let mut name = |blob: &BlobRef| living.extend(blob.ids().into_iter().map(BlobId::to_bytes));
    let (store, scope) = (parts.store(), Scope::default());
    let mut after: Option<(String, String)> = None;
    loop {
        let page = store.read(&scope, |tx| {
            let scan = CURRENT.scan(tx);
            match &after {
                Some(key) => scan.after(key).page(PAGE),
                None => scan.page(PAGE),
            }
        })?;
        page.rows.iter().for_each(|(_, version)| name(&version.blob));
        after = page.rows.into_iter().last().map(|(key, _)| key);
        if !page.more {
            break;
        }
    }
    let mut after: Option<(String, String, u64)> = None;
    loop {
        let page = store.read(&scope, |tx| {
            let scan = OLDER.scan(tx);
            match &after {
                Some(key) => scan.after(key).page(PAGE),
                None => scan.page(PAGE),
            }
        })?;
        page.rows.iter().for_each(|(_, version)| name(&version.blob));
        after = page.rows.into_iter().last().map(|(key, _)| key);
        if !page.more {
            break;
        }
    }
    let mut after: Option<(String, u32)> = None;
    loop {
        let page = store.read(&scope, |tx| {
            let scan = PARTS.scan(tx);
            match &after {
                Some(key) => scan.after(key).page(PAGE),
                None => scan.page(PAGE),
            }
        })?;
        page.rows.iter().for_each(|(_, part)| name(&part.blob));
        after = page.rows.into_iter().last().map(|(key, _)| key);
        if !page.more {
            break;
        }
    }
    Ok(living)
}

impl S3 {
    /// Lets bytes go that no row names any more. A failure leaves them to the next sweep.
    pub(crate) async fn free(&self, blobs: impl IntoIterator<Item = BlobRef>) {
        for blob in blobs {
            if let Err(error) = self.objects.delete(&blob).await {
                tracing::warn!("bytes were left behind: {error}");
            }
        }
    }
}
