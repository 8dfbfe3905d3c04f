//! Keeps the list that a job generated, in the form of an inventory's report, so that people can read
//! it and other jobs can take it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-create-job.html#automatically-generate-manifest-file>

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use percent_encoding::utf8_percent_encode;
use platform::{Ctx, Fail};
use s3_api::{Client, PutObjectInput, ServerSideEncryption};
use s3control_api::{
    GeneratedManifestFormat, JobManifestLocation, S3GeneratedManifestDescriptor,
    S3JobManifestGenerator, S3ManifestOutputLocation,
};
use serde_json::{Value, json};

use super::prepare::Stop;
use super::task::KEY;
use super::{check, csv};
use crate::model::Task;

/// A file of lines is ended when it is this long, before it is compressed.
const FILE_BYTES: usize = 16 << 20;

/// A list that is being written.
pub(super) struct Output<'a> {
    role: &'a Ctx,
    place: &'a S3ManifestOutputLocation,
    source: &'a str,
    folder: String,
    lines: String,
    files: Vec<Value>,
}

impl<'a> Output<'a> {
    /// Begins one, where the job asks for it.
    pub fn of(role: &'a Ctx, id: &str, generator: &'a S3JobManifestGenerator) -> Option<Self> {
        let place = generator.manifest_output_location.as_ref()?;
        let prefix = place.manifest_prefix.as_deref().unwrap_or_default().trim_end_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        generator.enable_manifest_output.then(|| Self {
            role,
            place,
            source: check::bucket_of(&generator.source_bucket).unwrap_or_default(),
            folder: format!("{prefix}{slash}manifests/job-{id}"),
            lines: String::new(),
            files: Vec::new(),
        })
    }

    /// Adds a task.
    pub async fn put(&mut self, task: &Task) -> Result<(), Stop> {
        let key = utf8_percent_encode(&task.key, KEY).to_string();
        let version_id = task.version_id.as_deref().unwrap_or_default();
        csv::write(&[&task.bucket, &key, version_id], &mut self.lines);
        if self.lines.len() < FILE_BYTES { Ok(()) } else { self.flush().await }
    }

    /// Ends a file. One that an interrupted preparation left has the same name.
    async fn flush(&mut self) -> Result<(), Stop> {
        let lines = std::mem::take(&mut self.lines);
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        let packed = packed.write_all(lines.as_bytes()).and_then(|()| packed.finish());
        let packed = packed.map_err(Fail::internal)?;
        let (size, digest) = (packed.len(), hex::encode(Md5::digest(&packed)));
        let key = format!("{}/data/{:06}.csv.gz", self.folder, self.files.len());
        self.store(&key, packed).await?;
        self.files.push(json!({ "key": key, "size": size, "MD5checksum": digest }));
        Ok(())
    }

    /// Writes what names the files; the answer tells where it is.
    pub async fn finish(mut self) -> Result<S3GeneratedManifestDescriptor, Stop> {
        if !self.lines.is_empty() {
            self.flush().await?;
        }
        let manifest = json!({
            "sourceBucket": self.source,
            "destinationBucket": self.place.bucket,
            "version": "2021-11-30",
            "creationTimestamp": self.role.now().as_millis().to_string(),
            "fileFormat": "CSV",
            "fileSchema": "Bucket, Key, VersionId",
            "files": self.files,
        });
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(Fail::internal)?;
        let key = format!("{}/manifest.json", self.folder);
        let (e_tag, object_version_id) = self.store(&key, manifest).await?;
        let location = JobManifestLocation {
            object_arn: format!("{}/{key}", self.place.bucket),
            object_version_id,
            e_tag,
        };
        Ok(S3GeneratedManifestDescriptor {
            format: Some(GeneratedManifestFormat::S3InventoryReportCsv20211130),
            location: Some(location),
        })
    }

    async fn store(&self, key: &str, body: Vec<u8>) -> Result<(String, Option<String>), Stop> {
        let encryption = self.place.manifest_encryption.as_ref();
        let kms = encryption.and_then(|encryption| encryption.ssekms.as_ref());
        let house = encryption.is_some_and(|encryption| encryption.sses3.is_some());
        let input = PutObjectInput {
            bucket: check::bucket_of(&self.place.bucket).unwrap_or_default().to_owned(),
            key: key.to_owned(),
            expected_bucket_owner: self.place.expected_manifest_bucket_owner.clone(),
            server_side_encryption: match (kms, house) {
                (Some(_), _) => Some(ServerSideEncryption::AwsKms),
                (None, true) => Some(ServerSideEncryption::Aes256),
                (None, false) => None,
            },
            ssekms_key_id: kms.map(|kms| kms.key_id.clone()),
            body: body.into(),
            ..PutObjectInput::default()
        };
        let put = Client::put_object(self.role, input).await?;
        let e_tag = put.e_tag.unwrap_or_default();
        Ok((e_tag.trim_matches('"').to_owned(), put.version_id))
    }
}
