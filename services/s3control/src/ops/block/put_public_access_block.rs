//! `PutPublicAccessBlock`: what keeps the public out of everything of the account.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{PutPublicAccessBlock, PutPublicAccessBlockInput, PutPublicAccessBlockOutput};

use crate::ops::point;
use crate::{S3Control, account, error};

impl Handle<PutPublicAccessBlock> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutPublicAccessBlockInput,
    ) -> Result<PutPublicAccessBlockOutput> {
        account::check(ctx, &input.account_id)?;
        let said = &input.public_access_block_configuration;
        let settings = [
            said.block_public_acls,
            said.ignore_public_acls,
            said.block_public_policy,
            said.restrict_public_buckets,
        ];
        if settings.iter().all(Option::is_none) {
            return Err(error::invalid_request("Must specify at least one configuration."));
        }
        point::keeper(ctx)?.set_account_block(ctx, Some(point::block(said))).await?;
        Ok(PutPublicAccessBlockOutput {})
    }
}
