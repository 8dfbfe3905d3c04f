//! `DeleteBucketPolicy`: leaves a bucket without policy.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteBucketPolicy, DeleteBucketPolicyInput, DeleteBucketPolicyOutput};

use crate::settings::{self, Setting};
use crate::{S3, access, store};

impl Handle<DeleteBucketPolicy> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketPolicyInput,
    ) -> Result<DeleteBucketPolicyOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            access::is_owners(ctx, &bucket)?;
            if settings::delete(tx, (name, &mut bucket), Setting::Policy)? {
                access::change(tx, (name, &mut bucket), |_| {})?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketPolicyOutput::default())
    }
}
