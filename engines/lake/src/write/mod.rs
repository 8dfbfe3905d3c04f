//! Rows into files, in folders by partition: streaming, in bounded memory, leaving nothing
//! behind when it fails.
//!
//! A file is one upload; it is not there until it is complete, and none is completed before the
//! last row has come. Files that were complete when a later one failed are deleted. What the caller
//! drops in the middle is only as clean as its store: stop a write by making its stream fail, and
//! wait for it.

mod bucket;
mod file;
mod router;

use std::sync::Arc;

use aquifer_formats::{Format, WriteOptions};
use datafusion::physical_plan::SendableRecordBatchStream;
use futures::TryStreamExt;
use object_store::ObjectStore;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use self::router::Router;
use crate::error::{LakeError, Result};
use crate::listing::is_empty;
use crate::location::Location;

/// Where and how rows are written.
#[derive(Debug, Clone)]
pub struct TargetSpec {
    /// The folder, `s3://bucket/prefix/`.
    pub location: String,
    /// The files' format.
    pub format: Format,
    /// Their codec and the like.
    pub options: WriteOptions,
    /// Columns that become folders, in this order, and are left out of the files.
    pub partition_by: Vec<String>,
    /// Columns whose hash chooses a row's bucket, and how many buckets there are.
    pub bucket_by: Option<(Vec<String>, u32)>,
    /// More partitions than this, each bucket of one counted, are refused.
    pub max_partitions: usize,
    /// Bytes after which the next file is begun.
    pub target_file_size: u64,
    /// Refuse a folder that holds anything.
    pub must_be_empty: bool,
    /// What files' names start with; different for every statement.
    pub file_prefix: String,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files, in the order they were completed.
    pub files: Vec<WrittenFile>,
    /// Partitions, in order of their values.
    pub partitions: Vec<WrittenPartition>,
    /// Rows in all files.
    pub rows: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its whole address.
    pub url: String,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

/// A partition that received rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrittenPartition {
    /// Its values as text, in the order of the partition columns.
    pub values: Vec<String>,
    /// Its folder's address, with a slash at its end.
    pub location: String,
}

/// Writes every row of the stream. On failure, what was written is deleted.
pub async fn write_table(
    mut rows: SendableRecordBatchStream,
    store: Arc<dyn ObjectStore>,
    spec: TargetSpec,
) -> Result<Written> {
    let location = Location::parse(&spec.location)?;
    if spec.must_be_empty && !is_empty(&store, &location).await? {
        return Err(LakeError::PathAlreadyExists { location: location.url() });
    }
    let mut router = Router::new(&rows.schema(), store, location, spec)?;
    let outcome = async {
        while let Some(batch) = rows.try_next().await? {
            router.write(&batch).await?;
        }
        router.publish().await
    };
    match outcome.await {
        Ok(()) => Ok(router.written()),
        Err(error) => {
            // The first error is the one to tell; a failing clean-up adds nothing to it.
            router.discard().await;
            Err(error)
        }
    }
}

/// Characters that paths spell as `%XX`.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'\'')
    .add(b'*')
    .add(b'/')
    .add(b':')
    .add(b'=')
    .add(b'?')
    .add(b'\\')
    .add(b'{')
    .add(b'[')
    .add(b']')
    .add(b'^');

/// `key=value/key=value`, spelled as Hive spells it.
pub fn partition_path(keys: &[String], values: &[String]) -> String {
    let parts = keys.iter().zip(values).map(|(key, value)| {
        // Only ASCII is escaped; letters of other scripts stay.
        format!("{}={}", escaped(key), escaped(value))
    });
    parts.collect::<Vec<_>>().join("/")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_ascii()) {
        let ascii = piece.trim_end_matches(|c: char| !c.is_ascii());
        out.extend(utf8_percent_encode(ascii, ESCAPED));
        out.push_str(&piece[ascii.len()..]);
    }
    out
}

#[cfg(test)]
mod tests;
