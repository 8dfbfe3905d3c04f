//! What a crawler is to look at: folders, tables of lakes, tables of the catalog.

use glue_api::{CatalogTarget, CrawlerTargets, S3Target};
use platform::{Ctx, Result};

use super::definition::Target;
use super::glob::Glob;
use crate::catalog;
use crate::error;

/// The most files of a folder a sampling crawler opens.
const SAMPLE_MAX: i32 = 249;
/// How deep tables of lakes are looked for, if nobody says.
const DEPTH: i32 = 10;

/// What keeps the tables of a lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LakeKind {
    /// Delta Lake: described as it is, or as what Hive reads of its manifest.
    Delta {
        native: bool,
    },
    Iceberg,
    Hudi,
}

/// A folder with tables of a lake.
#[derive(Clone, Debug)]
pub(crate) struct Lake {
    pub kind: LakeKind,
    pub target: Target,
    /// Folders below it in which tables are looked for.
    pub depth: usize,
}

/// Tables of the catalog whose files are to be looked at again.
#[derive(Clone, Debug)]
pub(crate) struct CatalogTables {
    pub database: String,
    pub tables: Vec<String>,
    pub queue: Option<String>,
    pub dead_letters: Option<String>,
}

fn given(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

fn refuse_connection(kind: &str, name: &Option<String>) -> Result<()> {
    match given(name) {
        // A connection of the type NETWORK says from which network S3 is read.
        Some(_) => Err(error::absent(&format!("{kind}.ConnectionName"))),
        None => Ok(()),
    }
}

/// A folder, or a single object, of S3.
pub(super) fn folder(target: &S3Target) -> Result<Target> {
    refuse_connection("S3Target", &target.connection_name)?;
    let sample = match target.sample_size {
        None => None,
        Some(n) if (1..=SAMPLE_MAX).contains(&n) => usize::try_from(n).ok(),
        Some(_) => {
            return Err(error::invalid(format!("SampleSize must be between 1 and {SAMPLE_MAX}.")));
        }
    };
    Ok(Target {
        sample,
        queue: given(&target.event_queue_arn),
        dead_letters: given(&target.dlq_event_queue_arn),
        ..at(target.path.as_deref().unwrap_or_default(), target.exclusions.as_deref())?
    })
}

/// A place in S3.
fn at(url: &str, exclusions: Option<&[String]>) -> Result<Target> {
    // AWS takes a bucket's bare name too.
    let plain = ["s3://", "s3a://", "s3n://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let plain = plain.unwrap_or(url);
    let (bucket, path) = plain.split_once('/').unwrap_or((plain, ""));
    if bucket.is_empty() || bucket.contains(':') {
        return Err(error::invalid(format!("The S3 target path {url} is not valid.")));
    }
    let patterns = exclusions.unwrap_or_default().iter().map(|pattern| {
        Glob::new(pattern).map_err(|why| error::invalid(format!("Invalid exclusion pattern {why}")))
    });
    Ok(Target {
        bucket: bucket.to_owned(),
        path: path.trim_matches('/').to_owned(),
        exclusions: patterns.collect::<Result<_>>()?,
        sample: None,
        queue: None,
        dead_letters: None,
        table: None,
    })
}

/// The tables of lakes.
pub(super) fn lakes(targets: &CrawlerTargets) -> Result<Vec<Lake>> {
    let mut lakes = Vec::new();
    for delta in targets.delta_targets.iter().flatten() {
        refuse_connection("DeltaTarget", &delta.connection_name)?;
        if delta.write_manifest == Some(true) {
            return Err(error::absent("DeltaTarget.WriteManifest"));
        }
        let kind = LakeKind::Delta { native: delta.create_native_delta_table == Some(true) };
        for path in delta.delta_tables.iter().flatten() {
            lakes.push(Lake { kind, target: at(path, None)?, depth: 0 });
        }
    }
    let iceberg = targets.iceberg_targets.iter().flatten().map(|lake| {
        let (paths, exclusions) = (&lake.paths, &lake.exclusions);
        (LakeKind::Iceberg, &lake.connection_name, paths, exclusions, lake.maximum_traversal_depth)
    });
    let hudi = targets.hudi_targets.iter().flatten().map(|lake| {
        let (paths, exclusions) = (&lake.paths, &lake.exclusions);
        (LakeKind::Hudi, &lake.connection_name, paths, exclusions, lake.maximum_traversal_depth)
    });
    for (kind, connection, paths, exclusions, depth) in iceberg.chain(hudi) {
        refuse_connection("lake targets", connection)?;
        let depth = usize::try_from(depth.unwrap_or(DEPTH));
        let depth =
            depth.map_err(|_| error::invalid("MaximumTraversalDepth must not be negative."))?;
        for path in paths.iter().flatten() {
            lakes.push(Lake { kind, target: at(path, exclusions.as_deref())?, depth });
        }
    }
    Ok(lakes)
}

/// The tables of the catalog.
pub(super) fn catalog(targets: &CrawlerTargets) -> Result<Vec<CatalogTables>> {
    let each = targets.catalog_targets.iter().flatten().map(|target: &CatalogTarget| {
        refuse_connection("CatalogTarget", &target.connection_name)?;
        Ok(CatalogTables {
            database: crate::place::fold(&target.database_name),
            tables: target.tables.iter().map(|name| crate::place::fold(name)).collect(),
            queue: given(&target.event_queue_arn),
            dead_letters: given(&target.dlq_event_queue_arn),
        })
    });
    each.collect()
}

/// The folders of tables of the catalog.
pub(super) fn of_catalog(ctx: &Ctx, tables: &[CatalogTables]) -> Result<Vec<Target>> {
    ctx.read(|tx| {
        let mut targets = Vec::new();
        for group in tables {
            for name in &group.tables {
                let row = catalog::table::find_to_change(tx, &group.database, name)?;
                let storage = row.table.0.storage_descriptor;
                let location = storage.and_then(|storage| storage.location).unwrap_or_default();
                if !location.starts_with("s3") {
                    let message = format!("Table {name} does not lie in S3.");
                    return Err(error::invalid(message));
                }
                targets.push(Target {
                    queue: group.queue.clone(),
                    dead_letters: group.dead_letters.clone(),
                    table: Some((group.database.clone(), name.clone())),
                    ..at(&location, None)?
                });
            }
        }
        Ok(targets)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_buckets_with_paths() {
        let path = |text: &str| {
            let target = folder(&S3Target { path: Some(text.to_owned()), ..S3Target::default() });
            target.map(|target| (target.bucket.clone(), target.path.clone(), target.level()))
        };
        assert_eq!(path("s3://b/raw/x/").unwrap(), ("b".into(), "raw/x".into(), 3));
        assert_eq!(path("s3://b").unwrap(), ("b".into(), String::new(), 1));
        assert!(path("").is_err());
        assert!(path("jdbc:mysql").is_err());
    }
}
