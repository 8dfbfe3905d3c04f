//! `GetBucketOwnershipControls`: whose the objects of a bucket are.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    GetBucketOwnershipControls, GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput,
    OwnershipControls, OwnershipControlsRule,
};

use crate::{S3, store};

impl Handle<GetBucketOwnershipControls> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketOwnershipControlsInput,
    ) -> Result<GetBucketOwnershipControlsOutput> {
        let name = input.bucket.as_str();
        let bucket =
            ctx.read(|tx| store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref()))?;
        let object_ownership = bucket.access.ownership.to_api().ok_or_else(|| {
            let message = "The bucket ownership controls were not found";
            Fail::new("OwnershipControlsNotFoundError", 404, message).with("BucketName", name)
        })?;
        let rules = vec![OwnershipControlsRule { object_ownership }];
        let ownership_controls = Some(OwnershipControls { rules });
        Ok(GetBucketOwnershipControlsOutput { ownership_controls })
    }
}
