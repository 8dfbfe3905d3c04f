//! `GetAccessPointPolicyStatus`: whether an access point lets the public in.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetAccessPointPolicyStatus.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{
    GetAccessPointPolicyStatus, GetAccessPointPolicyStatusInput, GetAccessPointPolicyStatusOutput,
    PolicyStatus,
};

use crate::{S3Control, account};

impl Handle<GetAccessPointPolicyStatus> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetAccessPointPolicyStatusInput,
    ) -> Result<GetAccessPointPolicyStatusOutput> {
        account::check(ctx, &input.account_id)?;
        let (_, is_public) = super::keeper(ctx)?.policy(ctx, &input.name)?;
        let status = PolicyStatus { is_public: Some(is_public) };
        Ok(GetAccessPointPolicyStatusOutput { policy_status: Some(status) })
    }
}
