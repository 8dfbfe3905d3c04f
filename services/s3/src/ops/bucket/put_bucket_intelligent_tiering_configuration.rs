//! `PutBucketIntelligentTieringConfiguration`: lets objects of the class sink into archives.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html>

use std::collections::HashSet;

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    IntelligentTieringAccessTier as Tier, IntelligentTieringConfiguration,
    PutBucketIntelligentTieringConfiguration, PutBucketIntelligentTieringConfigurationInput,
    PutBucketIntelligentTieringConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

/// Configurations a bucket may have.
const CONFIGURATIONS_MAX: usize = 1_000;
const DAYS_MAX: i32 = 730;
const ARCHIVE_DAYS_MIN: i32 = 90;
const DEEP_ARCHIVE_DAYS_MIN: i32 = 180;

impl Handle<PutBucketIntelligentTieringConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketIntelligentTieringConfigurationInput,
    ) -> Result<PutBucketIntelligentTieringConfigurationOutput> {
        let (name, id) = (input.bucket.as_str(), input.id.as_str());
        let configuration = input.intelligent_tiering_configuration;
        check(id, &configuration)?;
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let kind = Setting::IntelligentTiering;
            let known: Vec<(String, IntelligentTieringConfiguration)> =
                settings::all(tx, (name, &bucket), kind)?;
            if known.len() >= CONFIGURATIONS_MAX && known.iter().all(|(other, _)| other != id) {
                let message = "You are attempting to create a new configuration but have already \
                               reached the 1,000-configuration limit.";
                return Err(Fail::new("TooManyConfigurations", 400, message));
            }
            settings::put_named(tx, (name, &mut bucket), kind, id, configuration)
        })
        .await?;
        Ok(PutBucketIntelligentTieringConfigurationOutput::default())
    }
}

fn check(id: &str, configuration: &IntelligentTieringConfiguration) -> Result<()> {
    if id != configuration.id {
        return Err(error::invalid_argument(
            "id",
            id,
            "The ID in the request does not match the ID of the configuration",
        ));
    }
    if configuration.tierings.is_empty() {
        return Err(error::malformed_xml());
    }
    let mut tiers = HashSet::new();
    for tiering in &configuration.tierings {
        let least = match tiering.access_tier {
            Tier::ArchiveAccess => ARCHIVE_DAYS_MIN,
            Tier::DeepArchiveAccess => DEEP_ARCHIVE_DAYS_MIN,
        };
        if !tiers.insert(tiering.access_tier.as_str()) {
            return Err(error::malformed_xml());
        }
        if !(least..=DAYS_MAX).contains(&tiering.days) {
            let tier = tiering.access_tier.as_str();
            return Err(error::invalid_argument(
                "Days",
                &tiering.days.to_string(),
                &format!("'Days' for {tier} must be between {least} and {DAYS_MAX}"),
            ));
        }
    }
    let Some(filter) = &configuration.filter else { return Ok(()) };
    let things = [filter.prefix.is_some(), filter.tag.is_some(), filter.and.is_some()];
    if things.into_iter().filter(|there| *there).count() > 1 {
        return Err(error::malformed_xml());
    }
    let and = filter.and.as_ref().and_then(|and| and.tags.as_deref()).unwrap_or_default();
    super::put_bucket_tagging::tags(and)?;
    super::put_bucket_tagging::tags(filter.tag.as_slice()).map(drop)
}
