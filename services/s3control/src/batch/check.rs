//! What AWS refuses of a job before it is one.

use platform::{Arn, Ctx, Result, Tags};
use s3control_api::{
    CreateJobInput, JobManifest, JobManifestFieldName, JobManifestFormat, JobReport, OperationName,
    S3JobManifestGenerator, S3Tag,
};

use crate::error;
use crate::model::names_of;

/// Tags of a job.
const TAGS_MAX: usize = 50;

/// Refuses what cannot be done, or makes no sense.
pub(crate) fn job(ctx: &Ctx, input: &CreateJobInput) -> Result<()> {
    let mut names = names_of(&input.operation);
    let (Some(name), None) = (names.next(), names.next()) else {
        return Err(error::invalid_request("Exactly one operation must be specified."));
    };
    operation(input, name)?;
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

fn operation(input: &CreateJobInput, name: OperationName) -> Result<()> {
    let unsupported = [
        OperationName::LambdaInvoke,
        OperationName::S3PutObjectAcl,
        OperationName::S3InitiateRestoreObject,
        OperationName::S3PutObjectLegalHold,
        OperationName::S3PutObjectRetention,
        OperationName::S3ComputeObjectChecksum,
        OperationName::S3UpdateObjectEncryption,
    ];
    if unsupported.contains(&name) {
        return Err(error::not_implemented(name.as_str()));
    }
    if let Some(copy) = &input.operation.s3_put_object_copy {
        let target = copy.target_resource.as_deref().unwrap_or_default();
        if bucket_of(target).is_none() {
            return Err(error::invalid_request("TargetResource must be the ARN of a bucket."));
        }
        if copy.access_control_grants.is_some() {
            return Err(error::not_implemented("AccessControlGrants"));
        }
        if copy.requester_pays == Some(true) {
            return Err(error::not_implemented("RequesterPays"));
        }
    }
    if let Some(tagging) = &input.operation.s3_put_object_tagging
        && tagging.tag_set.as_ref().is_none_or(Vec::is_empty)
    {
        return Err(error::invalid_request("TagSet must not be empty."));
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
    if generator.enable_manifest_output {
        return Err(error::not_implemented("EnableManifestOutput"));
    }
    let filter = generator.filter.as_ref();
    if filter.is_some_and(|filter| filter.match_any_object_encryption.is_some()) {
        return Err(error::not_implemented("MatchAnyObjectEncryption"));
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
