//! Undoing what a statement wrote before it was interrupted: its files, uploads that it began, and
//! the table it was making. All of it is done as who started the statement, and bears being done
//! again.

use platform::{Ctx, Fail};
use s3_api::{
    AbortMultipartUploadInput, Client as S3, DeleteObjectInput, GetObjectInput,
    ListMultipartUploadsInput, ListObjectsV2Input,
};

use crate::access::is_denial;
use crate::catalog::is_absent;
use crate::model::{Execution, Writing};
use crate::run::QUERY_ID;
use crate::uri::S3Uri;

/// Longest metadata that is read.
const METADATA_BYTES_MAX: usize = 256 << 20;

/// What became of a statement's writes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Undone {
    /// Nothing of them is there.
    Gone,
    /// They had been committed, and stay.
    Committed,
}

/// Removes what a statement left. The table goes first: while it is there its rows are missed.
///
/// # Errors
/// What refused, or could not be asked.
pub(crate) async fn undo(ctx: &Ctx, id: &str, writing: &Writing) -> Result<Undone, Fail> {
    if let Some((database, table)) = &writing.iceberg
        && is_committed(ctx, id, database, table).await?
    {
        return Ok(Undone::Committed);
    }
    if let Some((database, table)) = &writing.table {
        delete_table(ctx, database, table, &writing.location).await?;
    }
    let Some(place) = S3Uri::parse(&writing.location) else { return Ok(Undone::Gone) };
    let prefix = match place.key.trim_matches('/') {
        "" => String::new(),
        key => format!("{key}/"),
    };
    let own = |key: &str| is_of(key, id);
    let deleted = delete_files(ctx, &place.bucket, &prefix, own).await;
    ignore_missing_bucket(deleted)?;
    abort_uploads(ctx, &place.bucket, &prefix, own).await?;
    Ok(Undone::Gone)
}

/// Whether an Iceberg table has a snapshot that a statement made.
async fn is_committed(ctx: &Ctx, id: &str, database: &str, name: &str) -> Result<bool, Fail> {
    let input = glue_api::GetTableInput {
        database_name: database.to_owned(),
        name: name.to_owned(),
        ..glue_api::GetTableInput::default()
    };
    let found = match glue_api::Client::get_table(ctx, input).await {
        Ok(found) => found.table,
        Err(fail) if is_absent(&fail) => None,
        Err(fail) => return Err(fail),
    };
    let parameters = found.and_then(|table| table.parameters).unwrap_or_default();
    let location = parameters.get("metadata_location").and_then(|text| S3Uri::parse(text));
    let Some(S3Uri { bucket, key }) = location else { return Ok(false) };
    let input = GetObjectInput { bucket, key, ..GetObjectInput::default() };
    let read = S3::get_object(ctx, input).await?.body.collect(METADATA_BYTES_MAX).await?;
    let metadata = aquifer_iceberg::TableMetadata::from_json(&read);
    let metadata = metadata.map_err(|error| Fail::internal(anyhow::anyhow!("{error}")))?;
    let is_its = |snapshot: &aquifer_iceberg::Snapshot| {
        snapshot.summary.get(QUERY_ID).is_some_and(|own| own == id)
    };
    Ok(metadata.snapshots.iter().any(is_its))
}

/// Gives up the upload of a result file that is about to be written anew. One that stays only takes
/// space.
pub(crate) async fn abandon_result(ctx: &Ctx, row: &Execution) {
    let Some(file) = S3Uri::parse(row.output()) else { return };
    let own = |key: &str| key == file.key;
    if let Err(error) = abort_uploads(ctx, &file.bucket, &file.key, own).await {
        tracing::warn!(%error, "an interrupted result's upload was left behind");
    }
}

/// Whether a file is one that the statement wrote: their names start with its id.
fn is_of(key: &str, id: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key);
    // Lists of manifests begin with the snapshot's number.
    let name = match name.strip_prefix("snap-") {
        Some(rest) => rest.splitn(3, '-').last().unwrap_or(rest),
        None => name,
    };
    name.strip_prefix(id).is_some_and(|rest| rest.starts_with('_'))
}

/// Deletes the table, if it is the statement's: one of the same name elsewhere is not.
async fn delete_table(ctx: &Ctx, database: &str, name: &str, location: &str) -> Result<(), Fail> {
    let input = glue_api::GetTableInput {
        database_name: database.to_owned(),
        name: name.to_owned(),
        ..glue_api::GetTableInput::default()
    };
    let found = match glue_api::Client::get_table(ctx, input).await {
        Ok(found) => found.table,
        Err(fail) if is_absent(&fail) => None,
        Err(fail) => return Err(fail),
    };
    let found = found.and_then(|table| table.storage_descriptor).and_then(|s| s.location);
    if found.as_deref() != Some(location) {
        return Ok(());
    }
    let input = glue_api::DeleteTableInput {
        database_name: database.to_owned(),
        name: name.to_owned(),
        ..glue_api::DeleteTableInput::default()
    };
    match glue_api::Client::delete_table(ctx, input).await {
        Err(fail) if !is_absent(&fail) => Err(fail),
        _ => Ok(()),
    }
}

async fn delete_files(
    ctx: &Ctx,
    bucket: &str,
    prefix: &str,
    own: impl Fn(&str) -> bool,
) -> Result<(), Fail> {
    let mut continuation_token = None;
    loop {
        let input = ListObjectsV2Input {
            bucket: bucket.to_owned(),
            prefix: Some(prefix.to_owned()),
            continuation_token,
            ..ListObjectsV2Input::default()
        };
        let page = S3::list_objects_v2(ctx, input).await?;
        let keys = page.contents.into_iter().flatten().filter_map(|object| object.key);
        for key in keys.filter(|key| own(key)) {
            let input = DeleteObjectInput {
                bucket: bucket.to_owned(),
                key,
                ..DeleteObjectInput::default()
            };
            S3::delete_object(ctx, input).await?;
        }
        continuation_token = page.next_continuation_token;
        if continuation_token.is_none() {
            return Ok(());
        }
    }
}

/// Aborts the uploads of keys under a prefix. Who may not ask for them cannot be helped: nobody
/// reads what they hold.
async fn abort_uploads(
    ctx: &Ctx,
    bucket: &str,
    prefix: &str,
    own: impl Fn(&str) -> bool,
) -> Result<(), Fail> {
    let (mut key_marker, mut upload_id_marker) = (None, None);
    loop {
        let input = ListMultipartUploadsInput {
            bucket: bucket.to_owned(),
            prefix: Some(prefix.to_owned()),
            key_marker,
            upload_id_marker,
            ..ListMultipartUploadsInput::default()
        };
        let page = match S3::list_multipart_uploads(ctx, input).await {
            Err(fail) if is_denial(&fail) => {
                tracing::warn!(%fail, "uploads of an interrupted statement were left behind");
                return Ok(());
            }
            page => match ignore_missing_bucket(page.map(Some))? {
                Some(page) => page,
                None => return Ok(()),
            },
        };
        for upload in page.uploads.into_iter().flatten() {
            let (Some(key), Some(upload_id)) = (upload.key, upload.upload_id) else { continue };
            if !own(&key) {
                continue;
            }
            let bucket = bucket.to_owned();
            let rest = AbortMultipartUploadInput::default();
            let input = AbortMultipartUploadInput { bucket, key, upload_id, ..rest };
            match S3::abort_multipart_upload(ctx, input).await {
                Err(fail) if !fail.is("NoSuchUpload") => return Err(fail),
                _ => {}
            }
        }
        if page.is_truncated != Some(true) {
            return Ok(());
        }
        (key_marker, upload_id_marker) = (page.next_key_marker, page.next_upload_id_marker);
    }
}

/// In a bucket that is gone nothing is left.
fn ignore_missing_bucket<T: Default>(outcome: Result<T, Fail>) -> Result<T, Fail> {
    match outcome {
        Err(fail) if fail.is("NoSuchBucket") => Ok(T::default()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_statement_are_known_by_their_names() {
        assert!(is_of("t/month=1/q1_00000", "q1"));
        assert!(is_of("q1_00001.gz", "q1"));
        assert!(is_of("t/metadata/snap-77-1-q1_u.avro", "q1"));
        assert!(!is_of("t/q1_00000/x", "q1"));
        assert!(!is_of("t/q10_00000", "q1"));
        assert!(!is_of("t/q1-manifest.csv", "q1"));
    }
}
