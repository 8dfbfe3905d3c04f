//! `DeleteBucketOwnershipControls`: objects are their writers' from then on.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    DeleteBucketOwnershipControls, DeleteBucketOwnershipControlsInput,
    DeleteBucketOwnershipControlsOutput,
};

use crate::access::{self, Ownership};
use crate::{S3, store};

impl Handle<DeleteBucketOwnershipControls> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketOwnershipControlsInput,
    ) -> Result<DeleteBucketOwnershipControlsOutput> {
        let name = input.bucket.as_str();
        self.teller.will_share(name);
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            access::change(tx, (name, &mut bucket), |access| {
                access.ownership = Ownership::Removed;
            })?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketOwnershipControlsOutput::default())
    }
}
