//! Compaction: small files become fewer.

use std::collections::BTreeSet;

use aquifer_iceberg::manifest::{DataFile, ManifestFile, read_manifest_list};
use aquifer_iceberg::rewrite::{Group, Seed, SnapshotFiles};
use aquifer_iceberg::{MAIN, RefKind, SnapshotRef, TableMetadata, TableUpdate};
use platform::Result;

use super::{Outcome, Seen, Work, is_conflict, merge};
use crate::create::refused;
use crate::model::TARGET_MB;

/// How often a commit is tried before it is left to another day.
const TRIES: usize = 4;

/// Files that became one.
struct Merged {
    spec_id: i32,
    from: Vec<String>,
    file: DataFile,
}

pub(super) async fn run(work: &Work) -> Outcome {
    let Some(seen) = work.look().await? else { return Ok(false) };
    let settings = work.found.row.compaction().settings;
    let settings = settings.and_then(|settings| settings.iceberg_compaction);
    let target = settings.and_then(|settings| settings.target_file_size_mb).unwrap_or(TARGET_MB);
    let Some(files) = current(work, &seen).await? else { return Ok(false) };
    let groups = files.groups(&seen.metadata, i64::from(target) << 20);
    let mut merged = Vec::new();
    for group in groups {
        merged.extend(one(work, &seen, group).await?);
    }
    if merged.is_empty() {
        return Ok(false);
    }
    let committed = commit(work, &merged).await;
    if matches!(committed, Ok(false)) {
        // Nobody will ever refer to what was written. Where that is not known, it is for the removal
        // of files that nothing refers to.
        let keys = merged.iter().filter_map(|merged| work.files.key_of(&merged.file.file_path));
        work.files.delete(&keys.map(str::to_owned).collect::<Vec<_>>()).await?;
    }
    committed.map(|_| true)
}

/// The files of the current snapshot, if there is one.
async fn current(work: &Work, seen: &Seen) -> Result<Option<SnapshotFiles>> {
    let Some(snapshot) = seen.metadata.current_snapshot() else { return Ok(None) };
    // The first tables of version 1 have no lists; they are left as they are.
    let Some(list) = &snapshot.manifest_list else { return Ok(None) };
    let bytes = work.files.read(list).await?;
    let manifests = read_manifest_list(&bytes).map_err(refused)?;
    files_of(work, &seen.metadata, manifests).await.map(Some)
}

/// Reads manifests.
pub(super) async fn files_of(
    work: &Work,
    table: &TableMetadata,
    manifests: Vec<ManifestFile>,
) -> Result<SnapshotFiles> {
    let mut files = SnapshotFiles::default();
    for manifest in manifests {
        let bytes = work.files.read(&manifest.manifest_path).await?;
        files.add(manifest, &bytes, table).map_err(refused)?;
    }
    Ok(files)
}

/// Puts the files of a group together, those of each shape apart.
async fn one(work: &Work, seen: &Seen, group: Group) -> Result<Vec<Merged>> {
    let mut merged = Vec::new();
    for files in merge::by_shape(work, group.files).await? {
        let from = files.files.iter().map(|file| file.file_path.clone()).collect();
        let file = merge::merge(work, &seen.metadata, files).await?;
        merged.push(Merged { spec_id: group.spec_id, from, file });
    }
    Ok(merged)
}

/// Commits what was put together to the table as it is by then; whether that could be done. What
/// clients add meanwhile stays; where they delete what was put together, it is for nothing.
async fn commit(work: &Work, merged: &[Merged]) -> Result<bool> {
    let removed: BTreeSet<String> = merged.iter().flat_map(|one| one.from.clone()).collect();
    let added: Vec<_> = merged.iter().map(|one| (one.spec_id, one.file.clone())).collect();
    for _ in 0..TRIES {
        let Some(seen) = work.look().await? else { return Ok(false) };
        let Some(files) = current(work, &seen).await? else { return Ok(false) };
        let ids = work.found.ctx.ids();
        let last = seen.metadata.current_snapshot().map_or(0, |snapshot| snapshot.timestamp_ms);
        let seed = Seed {
            snapshot_id: i64::try_from(ids.number() >> 1).unwrap_or(i64::MAX),
            timestamp_ms: work.now.as_millis().max(last),
            unique: ids.uuid(),
        };
        let replaced = match files.replace(&seen.metadata, &removed, &added, &seed) {
            Err(aquifer_iceberg::Error::Conflict(_)) => return Ok(false),
            replaced => replaced.map_err(refused)?,
        };
        for (path, bytes) in replaced.files {
            work.files.write(&path, bytes).await?;
        }
        let kept = seen.metadata.refs.get(MAIN).map(|main| main.retention.clone());
        let reference = SnapshotRef {
            snapshot_id: seed.snapshot_id,
            kind: RefKind::Branch,
            retention: kept.unwrap_or_default(),
        };
        let updates = [
            TableUpdate::AddSnapshot { snapshot: replaced.snapshot },
            TableUpdate::SetSnapshotRef { ref_name: MAIN.to_owned(), reference },
        ];
        match work.commit(&seen, &updates).await {
            Err(fail) if is_conflict(&fail) => {}
            done => return done.map(|()| true),
        }
    }
    Ok(false)
}
