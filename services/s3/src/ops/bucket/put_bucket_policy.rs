//! `PutBucketPolicy`: says who may do what to a bucket and its objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{GetBucketPolicyOutput, PutBucketPolicy, PutBucketPolicyInput, PutBucketPolicyOutput};

use crate::access::{self, policy};
use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<PutBucketPolicy> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketPolicyInput,
    ) -> Result<PutBucketPolicyOutput> {
        let (name, text) = (input.bucket.as_str(), input.policy);
        let is_public = policy::is_public(&text);
        self.teller.will_share(name);
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            access::is_owners(ctx, &bucket)?;
            policy::check(&text, name)?;
            if is_public && access::block(ctx, &bucket).block_policy {
                return Err(access::public_policy(ctx, name));
            }
            // Kept as the answer that tells it.
            let stored = GetBucketPolicyOutput { policy: Some(text) };
            settings::put(tx, (name, &mut bucket), Setting::Policy, stored)?;
            access::change(tx, (name, &mut bucket), |_| {})?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketPolicyOutput::default())
    }
}
