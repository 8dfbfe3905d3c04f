//! `DeletePublicAccessBlock`: nothing of the account's own keeps the public out any more.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeletePublicAccessBlock.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{
    DeletePublicAccessBlock, DeletePublicAccessBlockInput, DeletePublicAccessBlockOutput,
};

use crate::ops::point;
use crate::{S3Control, account};

impl Handle<DeletePublicAccessBlock> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeletePublicAccessBlockInput,
    ) -> Result<DeletePublicAccessBlockOutput> {
        account::check(ctx, &input.account_id)?;
        point::keeper(ctx)?.set_account_block(ctx, None).await?;
        Ok(DeletePublicAccessBlockOutput {})
    }
}
