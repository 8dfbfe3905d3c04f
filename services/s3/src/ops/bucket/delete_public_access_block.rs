//! `DeletePublicAccessBlock`: nothing of the bucket's own keeps the public out any more.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    DeletePublicAccessBlock, DeletePublicAccessBlockInput, DeletePublicAccessBlockOutput,
};

use crate::access::{self, PublicBlock};
use crate::{S3, store};

impl Handle<DeletePublicAccessBlock> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeletePublicAccessBlockInput,
    ) -> Result<DeletePublicAccessBlockOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            access::change(tx, (name, &mut bucket), |access| access.public = PublicBlock::NONE)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeletePublicAccessBlockOutput::default())
    }
}
