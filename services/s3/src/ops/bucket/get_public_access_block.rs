//! `GetPublicAccessBlock`: what keeps the public out of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    GetPublicAccessBlock, GetPublicAccessBlockInput, GetPublicAccessBlockOutput,
    PublicAccessBlockConfiguration,
};

use crate::{S3, store};

impl Handle<GetPublicAccessBlock> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetPublicAccessBlockInput,
    ) -> Result<GetPublicAccessBlockOutput> {
        let name = input.bucket.as_str();
        let bucket =
            ctx.read(|tx| store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref()))?;
        let block = bucket.access.public;
        if !block.set {
            let message = "The public access block configuration was not found";
            return Err(Fail::new("NoSuchPublicAccessBlockConfiguration", 404, message)
                .with("BucketName", name));
        }
        let configuration = PublicAccessBlockConfiguration {
            block_public_acls: Some(block.block_acls),
            ignore_public_acls: Some(block.ignore_acls),
            block_public_policy: Some(block.block_policy),
            restrict_public_buckets: Some(block.restrict),
        };
        Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(configuration) })
    }
}
