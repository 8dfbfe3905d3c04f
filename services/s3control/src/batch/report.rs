//! The report of a job: its results in files, and a manifest that names them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-job-status.html>

use md5::{Digest, Md5};
use percent_encoding::utf8_percent_encode;
use platform::{Ctx, Fail, Result};
use s3_api::{Client, PutObjectInput};
use s3control_api::JobReport;
use serde_json::{Value, json};
use sha1::Sha1;

use super::task::KEY;
use super::{check, csv};
use crate::model::Task;
use crate::store::LINES;

/// The columns of results, as AWS's manifests name them.
const SCHEMA: &str = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";
/// A file of results is ended when it is this long.
const FILE_BYTES: usize = 8 << 20;

/// Writes the line that tells of a task. AWS: status and code stand in the order of its examples,
/// which is not that of the names in its manifests.
pub(super) fn line(task: &Task, outcome: &Result<String>, out: &mut String) {
    let key = utf8_percent_encode(&task.key, KEY).to_string();
    let version_id = task.version_id.as_deref().unwrap_or_default();
    let start = [task.bucket.as_str(), &key, version_id];
    let [bucket, key, version_id] = start;
    match outcome {
        Ok(said) => {
            csv::write(&[bucket, key, version_id, "succeeded", "200", "", said], out);
        }
        Err(fail) => {
            let status = fail.status().to_string();
            let (code, message) = (fail.code(), fail.message());
            csv::write(&[bucket, key, version_id, "failed", &status, code, message], out);
        }
    }
}

/// Writes the report of a job, as its role.
pub(super) async fn write(ctx: &Ctx, role: &Ctx, id: &str, report: &JobReport) -> Result<()> {
    let bucket = report.bucket.as_deref().and_then(check::bucket_of).unwrap_or_default();
    let folder = match report.prefix.as_deref().map(|prefix| prefix.trim_end_matches('/')) {
        None | Some("") => format!("job-{id}"),
        Some(prefix) => format!("{prefix}/job-{id}"),
    };
    let owner = report.expected_bucket_owner.as_ref();
    let place = Place { role, bucket, folder: &folder, owner };
    let mut results: Vec<Value> = Vec::new();
    for failed in [false, true] {
        let (mut text, mut after) = (String::new(), None);
        loop {
            let page = ctx.read(|tx| {
                let scan = LINES.scan(tx).prefix(&(id, failed));
                match &after {
                    Some(number) => scan.after(&(id, failed, *number)).page(8),
                    None => scan.page(8),
                }
            })?;
            after = page.rows.last().map(|((_, _, number), _)| *number).or(after);
            for (_, lines) in page.rows {
                text.push_str(&lines.text);
                if text.len() >= FILE_BYTES {
                    results.push(place.results(std::mem::take(&mut text), failed).await?);
                }
            }
            if !page.more {
                break;
            }
        }
        if !text.is_empty() {
            results.push(place.results(text, failed).await?);
        }
    }
    let manifest = json!({
        "Format": "Report_CSV_20180820",
        "ReportCreationDate": ctx.now().rfc3339(),
        "Results": results,
        "ReportSchema": SCHEMA,
    });
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(Fail::internal)?;
    let digest = hex::encode(Md5::digest(&manifest));
    place.put(&format!("{folder}/manifest.json"), manifest).await?;
    place.put(&format!("{folder}/manifest.json.md5"), digest.into_bytes()).await
}

/// Where a report goes.
struct Place<'a> {
    role: &'a Ctx,
    bucket: &'a str,
    folder: &'a str,
    owner: Option<&'a String>,
}

impl Place<'_> {
    /// Stores a file of results; the answer is what the manifest says of it.
    async fn results(&self, text: String, failed: bool) -> Result<Value> {
        let digest = hex::encode(Md5::digest(text.as_bytes()));
        let name = hex::encode(Sha1::digest(text.as_bytes()));
        let key = format!("{}/results/{name}.csv", self.folder);
        self.put(&key, text.into_bytes()).await?;
        Ok(json!({
            "TaskExecutionStatus": if failed { "failed" } else { "succeeded" },
            "Bucket": self.bucket,
            "MD5Checksum": digest,
            "Key": key,
        }))
    }

    async fn put(&self, key: &str, body: Vec<u8>) -> Result<()> {
        let input = PutObjectInput {
            bucket: self.bucket.to_owned(),
            key: key.to_owned(),
            expected_bucket_owner: self.owner.cloned(),
            body: body.into(),
            ..PutObjectInput::default()
        };
        Client::put_object(self.role, input).await.map(drop)
    }
}
