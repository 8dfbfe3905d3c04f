//! What AWS refuses of a job before it is one.

use platform::{Arn, Ctx, Result, Tags};
use s3control_api::{
    ComputeObjectChecksumAlgorithm, ComputeObjectChecksumType, CreateJobInput, JobManifest,
    JobManifestFieldName, JobManifestFormat, JobOperation, JobReport, S3JobManifestGenerator,
    S3Tag,
};

use super::{invocation, task};
use crate::error;
use crate::model::names_of;

/// Tags of a job.
const TAGS_MAX: usize = 50;

/// Refuses what cannot be done, or makes no sense.
pub(crate) fn job(ctx: &Ctx, input: &CreateJobInput) -> Result<()> {
    let mut names = names_of(&input.operation);
    let (Some(_), None) = (names.next(), names.next()) else {
        return Err(error::invalid_request("Exactly one operation must be specified."));
    };
    operation(input)?;
    match (&input.manifest, &input.manifest_generator) {
        (Some(given), None) => manifest(given)?,
        (None, Some(generator)) => {
            let generator = generator.s3_job_manifest_generator.as_ref();
            let missing = || error::invalid_request("The manifest generator says nothing.");
            self::generator(generator.ok_or_else(missing)?)?;
        }
        _ => {
            return Err(error::invalid_request(
                "Exactly one of Manifest and ManifestGenerator must be specified.",
            ));
        }
    }
    report(&input.report)?;
    let role = input.role_arn.parse::<Arn>().ok().and_then(|arn| arn.account());
    if role != Some(ctx.scope().account) {
        return Err(error::invalid_request("The role must belong to the account of the job."));
    }
    Ok(())
}

fn operation(input: &CreateJobInput) -> Result<()> {
    if let Some(invoke) = &input.operation.lambda_invoke {
        invocation::check(invoke)?;
    }
    if let Some(copy) = &input.operation.s3_put_object_copy {
        let target = copy.target_resource.as_deref().unwrap_or_default();
        if bucket_of(target).is_none() {
            return Err(error::invalid_request("TargetResource must be the ARN of a bucket."));
        }
    }
    if let Some(tagging) = &input.operation.s3_put_object_tagging
        && tagging.tag_set.as_ref().is_none_or(Vec::is_empty)
    {
        return Err(error::invalid_request("TagSet must not be empty."));
    }
    restore(&input.operation)?;
    access(&input.operation)?;
    retention(&input.operation)?;
    checksum(input)?;
    if let Some(asked) = &input.operation.s3_update_object_encryption {
        let kms = asked.object_encryption.as_ref().and_then(|asked| asked.ssekms.as_ref());
        if kms.is_none() {
            return Err(error::invalid_request("ObjectEncryption must specify SSEKMS."));
        }
    }
    Ok(())
}

fn restore(operation: &JobOperation) -> Result<()> {
    let asked = operation.s3_initiate_restore_object.as_ref();
    if asked.and_then(|asked| asked.expiration_in_days).is_some_and(|days| days < 1) {
        return Err(error::invalid_request("ExpirationInDays must be 1 or greater."));
    }
    Ok(())
}

fn access(operation: &JobOperation) -> Result<()> {
    let Some(asked) = &operation.s3_put_object_acl else { return Ok(()) };
    let policy = asked.access_control_policy.as_ref();
    let canned = policy.is_some_and(|policy| policy.canned_access_control_list.is_some());
    let list = policy.is_some_and(|policy| policy.access_control_list.is_some());
    if canned == list {
        return Err(error::invalid_request(
            "Exactly one of AccessControlList and CannedAccessControlList must be specified.",
        ));
    }
    Ok(())
}

fn retention(operation: &JobOperation) -> Result<()> {
    let Some(asked) = &operation.s3_put_object_retention else { return Ok(()) };
    if asked.retention.mode.is_some() != asked.retention.retain_until_date.is_some() {
        return Err(error::invalid_request("Mode and RetainUntilDate must be specified together."));
    }
    Ok(())
}

fn checksum(input: &CreateJobInput) -> Result<()> {
    let Some(asked) = &input.operation.s3_compute_object_checksum else { return Ok(()) };
    let (algorithm, kind) = task::asked(asked);
    if task::digest_of(algorithm).is_none() {
        return Err(error::not_implemented(algorithm.as_str()));
    }
    // CRC-64/NVME is of whole objects only, and MD5 of parts is the ETag.
    let whole_only =
        [ComputeObjectChecksumAlgorithm::Crc64Nvme, ComputeObjectChecksumAlgorithm::Md5];
    if kind == ComputeObjectChecksumType::Composite && whole_only.contains(&algorithm) {
        return Err(error::invalid_request(format!(
            "The checksum type COMPOSITE is not supported for the algorithm {}.",
            algorithm.as_str()
        )));
    }
    if !input.report.enabled {
        return Err(error::invalid_request(
            "A job that computes checksums tells of them in its report, which must be enabled.",
        ));
    }
    Ok(())
}

fn manifest(manifest: &JobManifest) -> Result<()> {
    if object_of(&manifest.location.object_arn).is_none() {
        return Err(error::invalid_request("The manifest's ObjectArn is not that of an object."));
    }
    let fields = manifest.spec.fields.as_deref().unwrap_or_default();
    match manifest.spec.format {
        JobManifestFormat::S3BatchOperationsCsv20180820 => {
            for needed in [JobManifestFieldName::Bucket, JobManifestFieldName::Key] {
                if fields.iter().filter(|field| **field == needed).count() != 1 {
                    let name = needed.as_str();
                    return Err(error::invalid_request(format!(
                        "The manifest's fields must name {name} once."
                    )));
                }
            }
        }
        JobManifestFormat::S3InventoryReportCsv20161130 if !fields.is_empty() => {
            return Err(error::invalid_request(
                "Fields cannot be specified for a manifest that is an inventory report.",
            ));
        }
        JobManifestFormat::S3InventoryReportCsv20161130 => {}
    }
    Ok(())
}

fn generator(generator: &S3JobManifestGenerator) -> Result<()> {
    if bucket_of(&generator.source_bucket).is_none() {
        return Err(error::invalid_request("SourceBucket must be the ARN of a bucket."));
    }
    let place = generator.manifest_output_location.as_ref();
    if generator.enable_manifest_output && place.is_none() {
        return Err(error::invalid_request(
            "ManifestOutputLocation must be specified where EnableManifestOutput is true.",
        ));
    }
    if place.is_some_and(|place| bucket_of(&place.bucket).is_none()) {
        return Err(error::invalid_request(
            "ManifestOutputLocation must name a bucket by its ARN.",
        ));
    }
    let filter = generator.filter.as_ref();
    let encryptions = filter.and_then(|filter| filter.match_any_object_encryption.as_ref());
    for one in encryptions.into_iter().flatten() {
        let kinds = [
            one.sses3.is_some(),
            one.ssekms.is_some(),
            one.dssekms.is_some(),
            one.ssec.is_some(),
            one.notsse.is_some(),
        ];
        if kinds.into_iter().filter(|said| *said).count() != 1 {
            return Err(error::invalid_request(
                "Each filter of encryption must specify exactly one type.",
            ));
        }
    }
    Ok(())
}

fn report(report: &JobReport) -> Result<()> {
    if !report.enabled {
        return Ok(());
    }
    if report.format.is_none() || report.report_scope.is_none() {
        return Err(error::invalid_request("A report needs its Format and ReportScope."));
    }
    let bucket = report.bucket.as_deref().and_then(bucket_of);
    bucket.map(drop).ok_or_else(|| error::invalid_request("A report needs the ARN of a bucket."))
}

/// Tags as a request gives them.
pub(crate) fn tags(given: &[S3Tag]) -> Result<Tags> {
    if given.len() > TAGS_MAX {
        return Err(error::too_many_tags(TAGS_MAX));
    }
    let mut tags = Tags::new();
    for S3Tag { key, value } in given {
        if key.starts_with("aws:") {
            return Err(error::invalid_request("Keys of tags cannot begin with aws:"));
        }
        if tags.insert(key.as_str(), value.as_str()).is_some() {
            return Err(error::invalid_request("The keys of tags must be unique."));
        }
    }
    Ok(tags)
}

/// The bucket that an ARN names.
pub(crate) fn bucket_of(arn: &str) -> Option<&str> {
    let name = s3_resource(arn)?;
    (!name.is_empty() && !name.contains(['/', ':'])).then_some(name)
}

/// The object that an ARN names.
pub(super) fn object_of(arn: &str) -> Option<(&str, &str)> {
    let (bucket, key) = s3_resource(arn)?.split_once('/')?;
    (!bucket.is_empty() && !bucket.contains(':') && !key.is_empty()).then_some((bucket, key))
}

/// What an ARN of S3 names, as a part of it.
fn s3_resource(arn: &str) -> Option<&str> {
    let parsed: Arn = arn.parse().ok()?;
    let is_global = parsed.region_text().is_empty() && parsed.account_text().is_empty();
    let start = arn.len().checked_sub(parsed.resource().len())?;
    arn.get(start..).filter(|_| parsed.service() == "s3" && is_global)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_name_buckets_and_objects() {
        assert_eq!(bucket_of("arn:aws:s3:::b"), Some("b"));
        assert_eq!(bucket_of("arn:aws:s3:::b/k"), None);
        assert_eq!(object_of("arn:aws:s3:::b/k/l"), Some(("b", "k/l")));
        assert_eq!(object_of("arn:aws:s3:::b"), None);
        assert_eq!(object_of("arn:aws:sqs:::b/k"), None);
    }
}
