//! Compaction: small files become fewer.
//!
//! Files of one partition and of one shape, a file's worth at a time, are read, put together and
//! replaced by one. Files that a delete may be of are left alone, as are those that nobody here reads.

use std::collections::BTreeSet;

use aquifer_iceberg::change::to_main;
use aquifer_iceberg::manifest::DataFile;
use aquifer_iceberg::rewrite::{Group, Seed, SnapshotFiles, merged};
use aquifer_iceberg::{TableMetadata, schema_json};
use aquifer_iceberg_data::{Shape, shape_of};
use glue_api::TableOptimizerConfiguration;
use platform::{Bytes, Fail, Result};

use super::Done;
use super::work::{Seen, Work};
use crate::iceberg::{files, refused};

/// Files are made no larger: they are put together in memory.
const TARGET_MAX: i64 = 128 << 20;
/// What tables aim at that say nothing.
const TARGET: i64 = 512 << 20;
/// Fewer files of a partition than that are left alone.
const FILES_MIN: i32 = 100;
/// How often a commit is tried before it is left to another time.
const TRIES: usize = 4;

/// Files that became one.
struct Merged {
    spec_id: i32,
    from: Vec<DataFile>,
    file: DataFile,
}

pub(super) async fn run(
    work: &Work,
    configuration: &TableOptimizerConfiguration,
) -> Result<Option<Done>> {
    let own = configuration.compaction_configuration.as_ref();
    let own = own.and_then(|own| own.iceberg_configuration.clone()).unwrap_or_default();
    let least = usize::try_from(own.min_input_files.unwrap_or(FILES_MIN)).unwrap_or(1);
    let seen = work.look().await?;
    let Some(current) = current(work, &seen).await? else { return Ok(None) };
    let said = seen.metadata.properties.get("write.target-file-size-bytes");
    let target = said.and_then(|text| text.parse().ok()).unwrap_or(TARGET).min(TARGET_MAX);
    let mut all = Vec::new();
    for group in current.groups(&seen.metadata, target) {
        if group.files.len() >= least {
            all.extend(put_together(work, &seen.metadata, group).await?);
        }
    }
    if all.is_empty() {
        return Ok(None);
    }
    match commit(work, &all).await {
        Ok(true) => {
            let from = || all.iter().flat_map(|one| &one.from);
            let bytes = from().map(|file| file.file_size_in_bytes).sum();
            let files = i64::try_from(from().count()).unwrap_or(i64::MAX);
            Ok(Some(Done::Compacted { files, bytes }))
        }
        other => {
            // Nobody will ever refer to what was written. Where that is not known, it is an orphan.
            if matches!(other, Ok(false)) {
                for one in &all {
                    files::forget(&work.ctx, &one.file.file_path).await;
                }
            }
            other.map(|_| None)
        }
    }
}

/// The files of the current snapshot, if there is one.
async fn current(work: &Work, seen: &Seen) -> Result<Option<SnapshotFiles>> {
    let list = seen.metadata.current_snapshot().and_then(|one| one.manifest_list.clone());
    let Some(list) = list else { return Ok(None) };
    let manifests = work.manifests(&list).await?;
    work.files_of(&seen.metadata, manifests).await.map(Some)
}

/// Puts the files of a group together, those of each shape apart.
async fn put_together(work: &Work, table: &TableMetadata, group: Group) -> Result<Vec<Merged>> {
    let mut alike: Vec<(Shape, Vec<(DataFile, Bytes)>)> = Vec::new();
    for file in group.files {
        let bytes = files::read_large(&work.ctx, &file.file_path).await?;
        // What cannot be read is not made worse.
        let Ok(Some(shape)) = shape_of(&bytes) else { continue };
        match alike.iter_mut().find(|(own, _)| *own == shape) {
            Some((_, some)) => some.push((file, bytes)),
            None => alike.push((shape, vec![(file, bytes)])),
        }
    }
    alike.retain(|(_, some)| some.len() > 1);
    let mut all = Vec::new();
    for (shape, some) in alike {
        let (from, bytes): (Vec<DataFile>, Vec<Bytes>) = some.into_iter().unzip();
        let file = one(work, table, shape, &from, bytes).await?;
        all.push(Merged { spec_id: group.spec_id, from, file });
    }
    Ok(all)
}

async fn one(
    work: &Work,
    table: &TableMetadata,
    shape: Shape,
    from: &[DataFile],
    bytes: Vec<Bytes>,
) -> Result<DataFile> {
    let schema = table.current_schema().and_then(schema_json).map_err(refused)?;
    let merging = work.ctx.spawn_blocking("glue.compact", move || {
        let mut out = Vec::new();
        let written = aquifer_iceberg_data::merge(&shape, bytes.into_iter(), schema, &mut out);
        written.map(|written| (written, out)).map_err(anyhow::Error::from)
    });
    let (written, out) = merging.await.map_err(Fail::internal)?.map_err(Fail::internal)?;
    let mut file = merged(from, &table.schemas);
    if written.rows != file.record_count {
        let what = "files have other rows than their manifests say";
        return Err(Fail::internal(anyhow::anyhow!(what)));
    }
    let folder = table.location.trim_end_matches('/');
    file.file_path = format!("{folder}/data/{}-compacted.parquet", work.ctx.ids().uuid());
    file.file_size_in_bytes = i64::try_from(out.len()).unwrap_or(i64::MAX);
    file.column_sizes = written.column_sizes;
    files::write(&work.ctx, &file.file_path, out).await?;
    Ok(file)
}

/// Commits what was put together to the table as it is by then; whether that could be done. What
/// clients add meanwhile stays; where they delete what was put together, it is for nothing.
async fn commit(work: &Work, all: &[Merged]) -> Result<bool> {
    let removed: BTreeSet<String> =
        all.iter().flat_map(|one| one.from.iter().map(|file| file.file_path.clone())).collect();
    let added: Vec<_> = all.iter().map(|one| (one.spec_id, one.file.clone())).collect();
    for _ in 0..TRIES {
        let seen = work.look().await?;
        let Some(current) = current(work, &seen).await? else { return Ok(false) };
        let ids = work.ctx.ids();
        let last = seen.metadata.current_snapshot().map_or(0, |snapshot| snapshot.timestamp_ms);
        let seed = Seed {
            snapshot_id: i64::try_from(ids.number() >> 1).unwrap_or(i64::MAX),
            timestamp_ms: work.ctx.now().as_millis().max(last),
            unique: ids.uuid(),
        };
        let replaced = match current.replace(&seen.metadata, &removed, &added, &seed) {
            Err(aquifer_iceberg::Error::Conflict(_)) => return Ok(false),
            replaced => replaced.map_err(refused)?,
        };
        for (path, bytes) in replaced.files {
            files::write(&work.ctx, &path, bytes).await?;
        }
        match work.commit(&seen, &to_main(&seen.metadata, replaced.snapshot)).await {
            Err(fail) if fail.is("ConcurrentModificationException") => {}
            done => return done.map(|()| true),
        }
    }
    Ok(false)
}
