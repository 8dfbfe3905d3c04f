//! `GetBucketIntelligentTieringConfiguration`: one of a bucket's configurations.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketIntelligentTieringConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    GetBucketIntelligentTieringConfiguration, GetBucketIntelligentTieringConfigurationInput,
    GetBucketIntelligentTieringConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<GetBucketIntelligentTieringConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketIntelligentTieringConfigurationInput,
    ) -> Result<GetBucketIntelligentTieringConfigurationOutput> {
        let name = input.bucket.as_str();
        let found = ctx.read(|tx| {
            store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get_named(tx, name, Setting::IntelligentTiering, &input.id)
        })?;
        Ok(GetBucketIntelligentTieringConfigurationOutput {
            intelligent_tiering_configuration: Some(found.ok_or_else(no_such_configuration)?),
        })
    }
}

pub(super) fn no_such_configuration() -> Fail {
    Fail::new("NoSuchConfiguration", 404, "The specified configuration does not exist.")
}
