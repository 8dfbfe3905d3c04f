//! Reads manifests that clients give: a list in an object, or the report of an inventory.

use std::io::Write;

use flate2::write::MultiGzDecoder;
use futures::StreamExt;
use platform::{ByteStream, Ctx};
use s3_api::{Client, GetObjectInput};
use s3control_api::{JobManifest, JobManifestFieldName, JobManifestFormat};
use serde::Deserialize;

use super::prepare::{Sink, Stop};
use super::{check, csv};
use crate::model::Task;

/// A line longer than this is no line of a manifest.
const LINE_BYTES_MAX: usize = 1 << 20;
/// The list of files of an inventory.
const INVENTORY_BYTES_MAX: usize = 64 << 20;

/// Which field of a line is what.
struct Columns {
    bucket: usize,
    key: usize,
    version_id: Option<usize>,
    count: usize,
}

/// Makes tasks of a manifest.
pub(super) async fn read(
    ctx: &Ctx,
    manifest: &JobManifest,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let location = &manifest.location;
    let (bucket, key) = check::object_of(&location.object_arn).unwrap_or_default();
    let body = open(ctx, bucket, key, location.object_version_id.clone(), Some(&location.e_tag));
    let body = body.await?;
    match manifest.spec.format {
        JobManifestFormat::S3BatchOperationsCsv20180820 => {
            let columns = Columns::named(manifest.spec.fields.as_deref().unwrap_or_default());
            lines(body, &columns.ok_or_else(malformed)?, sink).await
        }
        JobManifestFormat::S3InventoryReportCsv20161130 => inventory(ctx, body, sink).await,
    }
}

fn malformed() -> Stop {
    let reason = "The manifest could not be read as its format and fields say.";
    Stop::Failed("InvalidManifest".to_owned(), reason.to_owned())
}

async fn open(
    ctx: &Ctx,
    bucket: &str,
    key: &str,
    version_id: Option<String>,
    etag: Option<&str>,
) -> Result<ByteStream, Stop> {
    let input = GetObjectInput {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version_id,
        ..GetObjectInput::default()
    };
    let object = Client::get_object(ctx, input).await?;
    let is = object.e_tag.as_deref().unwrap_or_default();
    if etag.is_some_and(|etag| etag.trim_matches('"') != is.trim_matches('"')) {
        return Err(Stop::Failed(
            "ManifestETagMismatch".to_owned(),
            "The ETag of the manifest is not the one the job names.".to_owned(),
        ));
    }
    Ok(object.body)
}

impl Columns {
    fn named(fields: &[JobManifestFieldName]) -> Option<Self> {
        Self::at(|name| fields.iter().position(|field| field.as_str() == name), fields.len())
    }

    fn at(find: impl Fn(&str) -> Option<usize>, count: usize) -> Option<Self> {
        let (bucket, key) = (find("Bucket")?, find("Key")?);
        Some(Self { bucket, key, version_id: find("VersionId"), count })
    }

    fn task(&self, line: &str) -> Option<Task> {
        let fields = csv::fields(line)?;
        if fields.len() != self.count {
            return None;
        }
        let bucket = fields.get(self.bucket)?.clone();
        let key = decoded(fields.get(self.key)?)?;
        let version_id = self.version_id.and_then(|at| fields.get(at));
        let version_id = version_id.filter(|id| !id.is_empty()).cloned();
        (!bucket.is_empty() && !key.is_empty()).then_some(Task { bucket, key, version_id })
    }
}

/// Keys are written as in URLs.
fn decoded(key: &str) -> Option<String> {
    let key = key.replace('+', " ");
    percent_encoding::percent_decode_str(&key).decode_utf8().ok().map(|key| key.into_owned())
}

/// What `manifest.json` of an inventory says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inventory {
    destination_bucket: String,
    file_format: String,
    file_schema: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    key: String,
}

async fn inventory(ctx: &Ctx, body: ByteStream, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let text = body.collect(INVENTORY_BYTES_MAX).await.map_err(|_| malformed())?;
    let inventory: Inventory = serde_json::from_slice(&text).map_err(|_| malformed())?;
    if inventory.file_format != "CSV" {
        return Err(malformed());
    }
    let names: Vec<&str> = inventory.file_schema.split(',').map(str::trim).collect();
    let find = |wanted: &str| names.iter().position(|name| *name == wanted);
    let columns = Columns::at(find, names.len()).ok_or_else(malformed)?;
    let bucket = check::bucket_of(&inventory.destination_bucket);
    let bucket = bucket.unwrap_or(&inventory.destination_bucket);
    for file in &inventory.files {
        let body = open(ctx, bucket, &file.key, None, None).await?;
        lines(body, &columns, sink).await?;
    }
    Ok(())
}

/// Makes tasks of the lines of a file, compressed or not.
async fn lines(mut body: ByteStream, columns: &Columns, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut unpack: Option<MultiGzDecoder<Vec<u8>>> = None;
    let (mut rest, mut first) = (Vec::new(), true);
    loop {
        let chunk = body.next().await.transpose().map_err(platform::Fail::from)?;
        let last = chunk.is_none();
        let chunk = chunk.unwrap_or_default();
        if first && chunk.starts_with(&[0x1f, 0x8b]) {
            unpack = Some(MultiGzDecoder::new(Vec::new()));
        }
        first = first && chunk.is_empty();
        match &mut unpack {
            Some(decoder) => {
                decoder.write_all(&chunk).map_err(|_| malformed())?;
                if last {
                    decoder.try_finish().map_err(|_| malformed())?;
                }
                rest.append(decoder.get_mut());
            }
            None => rest.extend_from_slice(&chunk),
        }
        let whole = match rest.iter().rposition(|byte| *byte == b'\n') {
            _ if last => rest.len(),
            Some(end) => end + 1,
            None if rest.len() > LINE_BYTES_MAX => return Err(malformed()),
            None => 0,
        };
        let text = std::str::from_utf8(&rest[..whole]).map_err(|_| malformed())?;
        for line in text.lines().filter(|line| !line.is_empty()) {
            sink.put(columns.task(line).ok_or_else(malformed)?).await?;
        }
        rest.drain(..whole);
        if last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_tasks_by_their_columns() {
        use JobManifestFieldName as Name;
        let columns = Columns::named(&[Name::Ignore, Name::Bucket, Name::Key, Name::VersionId]);
        let columns = columns.unwrap();
        let task = columns.task("x,b,a%20b+c%2Bd,").unwrap();
        assert_eq!(task, Task { bucket: "b".into(), key: "a b c+d".into(), version_id: None });
        assert_eq!(columns.task("x,b,k,v1").unwrap().version_id.as_deref(), Some("v1"));
        assert!(columns.task("x,b,k").is_none());
        assert!(columns.task("x,,k,v").is_none());
        assert!(Columns::named(&[Name::Bucket]).is_none());
    }
}
