//! `GetBucketPolicyStatus`: whether a bucket's policy lets the public in.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetBucketPolicyStatus, GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput, PolicyStatus,
};

use crate::access::{policy, resources};
use crate::{S3, error, store};

impl Handle<GetBucketPolicyStatus> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketPolicyStatusInput,
    ) -> Result<GetBucketPolicyStatusOutput> {
        let name = input.bucket.as_str();
        let text = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            resources::policy_of(tx, (name, &bucket))
        })?;
        let text = text.ok_or_else(|| error::no_such_bucket_policy(name))?;
        let is_public = Some(policy::is_public(&text));
        Ok(GetBucketPolicyStatusOutput { policy_status: Some(PolicyStatus { is_public }) })
    }
}
