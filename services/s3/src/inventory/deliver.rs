//! Stores an inventory: its files, the manifest that names them, and what Hive reads.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html>

use aquifer_formats::{Compression, CsvOptions, Format, Quoting, RecordFile, WriteOptions};
use md5::{Digest, Md5};
use platform::{Ctx, Fail, Result, Timestamp};
use s3_api::{Client, InventoryConfiguration, InventoryFormat, PutObjectInput};
use serde_json::{Value, json};

use super::fields::{Entry, Fields};
use crate::replication::rules::bucket_of;

/// A file is ended once it is this long.
const FILE_BYTES: usize = 32 << 20;
/// Bytes of a Parquet row group.
const GROUP_BYTES: usize = 16 << 20;

/// An inventory on its way.
pub(super) struct Delivery<'a> {
    ctx: &'a Ctx,
    due: Timestamp,
    source: &'a str,
    bucket: String,
    owner: Option<String>,
    /// Where all of the configuration's lists are.
    folder: String,
    format: InventoryFormat,
    fields: Fields,
    file: RecordFile,
    rows: u64,
    ready: Vec<u8>,
    files: Vec<Value>,
}

impl<'a> Delivery<'a> {
    pub fn begin(
        ctx: &'a Ctx,
        due: Timestamp,
        source: &'a str,
        configuration: &InventoryConfiguration,
    ) -> Result<Self> {
        let destination = &configuration.destination.s3_bucket_destination;
        let fields = Fields::of(source, configuration);
        let prefix = destination.prefix.as_deref().unwrap_or_default().trim_end_matches('/');
        let id = &configuration.id;
        let folder = match prefix {
            "" => format!("{source}/{id}"),
            prefix => format!("{prefix}/{source}/{id}"),
        };
        Ok(Self {
            ctx,
            due,
            source,
            bucket: bucket_of(&destination.bucket).unwrap_or_default(),
            owner: destination.account_id.clone(),
            folder,
            format: destination.format,
            file: new_file(destination.format, &fields)?,
            fields,
            rows: 0,
            ready: Vec::new(),
            files: Vec::new(),
        })
    }

    /// Adds a row.
    pub fn push(&mut self, entry: &Entry) -> Result<()> {
        self.file.push(&self.fields.row(entry)).map_err(Fail::internal)?;
        self.rows += 1;
        Ok(())
    }

    /// Stores the file if it is long enough, and begins another.
    pub async fn store_full_file(&mut self) -> Result<()> {
        self.ready.extend_from_slice(&self.file.take_ready());
        if self.ready.len() < FILE_BYTES {
            return Ok(());
        }
        self.store_file().await
    }

    async fn store_file(&mut self) -> Result<()> {
        let next = new_file(self.format, &self.fields)?;
        let file = std::mem::replace(&mut self.file, next);
        let last = file.finish().map_err(Fail::internal)?;
        let mut body = std::mem::take(&mut self.ready);
        body.extend_from_slice(&last);
        self.rows = 0;
        let ending = if self.format == InventoryFormat::Csv { "csv.gz" } else { "parquet" };
        let key = format!("{}/data/{}.{ending}", self.folder, self.ctx.ids().uuid());
        let (size, digest) = (body.len(), hex::encode(Md5::digest(&body)));
        self.put(key.clone(), body).await?;
        self.files.push(json!({ "key": key, "size": size, "MD5checksum": digest }));
        Ok(())
    }

    /// Stores what is left, and the manifest.
    pub async fn finish(mut self) -> Result<()> {
        // A bucket without objects has one empty file.
        if self.rows > 0 || self.files.is_empty() {
            self.store_file().await?;
        }
        let date = self.due.to_chrono();
        let manifest = json!({
            "sourceBucket": self.source,
            "destinationBucket": arn(self.ctx, &self.bucket)?,
            "version": "2016-11-30",
            "creationTimestamp": self.due.as_millis().to_string(),
            "fileFormat": self.format.as_str(),
            "fileSchema": self.fields.schema(),
            "files": self.files,
        });
        let text = serde_json::to_vec_pretty(&manifest).map_err(Fail::internal)?;
        let digest = hex::encode(Md5::digest(&text));
        let at = format!("{}/{}", self.folder, date.format("%Y-%m-%dT%H-%MZ"));
        let keys = self.files.iter().filter_map(|file| file["key"].as_str());
        let links: Vec<String> = keys.map(|key| format!("s3://{}/{key}", self.bucket)).collect();
        let hive = date.format("hive/dt=%Y-%m-%d-%H-%M/symlink.txt");
        let hive = format!("{}/{hive}", self.folder);
        self.put(hive, links.join("\n").into_bytes()).await?;
        self.put(format!("{at}/manifest.json"), text).await?;
        // Its arrival says that all else is there.
        self.put(format!("{at}/manifest.checksum"), digest.into_bytes()).await
    }

    /// Takes itself whole: a file that is being written cannot be looked at from two threads.
    async fn put(&mut self, key: String, body: Vec<u8>) -> Result<()> {
        let input = PutObjectInput {
            bucket: self.bucket.clone(),
            key,
            expected_bucket_owner: self.owner.clone(),
            body: body.into(),
            ..PutObjectInput::default()
        };
        Client::put_object(self.ctx, input).await.map(drop)
    }
}

fn arn(ctx: &Ctx, bucket: &str) -> Result<String> {
    let partition = ctx.scope().partition();
    let arn = platform::Arn::from_parts(partition.as_str(), "s3", "", "", bucket);
    arn.map(|arn| arn.to_string()).map_err(Fail::internal)
}

fn new_file(format: InventoryFormat, fields: &Fields) -> Result<RecordFile> {
    let options = WriteOptions { row_group_bytes: GROUP_BYTES, ..WriteOptions::default() };
    let (format, options) = match format {
        InventoryFormat::Csv => {
            let quoting = Quoting::Always;
            let options = WriteOptions { compression: Compression::Gzip, quoting, ..options };
            (Format::Csv(CsvOptions::open_csv()), options)
        }
        _ => (Format::Parquet, WriteOptions { compression: Compression::Snappy, ..options }),
    };
    RecordFile::new(&format, &fields.columns(), options).map_err(Fail::internal)
}
