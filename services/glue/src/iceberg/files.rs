//! Files of tables, as the caller.

use platform::{ByteStream, Bytes, Ctx, Fail, Result};
use s3_api::{
    Client, Delete, DeleteObjectsInput, GetObjectInput, ListObjectsV2Input, ObjectIdentifier,
    PutObjectInput,
};

use crate::error;

/// Longest metadata that is read.
const FILE_BYTES_MAX: usize = 256 << 20;
/// Longest file of rows that is read whole.
const ROWS_BYTES_MAX: usize = 1 << 30;

/// Bucket and key of an address.
fn place(location: &str) -> Result<(String, String)> {
    let rest = ["s3://", "s3a://", "s3n://"].iter().find_map(|s| location.strip_prefix(s));
    let found = rest.and_then(|rest| rest.split_once('/')).filter(|(bucket, _)| !bucket.is_empty());
    let found = found.map(|(bucket, key)| (bucket.to_owned(), key.to_owned()));
    found.ok_or_else(|| error::invalid(format!("{location} is not a location in S3.")))
}

pub(crate) async fn read(ctx: &Ctx, location: &str) -> Result<Bytes> {
    read_within(ctx, location, FILE_BYTES_MAX).await
}

/// A file of rows.
pub(crate) async fn read_large(ctx: &Ctx, location: &str) -> Result<Bytes> {
    read_within(ctx, location, ROWS_BYTES_MAX).await
}

async fn read_within(ctx: &Ctx, location: &str, most: usize) -> Result<Bytes> {
    let (bucket, key) = place(location)?;
    let input = GetObjectInput { bucket, key, ..Default::default() };
    let found = Client::get_object(ctx, input).await;
    let found = found.map_err(|fail| match fail.is("NoSuchKey") || fail.is("NoSuchBucket") {
        true => error::invalid(format!("The metadata file {location} does not exist.")),
        false => fail,
    })?;
    Ok(found.body.collect(most).await?)
}

/// Writes a file that is not there yet.
pub(crate) async fn write(ctx: &Ctx, location: &str, bytes: Vec<u8>) -> Result<()> {
    let (bucket, key) = place(location)?;
    let input = PutObjectInput {
        bucket,
        key,
        body: ByteStream::from(Bytes::from(bytes)),
        if_none_match: Some("*".to_owned()),
        ..Default::default()
    };
    Client::put_object(ctx, input).await.map(drop)
}

/// Deletes a file that nobody refers to; one that stays only takes space.
pub(crate) async fn forget(ctx: &Ctx, location: &str) {
    let deleted = async {
        let (bucket, key) = place(location)?;
        delete(ctx, bucket, vec![key]).await
    };
    if let Err(fail) = deleted.await {
        tracing::warn!(%fail, location, "a metadata file that nothing refers to stays");
    }
}

/// All files under a folder, each with when it was written, in milliseconds since 1970.
pub(crate) async fn list(ctx: &Ctx, location: &str) -> Result<Vec<(String, i64)>> {
    let (bucket, prefix) = place(&format!("{}/", location.trim_end_matches('/')))?;
    let (mut all, mut continuation_token) = (Vec::new(), None);
    loop {
        let input = ListObjectsV2Input {
            bucket: bucket.clone(),
            prefix: Some(prefix.clone()),
            continuation_token,
            ..Default::default()
        };
        let page = Client::list_objects_v2(ctx, input).await?;
        all.extend(page.contents.into_iter().flatten().filter_map(|object| {
            Some((format!("s3://{bucket}/{}", object.key?), object.last_modified?.as_millis()))
        }));
        continuation_token = page.next_continuation_token;
        if continuation_token.is_none() {
            return Ok(all);
        }
    }
}

/// Deletes all files under a folder.
pub(crate) async fn purge(ctx: &Ctx, location: &str) -> Result<()> {
    let (bucket, key) = place(&format!("{}/", location.trim_end_matches('/')))?;
    loop {
        let input = ListObjectsV2Input {
            bucket: bucket.clone(),
            prefix: Some(key.clone()),
            ..Default::default()
        };
        let page = Client::list_objects_v2(ctx, input).await?;
        let keys: Vec<String> =
            page.contents.unwrap_or_default().into_iter().filter_map(|one| one.key).collect();
        if keys.is_empty() {
            return Ok(());
        }
        delete(ctx, bucket.clone(), keys).await?;
    }
}

async fn delete(ctx: &Ctx, bucket: String, keys: Vec<String>) -> Result<()> {
    let object = |key| ObjectIdentifier { key, ..Default::default() };
    let objects = keys.into_iter().map(object).collect();
    let delete = Delete { objects, quiet: Some(true) };
    let input = DeleteObjectsInput { bucket, delete, ..Default::default() };
    let answer = Client::delete_objects(ctx, input).await?;
    match answer.errors.unwrap_or_default().into_iter().next() {
        None => Ok(()),
        Some(error) => {
            let code = error.code.unwrap_or_default();
            let message = error.message.unwrap_or_default();
            let status = if code == "AccessDenied" { 403 } else { 500 };
            Err(Fail::new(code, status, message))
        }
    }
}
