//! `PutPublicAccessBlock`: what keeps the public out of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{PutPublicAccessBlock, PutPublicAccessBlockInput, PutPublicAccessBlockOutput};

use crate::access::{self, PublicBlock};
use crate::{S3, store};

impl Handle<PutPublicAccessBlock> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutPublicAccessBlockInput,
    ) -> Result<PutPublicAccessBlockOutput> {
        let given = &input.public_access_block_configuration;
        // What is not said is off.
        let block = PublicBlock {
            set: true,
            block_acls: given.block_public_acls == Some(true),
            ignore_acls: given.ignore_public_acls == Some(true),
            block_policy: given.block_public_policy == Some(true),
            restrict: given.restrict_public_buckets == Some(true),
        };
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            access::change(tx, (name, &mut bucket), |access| access.public = block)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutPublicAccessBlockOutput::default())
    }
}
