//! `DeleteAccessPointPolicy`: an access point lets nobody in of itself any more.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeleteAccessPointPolicy.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{
    DeleteAccessPointPolicy, DeleteAccessPointPolicyInput, DeleteAccessPointPolicyOutput,
};

use crate::{S3Control, account};

impl Handle<DeleteAccessPointPolicy> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteAccessPointPolicyInput,
    ) -> Result<DeleteAccessPointPolicyOutput> {
        account::check(ctx, &input.account_id)?;
        super::keeper(ctx)?.set_policy(ctx, &input.name, None).await?;
        Ok(DeleteAccessPointPolicyOutput {})
    }
}
