//! `GetAccessPointPolicy`: who may come to a bucket by an access point.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetAccessPointPolicy.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{GetAccessPointPolicy, GetAccessPointPolicyInput, GetAccessPointPolicyOutput};

use crate::{S3Control, account};

impl Handle<GetAccessPointPolicy> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetAccessPointPolicyInput,
    ) -> Result<GetAccessPointPolicyOutput> {
        account::check(ctx, &input.account_id)?;
        let (policy, _) = super::keeper(ctx)?.policy(ctx, &input.name)?;
        Ok(GetAccessPointPolicyOutput { policy: Some(policy) })
    }
}
