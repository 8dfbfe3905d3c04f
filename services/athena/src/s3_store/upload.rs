//! Objects written in parts, because nobody knows beforehand how large they become.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use object_store::{MultipartUpload, PutPayload, PutResult, UploadPart};
use parking_lot::Mutex;
use platform::{ByteStream, Bytes, Ctx, Fail};
use s3_api::{
    AbortMultipartUploadInput, Client, CompleteMultipartUploadInput, CompletedMultipartUpload,
    CompletedPart, CreateMultipartUploadInput, ObjectCannedACL, ServerSideEncryption,
    UploadPartInput,
};

use super::S3Store;
use crate::uri::S3Uri;

/// What an object is to be besides its bytes, and what its bucket must be.
#[derive(Clone, Debug, Default)]
pub(crate) struct AsAsked {
    pub content_type: Option<String>,
    /// The account that the bucket must be of.
    pub owner: Option<String>,
    pub acl: Option<ObjectCannedACL>,
    /// The key that S3 is to encrypt it with.
    pub kms_key: Option<String>,
    pub metadata: Option<BTreeMap<String, String>>,
}

impl AsAsked {
    /// The algorithm that goes with the key.
    pub(crate) fn server_side(&self) -> Option<ServerSideEncryption> {
        self.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms)
    }
}

/// A multipart upload under way.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    ctx: Ctx,
    to: S3Uri,
    owner: Option<String>,
    id: String,
    parts: Arc<Mutex<Vec<CompletedPart>>>,
}

impl Upload {
    pub(crate) async fn begin(ctx: &Ctx, to: S3Uri, as_asked: AsAsked) -> Result<Self, Fail> {
        let server_side_encryption = as_asked.server_side();
        let owner = as_asked.owner;
        let input = CreateMultipartUploadInput {
            bucket: to.bucket.clone(),
            key: to.key.clone(),
            content_type: as_asked.content_type,
            expected_bucket_owner: owner.clone(),
            acl: as_asked.acl,
            server_side_encryption,
            ssekms_key_id: as_asked.kms_key,
            metadata: as_asked.metadata,
            ..CreateMultipartUploadInput::default()
        };
        let begun = Client::create_multipart_upload(ctx, input).await?;
        let id = begun.upload_id.unwrap_or_default();
        Ok(Self { ctx: ctx.clone(), to, owner, id, parts: Arc::default() })
    }

    /// Sends a part; parts are numbered from one.
    pub(crate) async fn part(&self, number: i32, body: Bytes) -> Result<(), Fail> {
        let input = UploadPartInput {
            bucket: self.to.bucket.clone(),
            key: self.to.key.clone(),
            upload_id: self.id.clone(),
            part_number: number,
            expected_bucket_owner: self.owner.clone(),
            body: ByteStream::from(body),
            ..UploadPartInput::default()
        };
        let sent = Client::upload_part(&self.ctx, input).await?;
        let part = CompletedPart {
            part_number: Some(number),
            e_tag: sent.e_tag,
            ..CompletedPart::default()
        };
        self.parts.lock().push(part);
        Ok(())
    }

    pub(crate) async fn complete(&self) -> Result<PutResult, Fail> {
        let mut parts = std::mem::take(&mut *self.parts.lock());
        parts.sort_by_key(|part| part.part_number);
        let input = CompleteMultipartUploadInput {
            bucket: self.to.bucket.clone(),
            key: self.to.key.clone(),
            upload_id: self.id.clone(),
            expected_bucket_owner: self.owner.clone(),
            multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
            ..CompleteMultipartUploadInput::default()
        };
        let done = Client::complete_multipart_upload(&self.ctx, input).await?;
        Ok(PutResult { e_tag: done.e_tag, version: done.version_id })
    }

    pub(crate) async fn abort(&self) -> Result<(), Fail> {
        let input = AbortMultipartUploadInput {
            bucket: self.to.bucket.clone(),
            key: self.to.key.clone(),
            upload_id: self.id.clone(),
            expected_bucket_owner: self.owner.clone(),
            ..AbortMultipartUploadInput::default()
        };
        Client::abort_multipart_upload(&self.ctx, input).await.map(drop)
    }
}

/// An upload as the engine's writers know it.
#[derive(Debug)]
pub(super) struct StoreUpload {
    store: S3Store,
    upload: Upload,
    begun: i32,
}

impl StoreUpload {
    pub(super) fn new(store: S3Store, upload: Upload) -> Self {
        Self { store, upload, begun: 0 }
    }
}

#[async_trait]
impl MultipartUpload for StoreUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.begun += 1;
        let (number, store, upload) = (self.begun, self.store.clone(), self.upload.clone());
        Box::pin(async move {
            let sent = upload.part(number, Bytes::from(data)).await;
            sent.map_err(|fail| store.error(&upload.to.key, fail))
        })
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        let done = self.upload.complete().await;
        done.map_err(|fail| self.store.error(&self.upload.to.key, fail))
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        let gone = self.upload.abort().await;
        gone.map_err(|fail| self.store.error(&self.upload.to.key, fail))
    }
}
