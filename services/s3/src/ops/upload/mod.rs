//! Operations on uploads in parts.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod create_multipart_upload;
mod list_multipart_uploads;
mod list_parts;
mod upload_part;
mod upload_part_copy;

use platform::{Result, ServiceBuilder};

use crate::{S3, error};

/// Parts are numbered from one to this.
const PARTS_MAX: i32 = 10_000;

pub(crate) fn register(room: ServiceBuilder<S3>) -> ServiceBuilder<S3> {
    room.op::<s3_api::AbortMultipartUpload>()
        .op::<s3_api::CompleteMultipartUpload>()
        .op::<s3_api::CreateMultipartUpload>()
        .op::<s3_api::ListMultipartUploads>()
        .op::<s3_api::ListParts>()
        .op::<s3_api::UploadPart>()
        .op::<s3_api::UploadPartCopy>()
}

/// The number of a part, as the key of its row.
fn part_number(number: i32) -> Result<u32> {
    u32::try_from(number).ok().filter(|_| (1..=PARTS_MAX).contains(&number)).ok_or_else(|| {
        error::invalid_argument(
            "partNumber",
            &number.to_string(),
            "Part number must be an integer between 1 and 10000, inclusive",
        )
    })
}
