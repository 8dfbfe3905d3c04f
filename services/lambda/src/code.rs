//! Packages that clients give: in the request, or as an object in S3.

use aquifer_functions::{Package, PackageError};
use lambda_api::FunctionCode;
use platform::{Bytes, Ctx, Fail, Result};
use s3_api::GetObjectInput;

use crate::{Lambda, error};

/// The largest archive that a request may carry.
const ARCHIVE_MAX: usize = 50 << 20;
/// The most that a package may hold, together with its layers.
pub(crate) const UNPACKED_MAX: u64 = 262_144_000;

/// Keeps a package.
///
/// # Errors
/// AWS's refusals.
pub(crate) async fn keep(room: &Lambda, ctx: &Ctx, given: FunctionCode) -> Result<Package> {
    let archive = archive(ctx, given).await?;
    put(room, ctx, archive, UNPACKED_MAX).await
}

/// Keeps an archive that holds at most so much.
///
/// # Errors
/// AWS's refusals.
pub(crate) async fn put(room: &Lambda, ctx: &Ctx, archive: Bytes, most: u64) -> Result<Package> {
    let packages = room.functions.packages().clone();
    let work = ctx.spawn_blocking("package", move || packages.put(&archive, most));
    match work.await.map_err(Fail::internal)? {
        Ok(package) => Ok(package),
        Err(PackageError::Unreadable | PackageError::Outside(_)) => Err(error::invalid(
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        )),
        Err(PackageError::Empty) => Err(error::invalid("Uploaded file must be a non-empty zip")),
        Err(PackageError::TooLarge(_)) => {
            Err(error::invalid(format!("Unzipped size must be smaller than {UNPACKED_MAX} bytes")))
        }
        Err(PackageError::Io(error)) => Err(error.into()),
    }
}

/// The archive that a request gives.
///
/// # Errors
/// AWS's refusals.
pub(crate) async fn archive(ctx: &Ctx, given: FunctionCode) -> Result<Bytes> {
    if given.image_uri.is_some() {
        return Err(error::absent("ImageUri of a function"));
    }
    if given.source_kms_key_arn.as_ref().is_some_and(|arn| !arn.is_empty()) {
        return Err(error::absent("SourceKMSKeyArn of a function"));
    }
    match (given.zip_file, given.s3_bucket, given.s3_key) {
        (Some(archive), None, None) if archive.len() > ARCHIVE_MAX => Err(Fail::new(
            "RequestEntityTooLargeException",
            413,
            format!("Zip file must be smaller than {ARCHIVE_MAX} bytes"),
        )),
        (Some(archive), None, None) if archive.is_empty() => {
            Err(error::invalid("Uploaded file must be a non-empty zip"))
        }
        (Some(archive), None, None) => Ok(archive),
        (None, Some(bucket), Some(key)) => from_s3(ctx, bucket, key, given.s3_object_version).await,
        (Some(_), ..) => Err(error::invalid(
            "Please do not provide other FunctionCode parameters when providing a ZipFile.",
        )),
        (None, ..) => Err(error::invalid("Please provide a source for function code.")),
    }
}

/// An object, read in the caller's name.
async fn from_s3(
    ctx: &Ctx,
    bucket: String,
    key: String,
    version_id: Option<String>,
) -> Result<Bytes> {
    let input = GetObjectInput { bucket, key, version_id, ..GetObjectInput::default() };
    let found = match s3_api::Client::get_object(ctx, input).await {
        Ok(found) => found,
        Err(fail) if fail.is_sender() => {
            return Err(error::invalid(format!(
                "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
                fail.code(),
                fail.message()
            )));
        }
        Err(fail) => return Err(fail),
    };
    let too_large =
        || error::invalid(format!("Unzipped size must be smaller than {UNPACKED_MAX} bytes"));
    let most = UNPACKED_MAX as usize;
    let body = found.body;
    if body.length().is_some_and(|length| length > UNPACKED_MAX) {
        return Err(too_large());
    }
    Ok(body.collect(most).await?)
}
