//! Errors AWS answers here, with its sentences.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use aquifer_object::Error as ObjectError;
use platform::Fail;

use crate::checksum::Algorithm;

pub(crate) fn no_such_bucket(bucket: &str) -> Fail {
    Fail::new("NoSuchBucket", 404, "The specified bucket does not exist").with("BucketName", bucket)
}

pub(crate) fn no_such_bucket_policy(bucket: &str) -> Fail {
    let message = "The bucket policy does not exist";
    Fail::new("NoSuchBucketPolicy", 404, message).with("BucketName", bucket)
}

pub(crate) fn no_such_key(key: &str) -> Fail {
    Fail::new("NoSuchKey", 404, "The specified key does not exist.").with("Key", key)
}

pub(crate) fn no_such_version(key: &str, version_id: &str) -> Fail {
    Fail::new("NoSuchVersion", 404, "The specified version does not exist.")
        .with("Key", key)
        .with("VersionId", version_id)
}

pub(crate) fn no_such_upload(upload_id: &str) -> Fail {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the \
                   upload may have been aborted or completed.";
    Fail::new("NoSuchUpload", 404, message).with("UploadId", upload_id)
}

pub(crate) fn access_denied() -> Fail {
    Fail::new("AccessDenied", 403, "Access Denied")
}

pub(crate) fn no_such_website(bucket: &str) -> Fail {
    let message = "The specified bucket does not have a website configuration";
    Fail::new("NoSuchWebsiteConfiguration", 404, message).with("BucketName", bucket)
}

pub(crate) fn no_such_configuration() -> Fail {
    Fail::new("NoSuchConfiguration", 404, "The specified configuration does not exist.")
}

pub(crate) fn invalid_bucket_name(bucket: &str) -> Fail {
    Fail::new("InvalidBucketName", 400, "The specified bucket is not valid.")
        .with("BucketName", bucket)
}

pub(crate) fn invalid_argument(name: &'static str, value: &str, message: &str) -> Fail {
    Fail::new("InvalidArgument", 400, message)
        .with("ArgumentName", name)
        .with("ArgumentValue", value)
}

/// Something else changed the object between two looks at it; AWS's words.
pub(crate) fn operation_aborted() -> Fail {
    let message = "A conflicting conditional operation is currently in progress against this \
                   resource. Try again.";
    Fail::new("OperationAborted", 409, message)
}

/// Rules of replication are there, which need versioning; AWS's words.
pub(crate) fn versioning_is_needed() -> Fail {
    let message = "A replication configuration is present on this bucket, so the versioning state \
                   cannot be changed.";
    Fail::new("InvalidBucketState", 409, message)
}

/// A bucket with a lock keeps versions; AWS's words.
pub(crate) fn lock_needs_versioning() -> Fail {
    let message = "An Object Lock configuration is present on this bucket, so the versioning state \
                   cannot be changed.";
    Fail::new("InvalidBucketState", 409, message)
}

pub(crate) fn lifecycle_and_mfa() -> Fail {
    let message = "MFA Delete and a Lifecycle configuration cannot be on the same bucket.";
    Fail::new("InvalidBucketState", 409, message)
}

pub(crate) fn too_many_configurations() -> Fail {
    let message = "You are attempting to create a new configuration but have already reached the \
                   1,000-configuration limit.";
    Fail::new("TooManyConfigurations", 400, message)
}

pub(crate) fn invalid_destination() -> Fail {
    let message = "The destination bucket for the inventory does not exist, or is not owned by \
                   the account given.";
    Fail::new("InvalidS3DestinationBucket", 400, message)
}

pub(crate) fn invalid_log_target() -> Fail {
    let message = "The target bucket for logging does not exist, is not owned by you, or does not \
                   have the appropriate grants for the log-delivery group.";
    Fail::new("InvalidTargetBucketForLogging", 400, message)
}

pub(crate) fn log_elsewhere() -> Fail {
    let message = "Cross S3 location logging not allowed.";
    Fail::new("CrossLocationLoggingProhibitted", 403, message)
}

pub(crate) fn no_replication_configuration(bucket: &str) -> Fail {
    let message = "The replication configuration was not found";
    Fail::new("ReplicationConfigurationNotFoundError", 404, message).with("BucketName", bucket)
}

pub(crate) fn invalid_request(message: impl Into<String>) -> Fail {
    Fail::new("InvalidRequest", 400, message)
}

pub(crate) fn malformed_xml() -> Fail {
    Fail::new(
        "MalformedXML",
        400,
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

pub(crate) fn precondition_failed(condition: &str) -> Fail {
    Fail::new(
        "PreconditionFailed",
        412,
        "At least one of the pre-conditions you specified did not hold",
    )
    .with("Condition", condition)
}

pub(crate) fn not_modified() -> Fail {
    Fail::new("NotModified", 304, "Not Modified")
}

pub(crate) fn invalid_range(range: &str, size: u64) -> Fail {
    Fail::new("InvalidRange", 416, "The requested range is not satisfiable")
        .with("RangeRequested", range)
        .with("ActualObjectSize", size.to_string())
        .with_header("Content-Range", format!("bytes */{size}"))
}

pub(crate) fn too_large(size: u64, limit: u64) -> Fail {
    Fail::new("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", size.to_string())
        .with("MaxSizeAllowed", limit.to_string())
}

pub(crate) fn bad_digest() -> Fail {
    let message = "The Content-MD5 you specified did not match what we received.";
    Fail::new("BadDigest", 400, message)
}

pub(crate) fn bad_checksum(algorithm: Algorithm) -> Fail {
    let name = algorithm.name().as_str();
    let message = format!("The {name} you specified did not match the calculated checksum.");
    Fail::new("BadDigest", 400, message)
}

/// A checksum of another algorithm than the upload's; `None` for one that is missing.
pub(crate) fn checksum_mismatch(expected: Algorithm, actual: Option<Algorithm>) -> Fail {
    let expected = expected.in_words();
    let actual = actual.map_or("null".to_owned(), Algorithm::in_words);
    invalid_request(format!(
        "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum \
         Type: {actual}"
    ))
}

pub(crate) fn malformed_trailer() -> Fail {
    let message = "The request contained trailing data that was not well-formed or did not \
                   conform to our published schema.";
    Fail::new("MalformedTrailerError", 400, message)
}

pub(crate) fn not_implemented(header: &str) -> Fail {
    Fail::new(
        "NotImplemented",
        501,
        "A header you provided implies functionality that is not implemented",
    )
    .with("Header", header)
}

/// Whether a stream ended because the bytes were let go.
pub(crate) fn is_gone(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|error| error.downcast_ref());
    matches!(inner, Some(aquifer_object::Error::NotFound(_)))
}

/// A failure of the object engine.
pub(crate) fn from_objects(error: ObjectError) -> Fail {
    if error.is_full() {
        let message = "The disk under this Aquifer is full; nothing was stored.";
        return Fail::new("ServiceUnavailable", 503, message).because(error);
    }
    if let ObjectError::Lost = error {
        // AWS's words for what it cannot do at the moment. It documents none of its own for objects
        // whose zone is gone.
        let message = "Service is unable to handle request.";
        return Fail::new("ServiceUnavailable", 503, message).because(error);
    }
    if let ObjectError::Corrupt { .. } = error {
        let message = "The stored bytes of this object are damaged and were not served.";
        return Fail::new("InternalError", 500, message).because(error);
    }
    Fail::internal(error)
}

/// A failure of a stream of the object engine.
pub(crate) fn from_stream(error: std::io::Error) -> Fail {
    match error.downcast::<ObjectError>() {
        Ok(error) => from_objects(error),
        Err(error) => error.into(),
    }
}
