//! `PutBucketInventoryConfiguration`: asks for a list of the bucket's objects every day or week.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketInventoryConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    InventoryConfiguration, PutBucketInventoryConfiguration, PutBucketInventoryConfigurationInput,
    PutBucketInventoryConfigurationOutput,
};

use crate::inventory::{self, check};
use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<PutBucketInventoryConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketInventoryConfigurationInput,
    ) -> Result<PutBucketInventoryConfigurationOutput> {
        let (name, id) = (input.bucket.as_str(), input.id.as_str());
        let owner = input.expected_bucket_owner.as_ref();
        let configuration = input.inventory_configuration;
        check::document(id, &configuration)?;
        // The list is made in the name of the bucket's owner.
        let bucket = ctx.read(|tx| store::bucket(ctx, tx, name, owner))?;
        let scoped = ctx.with_scope(bucket.owner);
        scoped
            .write(|tx| {
                let mut bucket = store::bucket(ctx, tx, name, owner)?;
                check::destination(tx, &configuration)?;
                let kind = Setting::Inventory;
                let all = settings::all::<InventoryConfiguration>(tx, (name, &bucket), kind)?;
                let is_new = all.iter().all(|(there, _)| there != id);
                if is_new && all.len() >= check::COUNT_MAX {
                    return Err(error::too_many_configurations());
                }
                inventory::plan(&scoped, tx, name, &configuration)?;
                settings::put_named(tx, (name, &mut bucket), kind, id, configuration)?;
                Ok::<_, Fail>(())
            })
            .await?;
        Ok(PutBucketInventoryConfigurationOutput::default())
    }
}
