//! The files of a table: objects of a bucket of S3 that is the table's alone.

use platform::{ByteStream, Bytes, Ctx, Fail, Principal, Result, Source};
use s3_api::{
    Client, CreateBucketInput, Delete, DeleteBucketInput, DeleteObjectsInput, GetObjectInput,
    ListObjectsV2Input, ObjectIdentifier, PutBucketEncryptionInput, PutObjectInput,
};
use s3tables_api::{EncryptionConfiguration, SSEAlgorithm};

use crate::error;

/// How the names of such buckets end.
pub(crate) const SUFFIX: &str = "--table-s3";

/// Longest file that is read into memory whole: metadata, manifests, and data files to be made larger.
const FILE_BYTES_MAX: usize = 1 << 30;

/// The files of a table.
#[derive(Clone)]
pub(crate) struct Files {
    /// As this service, on account of the table.
    ctx: Ctx,
    bucket: String,
}

/// A file that is there.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub key: String,
    pub modified: platform::Timestamp,
}

impl Files {
    /// The files of a table, by the bucket that has them.
    pub fn of(ctx: &Ctx, bucket: &str, table_arn: &str) -> Self {
        let source = Source { arn: table_arn.to_owned(), account: ctx.scope().account.to_string() };
        let service = Principal::service(s3tables_api::SERVICE.principal);
        let operation = if ctx.operation().is_empty() { "CreateTable" } else { ctx.operation() };
        let ctx = ctx
            .with_caller(service)
            .with_source(source)
            .with_operation(s3tables_api::SERVICE.name, operation);
        Self { ctx, bucket: bucket.to_owned() }
    }

    /// Makes the bucket.
    pub async fn create(&self, encryption: &EncryptionConfiguration) -> Result<()> {
        let input = CreateBucketInput { bucket: self.bucket.clone(), ..Default::default() };
        Client::create_bucket(&self.ctx, input).await?;
        if encryption.sse_algorithm == SSEAlgorithm::Aes256 {
            return Ok(());
        }
        let rule = s3_api::ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(s3_api::ServerSideEncryptionByDefault {
                kms_master_key_id: encryption.kms_key_arn.clone(),
                sse_algorithm: s3_api::ServerSideEncryption::AwsKms,
            }),
            bucket_key_enabled: Some(true),
            ..Default::default()
        };
        let input = PutBucketEncryptionInput {
            bucket: self.bucket.clone(),
            server_side_encryption_configuration: s3_api::ServerSideEncryptionConfiguration {
                rules: vec![rule],
            },
            ..Default::default()
        };
        Client::put_bucket_encryption(&self.ctx, input).await.map(drop)
    }

    /// The key of a file by its location, if it is one of the table's.
    pub fn key_of<'l>(&self, location: &'l str) -> Option<&'l str> {
        let rest = location.strip_prefix("s3://").or_else(|| location.strip_prefix("s3a://"))?;
        let key = rest.strip_prefix(self.bucket.as_str())?.strip_prefix('/')?;
        (!key.is_empty()).then_some(key)
    }

    /// Reads a file; none if it is not there.
    pub async fn try_read(&self, location: &str) -> Result<Option<Bytes>> {
        let Some(key) = self.key_of(location) else {
            return Err(error::invalid("The file is not one of the table's."));
        };
        let (bucket, key) = (self.bucket.clone(), key.to_owned());
        let input = GetObjectInput { bucket, key, ..Default::default() };
        match Client::get_object(&self.ctx, input).await {
            Ok(found) => Ok(Some(found.body.collect(FILE_BYTES_MAX).await?)),
            Err(fail) if fail.is("NoSuchKey") => Ok(None),
            Err(fail) => Err(fail),
        }
    }

    /// Reads a file that must be there.
    pub async fn read(&self, location: &str) -> Result<Bytes> {
        let found = self.try_read(location).await?;
        found.ok_or_else(|| Fail::new("NotFoundException", 404, format!("No file {location}")))
    }

    /// Writes a new file as it comes.
    pub async fn write_stream(&self, location: &str, body: ByteStream) -> Result<()> {
        let Some(key) = self.key_of(location) else {
            return Err(error::invalid("The file is not one of the table's."));
        };
        let (bucket, key) = (self.bucket.clone(), key.to_owned());
        let input = PutObjectInput { bucket, key, body, ..Default::default() };
        Client::put_object(&self.ctx, input).await.map(drop)
    }

    /// Deletes a file by its location.
    pub async fn delete_at(&self, location: &str) -> Result<()> {
        let key = self.key_of(location).map(str::to_owned);
        self.delete(&key.into_iter().collect::<Vec<_>>()).await
    }

    /// Writes a new file.
    pub async fn write(&self, location: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let Some(key) = self.key_of(location) else {
            return Err(error::invalid("The file is not one of the table's."));
        };
        let input = PutObjectInput {
            bucket: self.bucket.clone(),
            key: key.to_owned(),
            body: ByteStream::from(bytes.into()),
            if_none_match: Some("*".to_owned()),
            ..Default::default()
        };
        Client::put_object(&self.ctx, input).await.map(drop)
    }

    /// A page of the files after a key; whether there are more.
    pub async fn list(&self, after: Option<String>) -> Result<(Vec<Listed>, bool)> {
        let bucket = self.bucket.clone();
        let input = ListObjectsV2Input { bucket, start_after: after, ..Default::default() };
        let page = Client::list_objects_v2(&self.ctx, input).await?;
        let listed = page.contents.unwrap_or_default().into_iter();
        let listed = listed.filter_map(|object| {
            Some(Listed { key: object.key?, modified: object.last_modified? })
        });
        Ok((listed.collect(), page.is_truncated == Some(true)))
    }

    /// Deletes files, a thousand at most.
    pub async fn delete(&self, keys: &[String]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let object = |key: &String| ObjectIdentifier { key: key.clone(), ..Default::default() };
        let input = DeleteObjectsInput {
            bucket: self.bucket.clone(),
            delete: Delete { objects: keys.iter().map(object).collect(), quiet: Some(true) },
            ..Default::default()
        };
        let answer = Client::delete_objects(&self.ctx, input).await?;
        match answer.errors.unwrap_or_default().into_iter().next() {
            None => Ok(()),
            Some(error) => {
                let message = error.message.unwrap_or_default();
                Err(Fail::internal(anyhow::anyhow!("a file cannot be deleted: {message}")))
            }
        }
    }

    /// Deletes all files and the bucket.
    pub async fn destroy(&self) -> Result<()> {
        loop {
            let page = match self.list(None).await {
                Err(fail) if fail.is("NoSuchBucket") => return Ok(()),
                page => page?.0,
            };
            if page.is_empty() {
                break;
            }
            let keys: Vec<String> = page.into_iter().map(|listed| listed.key).collect();
            self.delete(&keys).await?;
        }
        let input = DeleteBucketInput { bucket: self.bucket.clone(), ..Default::default() };
        match Client::delete_bucket(&self.ctx, input).await {
            Err(fail) if fail.is("NoSuchBucket") => Ok(()),
            done => done.map(drop),
        }
    }
}
