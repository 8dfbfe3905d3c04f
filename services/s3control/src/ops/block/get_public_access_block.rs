//! `GetPublicAccessBlock`: what keeps the public out of everything of the account.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{GetPublicAccessBlock, GetPublicAccessBlockInput, GetPublicAccessBlockOutput};

use crate::ops::point;
use crate::{S3Control, account, error};

impl Handle<GetPublicAccessBlock> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetPublicAccessBlockInput,
    ) -> Result<GetPublicAccessBlockOutput> {
        account::check(ctx, &input.account_id)?;
        let block = point::keeper(ctx)?.account_block(ctx)?;
        let block = block.ok_or_else(|| error::no_public_access_block(&input.account_id))?;
        let configuration = Some(point::told(block));
        Ok(GetPublicAccessBlockOutput { public_access_block_configuration: configuration })
    }
}
