//! `DeleteAccessPoint`: takes a name of a bucket away.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeleteAccessPoint.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{DeleteAccessPoint, DeleteAccessPointInput, DeleteAccessPointOutput};

use crate::{S3Control, account};

impl Handle<DeleteAccessPoint> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteAccessPointInput,
    ) -> Result<DeleteAccessPointOutput> {
        account::check(ctx, &input.account_id)?;
        super::keeper(ctx)?.delete(ctx, &input.name).await?;
        Ok(DeleteAccessPointOutput {})
    }
}
