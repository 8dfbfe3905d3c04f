//! `GetBucketInventoryConfiguration`: one of the lists that a bucket's owner has asked for.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketInventoryConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetBucketInventoryConfiguration, GetBucketInventoryConfigurationInput,
    GetBucketInventoryConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<GetBucketInventoryConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketInventoryConfigurationInput,
    ) -> Result<GetBucketInventoryConfigurationOutput> {
        let (name, id) = (input.bucket.as_str(), input.id.as_str());
        let there = ctx.read(|tx| {
            store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get_named(tx, name, Setting::Inventory, id)
        })?;
        let there = there.ok_or_else(error::no_such_configuration)?;
        Ok(GetBucketInventoryConfigurationOutput { inventory_configuration: Some(there) })
    }
}
