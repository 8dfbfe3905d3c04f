//! `PutAccessPointPolicy`: says who may come to a bucket by an access point.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutAccessPointPolicy.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{PutAccessPointPolicy, PutAccessPointPolicyInput, PutAccessPointPolicyOutput};

use crate::{S3Control, account};

impl Handle<PutAccessPointPolicy> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutAccessPointPolicyInput,
    ) -> Result<PutAccessPointPolicyOutput> {
        account::check(ctx, &input.account_id)?;
        super::keeper(ctx)?.set_policy(ctx, &input.name, Some(input.policy)).await?;
        Ok(PutAccessPointPolicyOutput {})
    }
}
