//! `DeleteBucketIntelligentTieringConfiguration`: objects sink into archives by it no more.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketIntelligentTieringConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    DeleteBucketIntelligentTieringConfiguration, DeleteBucketIntelligentTieringConfigurationInput,
    DeleteBucketIntelligentTieringConfigurationOutput,
};

use super::get_bucket_intelligent_tiering_configuration::no_such_configuration;
use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<DeleteBucketIntelligentTieringConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketIntelligentTieringConfigurationInput,
    ) -> Result<DeleteBucketIntelligentTieringConfigurationOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let kind = Setting::IntelligentTiering;
            match settings::delete_named(tx, (name, &mut bucket), kind, &input.id)? {
                true => Ok(()),
                false => Err(no_such_configuration()),
            }
        })
        .await?;
        Ok(DeleteBucketIntelligentTieringConfigurationOutput::default())
    }
}
