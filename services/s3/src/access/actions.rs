//! The actions that bucket policies may name, and whether they are about the bucket or its objects.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>

use super::grants::On;

/// Actions on buckets, after `s3:`.
const BUCKET: &[&str] = &[
    "CreateBucket",
    "CreateBucketMetadataTableConfiguration",
    "DeleteBucket",
    "DeleteBucketMetadataTableConfiguration",
    "DeleteBucketPolicy",
    "DeleteBucketWebsite",
    "GetAccelerateConfiguration",
    "GetAnalyticsConfiguration",
    "GetBucketAcl",
    "GetBucketCORS",
    "GetBucketLocation",
    "GetBucketLogging",
    "GetBucketMetadataTableConfiguration",
    "GetBucketNotification",
    "GetBucketObjectLockConfiguration",
    "GetBucketOwnershipControls",
    "GetBucketPolicy",
    "GetBucketPolicyStatus",
    "GetBucketPublicAccessBlock",
    "GetBucketRequestPayment",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetBucketWebsite",
    "GetEncryptionConfiguration",
    "GetIntelligentTieringConfiguration",
    "GetInventoryConfiguration",
    "GetLifecycleConfiguration",
    "GetMetricsConfiguration",
    "GetReplicationConfiguration",
    "ListBucket",
    "ListBucketMultipartUploads",
    "ListBucketVersions",
    "ListTagsForResource",
    "PutAccelerateConfiguration",
    "PutAnalyticsConfiguration",
    "PutBucketAcl",
    "PutBucketCORS",
    "PutBucketLogging",
    "PutBucketNotification",
    "PutBucketObjectLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketRequestPayment",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutBucketWebsite",
    "PutEncryptionConfiguration",
    "PutIntelligentTieringConfiguration",
    "PutInventoryConfiguration",
    "PutLifecycleConfiguration",
    "PutMetricsConfiguration",
    "PutReplicationConfiguration",
    "TagResource",
    "UntagResource",
    "UpdateBucketMetadataInventoryTableConfiguration",
    "UpdateBucketMetadataJournalTableConfiguration",
];

/// Actions on objects, after `s3:`.
const OBJECT: &[&str] = &[
    "AbortMultipartUpload",
    "BypassGovernanceRetention",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjectVersion",
    "DeleteObjectVersionTagging",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "GetObjectTorrent",
    "GetObjectVersion",
    "GetObjectVersionAcl",
    "GetObjectVersionAttributes",
    "GetObjectVersionForReplication",
    "GetObjectVersionTagging",
    "GetObjectVersionTorrent",
    "InitiateReplication",
    "ListMultipartUploadParts",
    "ObjectOwnerOverrideToBucketOwner",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "PutObjectVersionAcl",
    "PutObjectVersionTagging",
    "RenameObject",
    "ReplicateDelete",
    "ReplicateObject",
    "ReplicateTags",
    "RestoreObject",
    "UpdateObjectEncryption",
];

/// What the actions that a pattern names are about; nothing where it names none.
pub(crate) fn about(pattern: &str) -> Vec<On> {
    let Some(name) = pattern
        .get(3..)
        .filter(|_| pattern.get(..3).is_some_and(|vendor| vendor.eq_ignore_ascii_case("s3:")))
    else {
        return if pattern == "*" { vec![On::Bucket, On::Object] } else { Vec::new() };
    };
    let name = aquifer_policy::Wildcard::new(&name.to_ascii_lowercase());
    let names = |list: &[&str]| list.iter().any(|one| name.matches(&one.to_ascii_lowercase()));
    let mut about = Vec::new();
    about.extend(names(BUCKET).then_some(On::Bucket));
    about.extend(names(OBJECT).then_some(On::Object));
    about
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_about_buckets_or_objects() {
        assert_eq!(about("s3:GetObject"), [On::Object]);
        assert_eq!(about("S3:getobject"), [On::Object]);
        assert_eq!(about("s3:ListBucket*"), [On::Bucket]);
        assert_eq!(about("s3:*"), [On::Bucket, On::Object]);
        assert_eq!(about("*"), [On::Bucket, On::Object]);
        assert!(about("s3:Fly").is_empty() && about("sqs:*").is_empty() && about("é").is_empty());
    }
}
