//! The data files under a location.

use std::sync::Arc;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore};

use crate::error::Result;
use crate::location::Location;

/// More files than this in one scan are refused rather than held in memory.
const FILES_MAX: usize = 2_000_000;

/// Every data file under a location, folders within included, by name. Files and folders that
/// start with `_` or `.` are others' notes; empty files have no rows.
pub(crate) async fn data_files(
    store: &Arc<dyn ObjectStore>,
    location: &Location,
) -> Result<Vec<ObjectMeta>> {
    let prefix = (!location.prefix.as_ref().is_empty()).then_some(&location.prefix);
    let mut files: Vec<ObjectMeta> = store
        .list(prefix)
        .try_filter(|meta| {
            let keep = meta.size > 0 && is_data(&location.prefix, &meta.location);
            futures::future::ready(keep)
        })
        .try_collect()
        .await?;
    if files.len() > FILES_MAX {
        return Err(crate::LakeError::Location {
            location: location.url(),
            message: format!("it holds more than {FILES_MAX} files"),
        });
    }
    files.sort_unstable_by(|a, b| a.location.cmp(&b.location));
    Ok(files)
}

/// Whether no part of the name below the prefix hides it.
fn is_data(prefix: &Path, path: &Path) -> bool {
    let Some(mut below) = path.prefix_match(prefix) else {
        return false;
    };
    below.all(|part| !part.as_ref().starts_with(['_', '.']))
}

/// Whether anything at all is under a location, hidden files included.
pub(crate) async fn is_empty(store: &Arc<dyn ObjectStore>, location: &Location) -> Result<bool> {
    let prefix = (!location.prefix.as_ref().is_empty()).then_some(&location.prefix);
    let mut listed = store.list(prefix);
    while let Some(meta) = listed.try_next().await? {
        // A marker that only says "here is a folder" is not content.
        if meta.size > 0 || !meta.location.as_ref().ends_with("_$folder$") {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn underscores_and_dots_hide_files_below_the_table_only() {
        let prefix = Path::from("_staging/t");
        for (name, data) in [
            ("_staging/t/a.csv", true),
            ("_staging/t/dt=1/a.csv", true),
            ("_staging/t/_SUCCESS", false),
            ("_staging/t/.a.crc", false),
            ("_staging/t/_temporary/0/a.csv", false),
            ("_staging/t2/a.csv", false),
        ] {
            assert_eq!(is_data(&prefix, &Path::from(name)), data, "{name}");
        }
    }
}
