//! `GetBucketPolicy`: the policy of a bucket, as it was put.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html>

use platform::{Ctx, Handle, Result};
use s3_api::{GetBucketPolicy, GetBucketPolicyInput, GetBucketPolicyOutput};

use crate::access::{self, resources};
use crate::{S3, error, store};

impl Handle<GetBucketPolicy> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketPolicyInput,
    ) -> Result<GetBucketPolicyOutput> {
        let name = input.bucket.as_str();
        ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            access::is_owners(ctx, &bucket)?;
            let policy = resources::policy_of(tx, (name, &bucket))?;
            let policy = policy.ok_or_else(|| error::no_such_bucket_policy(name))?;
            Ok(GetBucketPolicyOutput { policy: Some(policy) })
        })
    }
}
