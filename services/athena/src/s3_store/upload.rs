//! Objects written in parts, because nobody knows beforehand how large they become.

use std::sync::Arc;

use async_trait::async_trait;
use object_store::{MultipartUpload, PutPayload, PutResult, UploadPart};
use parking_lot::Mutex;
use platform::{ByteStream, Bytes, Ctx, Fail};
use s3_api::{
    AbortMultipartUploadInput, Client, CompleteMultipartUploadInput, CompletedMultipartUpload,
    CompletedPart, CreateMultipartUploadInput, UploadPartInput,
};

use super::S3Store;

/// A multipart upload under way.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    ctx: Ctx,
    bucket: String,
    key: String,
    id: String,
    parts: Arc<Mutex<Vec<CompletedPart>>>,
}

impl Upload {
    pub(crate) async fn begin(ctx: &Ctx, bucket: &str, key: &str) -> Result<Self, Fail> {
        let input = CreateMultipartUploadInput {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            ..CreateMultipartUploadInput::default()
        };
        let begun = Client::create_multipart_upload(ctx, input).await?;
        Ok(Self {
            ctx: ctx.clone(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            id: begun.upload_id.unwrap_or_default(),
            parts: Arc::default(),
        })
    }

    /// Sends a part; parts are numbered from one.
    pub(crate) async fn part(&self, number: i32, body: Bytes) -> Result<(), Fail> {
        let input = UploadPartInput {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            upload_id: self.id.clone(),
            part_number: number,
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
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            upload_id: self.id.clone(),
            multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
            ..CompleteMultipartUploadInput::default()
        };
        let done = Client::complete_multipart_upload(&self.ctx, input).await?;
        Ok(PutResult { e_tag: done.e_tag, version: done.version_id })
    }

    pub(crate) async fn abort(&self) -> Result<(), Fail> {
        let input = AbortMultipartUploadInput {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            upload_id: self.id.clone(),
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
            sent.map_err(|fail| store.error(&upload.key, fail))
        })
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        let done = self.upload.complete().await;
        done.map_err(|fail| self.store.error(&self.upload.key, fail))
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        let gone = self.upload.abort().await;
        gone.map_err(|fail| self.store.error(&self.upload.key, fail))
    }
}
