//! `RestoreObject`: has a copy made of an archived object, or kept for longer; or has an archived
//! object queried ([`crate::archive`]).
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html>

use platform::{Ctx, Fail, Handle, Result, Unit};
use s3_api::{RestoreObject, RestoreObjectInput, RestoreObjectOutput, RestoreRequest, Tier};

use crate::changes::Change;
use crate::classes::Class;
use crate::lifecycle::days;
use crate::model::Version;
use crate::restore::{self, Archive, Restore};
use crate::usage::{self, Delta};
use crate::{S3, changes, error, names, store};

/// The copy is on its way.
const ACCEPTED: i32 = 202;
/// The copy is there already and stays for longer.
const EXTENDED: i32 = 200;

/// What a restore came to.
struct Done {
    status: i32,
    /// What has to be fetched from the archive: class and bytes.
    fetched: Option<(Class, u64)>,
}

impl Handle<RestoreObject> for S3 {
    async fn handle(&self, ctx: &Ctx, input: RestoreObjectInput) -> Result<RestoreObjectOutput> {
        names::check_key(&input.key)?;
        let mut input = input;
        let request = input.restore_request.take().unwrap_or_default();
        if request.r#type.is_some() {
            let path = self.query_archive(ctx, &input, &request).await?;
            return Ok(RestoreObjectOutput {
                answer_status: Some(ACCEPTED),
                restore_output_path: Some(path),
                ..Default::default()
            });
        }
        if request.select_parameters.is_some() || request.output_location.is_some() {
            return Err(error::malformed_xml());
        }
        let asked = request.glacier_job_parameters.as_ref().map(|parameters| parameters.tier);
        let speed = asked.or(request.tier).unwrap_or(Tier::Standard);
        let (name, key, id) =
            (input.bucket.as_str(), input.key.as_str(), input.version_id.as_deref());
        let done = ctx
            .write(|tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                let mut version = store::readable(tx, name, key, id)?;
                let archive = check(&version, &request)?;
                let takes = restore::takes(archive, speed).ok_or_else(restore::unsupported)?;
                let days = days_of(&version, &request)?;
                let (now, before) = (ctx.now(), version.clone());
                let (status, there) = match &version.restore {
                    None => (ACCEPTED, Restore { due: now + takes, days, until: None }),
                    // A faster one overtakes one under way.
                    Some(Restore { due, until: None, .. }) if now + takes < *due => {
                        (ACCEPTED, Restore { due: now + takes, days, until: None })
                    }
                    Some(Restore { until: None, .. }) => return Err(in_progress()),
                    Some(there) => {
                        let until = Some(days::due(now, days));
                        (EXTENDED, Restore { days, until, ..there.clone() })
                    }
                };
                restore::save(tx, (name, &bucket), key, &mut version, there)?;
                let mut delta = Delta::default();
                delta.left(&before);
                delta.came(&version);
                usage::change(tx, now, name, &delta)?;
                if status == EXTENDED {
                    return Ok(Done { status, fetched: None });
                }
                changes::note(ctx, tx, (name, &bucket), key, Change::RestoreBegun, &version)?;
                Ok::<_, Fail>(Done { status, fetched: Some((version.class(), version.size)) })
            })
            .await?;
        if let Some((class, bytes)) = done.fetched {
            let kind = restore::billed_as(class, speed);
            ctx.bill_as(kind);
            ctx.meter_as(kind, Unit::BytesRetrieved, bytes as f64, name);
        }
        Ok(RestoreObjectOutput { answer_status: Some(done.status), ..Default::default() })
    }
}

/// Only what is archived can be restored.
fn check(version: &Version, request: &RestoreRequest) -> Result<Archive> {
    if version.class() == Class::IntelligentTiering
        && let Some(days) = request.days
    {
        let message = "INTELLIGENT_TIERING objects are not subject to restore expiry. Do not \
                       specify Days when restoring this object";
        return Err(error::invalid_argument("Days", &days.to_string(), message));
    }
    restore::archived(version)
}

fn days_of(version: &Version, request: &RestoreRequest) -> Result<u32> {
    if version.class() == Class::IntelligentTiering {
        return Ok(0);
    }
    let days = request.days.ok_or_else(error::malformed_xml)?;
    u32::try_from(days).ok().filter(|days| *days > 0).ok_or_else(|| {
        let message = "'Days' for Restore action must be a positive integer";
        error::invalid_argument("Days", &days.to_string(), message)
    })
}

fn in_progress() -> Fail {
    Fail::new("RestoreAlreadyInProgress", 409, "Object restore is already in progress")
}
