//! `PutBucketLifecycleConfiguration`: what becomes of a bucket's objects with time.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    GetBucketLifecycleConfigurationOutput, PutBucketLifecycleConfiguration,
    PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput,
    TransitionDefaultMinimumObjectSize,
};

use crate::lifecycle::{check, worker};
use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<PutBucketLifecycleConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketLifecycleConfigurationInput,
    ) -> Result<PutBucketLifecycleConfigurationOutput> {
        let name = input.bucket.as_str();
        let configuration = input.lifecycle_configuration.ok_or_else(error::malformed_xml)?;
        let mut rules = configuration.rules;
        check::check(&rules)?;
        for rule in rules.iter_mut().filter(|rule| rule.id.as_deref().is_none_or(str::is_empty)) {
            rule.id = Some(STANDARD.encode(ctx.ids().uuid()));
        }
        let least = input
            .transition_default_minimum_object_size
            .unwrap_or(TransitionDefaultMinimumObjectSize::AllStorageClasses128K);
        let kept = GetBucketLifecycleConfigurationOutput {
            rules: Some(rules),
            transition_default_minimum_object_size: Some(least),
        };
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            if bucket.mfa_delete == Some(true) {
                return Err(error::lifecycle_and_mfa());
            }
            settings::put(tx, (name, &mut bucket), Setting::Lifecycle, kept)?;
            worker::wake(tx, name, &bucket, ctx.now())?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketLifecycleConfigurationOutput {
            transition_default_minimum_object_size: Some(least),
        })
    }
}
