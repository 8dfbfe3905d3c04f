//! `PostObject`: stores an object that a browser's form brings. No client of the model asks for it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use platform::{Ctx, Handle, Result};
use s3_api::{PostObject, PutObjectInput, PutObjectOutput};

use crate::S3;
use crate::changes::By;

impl Handle<PostObject> for S3 {
    async fn handle(&self, ctx: &Ctx, input: PutObjectInput) -> Result<PutObjectOutput> {
        self.put(ctx, input, By::Post).await
    }
}
