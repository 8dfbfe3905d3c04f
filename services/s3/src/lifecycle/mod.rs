//! Lifecycles: what becomes of objects with time.
//!
//! A bucket with rules, or with objects that Intelligent-Tiering watches, is walked through at every
//! midnight UTC, page by page. What becomes of a version is a function of its row, its place among
//! the versions of its key, the rules and the time ([`rules`]); the walk does it ([`worker`]).
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html>

pub(crate) mod check;
pub(crate) mod days;
mod moving;
pub(crate) mod rules;
pub(crate) mod worker;

use platform::{Ctx, ReadTx, Result};
use s3_api::GetBucketLifecycleConfigurationOutput as Configuration;

use crate::model::{Bucket, Version};
use crate::settings::{self, Setting};

/// The rules of a bucket, as they are kept: none have a status of their own here.
pub(crate) fn of(tx: &ReadTx<'_>, name: &str, bucket: &Bucket) -> Result<Option<Configuration>> {
    settings::get(tx, (name, bucket), Setting::Lifecycle)
}

/// What a writer or reader of a current version is told in `x-amz-expiration`. Asks for nothing
/// where the bucket has no rules.
pub(crate) fn expiration(
    ctx: &Ctx,
    (name, bucket): (&str, &Bucket),
    key: &str,
    version: &Version,
) -> Result<Option<String>> {
    if !bucket.settings.has(Setting::Lifecycle) || version.noncurrent_since.is_some() {
        return Ok(None);
    }
    let Some(configuration) = ctx.read(|tx| of(tx, name, bucket))? else { return Ok(None) };
    let expiry = rules::expiry(&configuration, key, version);
    Ok(expiry.map(|(at, id)| {
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        // As forms encode it, but for what is in no need of it.
        let id = id.to_string().replace("%2D", "-").replace("%5F", "_").replace("%2E", ".");
        format!("expiry-date=\"{}\", rule-id=\"{id}\"", at.http_date())
    }))
}

/// When an upload will be aborted, and by which rule.
pub(crate) fn abortion(
    ctx: &Ctx,
    (name, bucket): (&str, &Bucket),
    key: &str,
    initiated: platform::Timestamp,
) -> Result<Option<(platform::Timestamp, String)>> {
    if !bucket.settings.has(Setting::Lifecycle) {
        return Ok(None);
    }
    let Some(configuration) = ctx.read(|tx| of(tx, name, bucket))? else { return Ok(None) };
    Ok(rules::abortion(&configuration, key, initiated).map(|(at, id)| (at, id.to_owned())))
}
