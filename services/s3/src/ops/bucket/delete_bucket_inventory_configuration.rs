//! `DeleteBucketInventoryConfiguration`: a list is no longer made.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketInventoryConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    DeleteBucketInventoryConfiguration, DeleteBucketInventoryConfigurationInput,
    DeleteBucketInventoryConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, inventory, store};

impl Handle<DeleteBucketInventoryConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketInventoryConfigurationInput,
    ) -> Result<DeleteBucketInventoryConfigurationOutput> {
        let (name, id) = (input.bucket.as_str(), input.id.as_str());
        let owner = input.expected_bucket_owner.as_ref();
        let bucket = ctx.read(|tx| store::bucket(ctx, tx, name, owner))?;
        let scoped = ctx.with_scope(bucket.owner);
        scoped
            .write(|tx| {
                let mut bucket = store::bucket(ctx, tx, name, owner)?;
                if !settings::delete_named(tx, (name, &mut bucket), Setting::Inventory, id)? {
                    return Err(error::no_such_configuration());
                }
                inventory::forget(tx, name, id)?;
                Ok::<_, Fail>(())
            })
            .await?;
        Ok(DeleteBucketInventoryConfigurationOutput::default())
    }
}
