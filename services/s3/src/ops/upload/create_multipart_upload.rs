//! `CreateMultipartUpload`: begins an upload in parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    ChecksumType, CreateMultipartUpload, CreateMultipartUploadInput, CreateMultipartUploadOutput,
};

use crate::access::acl::{self, acl_headers};
use crate::checksum::{self, Algorithm};
use crate::classes::Class;
use crate::lock::{self, lock_headers};
use crate::model::Upload;
use crate::ops::object::{headers::header_input, headers_of, may_put_acl, may_tag};
use crate::store::{self, UPLOADS};
use crate::{S3, classes, encryption, error, lifecycle, names};

/// Length of an upload's id, which sorts by its beginning.
const RANDOM_CHARACTERS: usize = 48;

impl Handle<CreateMultipartUpload> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        mut input: CreateMultipartUploadInput,
    ) -> Result<CreateMultipartUploadOutput> {
        names::check_key(&input.key)?;
        let asked = encryption::asked!(ctx, input)?;
        let storage_class = classes::asked(input.storage_class)?;
        let algorithm = input.checksum_algorithm.map(Algorithm::of);
        let full_object = full_object(algorithm, input.checksum_type)?;
        let (headers, tags) = headers_of(header_input!(input))?;
        may_tag(ctx, (&input.bucket, &input.key), &tags).await?;
        let acl_headers = acl_headers!(input);
        let locking = lock_headers!(input);
        lock::may_set(ctx, (&input.bucket, &input.key), locking).await?;
        may_put_acl(ctx, (&input.bucket, &input.key), acl_headers).await?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let defaults = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            acl::of_new(ctx, (name, &bucket), key, acl_headers)?;
            encryption::defaults(tx, (name, &bucket))
        })?;
        let sealing = self.seal(ctx, (name, key), &asked, &defaults).await?;
        let now = ctx.now();
        let upload_id = format!("{:016x}{}", now.as_micros(), ctx.ids().hex(RANDOM_CHARACTERS));
        let mut upload = Upload {
            initiated: now.floor_millis(),
            headers,
            storage_class,
            tags,
            algorithm,
            full_object,
            initiator: ctx.caller().display_name().to_owned(),
            encryption: Some(sealing.encryption),
            acl: None,
            lock: None,
        };
        let bucket = ctx
            .write(|tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                (_, upload.acl) = acl::of_new(ctx, (name, &bucket), key, acl_headers)?;
                upload.lock = lock::explicit(ctx, &bucket, locking)?;
                UPLOADS.put(tx, &(name, key, upload_id.as_str()), &upload)?;
                Ok::<_, Fail>(bucket)
            })
            .await?;
        let abort = lifecycle::abortion(ctx, (name, &bucket), key, upload.initiated)?;
        let (abort_date, abort_rule_id) = abort.unzip();
        classes::bill(ctx, Class::of(upload.storage_class.as_deref()));
        let mut output = CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload_id),
            abort_date,
            abort_rule_id,
            checksum_algorithm: algorithm.map(Algorithm::name),
            checksum_type: algorithm.map(|_| checksum::kind_of(full_object)),
            ..Default::default()
        };
        encryption::tell_made!(output, upload.encryption.as_ref(), asked.customer());
        Ok(output)
    }
}

/// What the object's checksum will be over. CRC64NVME is only of whole objects, hashes only of
/// parts; the others default to parts.
fn full_object(algorithm: Option<Algorithm>, asked: Option<ChecksumType>) -> Result<bool> {
    let unfit = |kind: &str, name: &str| {
        Err(error::invalid_request(format!(
            "The {kind} checksum type cannot be used with the {name} checksum algorithm."
        )))
    };
    match (algorithm, asked) {
        (None, Some(_)) => Err(error::invalid_request(
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm \
             header.",
        )),
        (None, None) => Ok(true),
        (Some(Algorithm::Crc64Nvme), Some(ChecksumType::Composite)) => {
            unfit("COMPOSITE", "crc64nvme")
        }
        (Some(Algorithm::Crc64Nvme), _) => Ok(true),
        (Some(algorithm), Some(ChecksumType::FullObject)) if algorithm.combines().is_none() => {
            unfit("FULL_OBJECT", &algorithm.name().as_str().to_lowercase())
        }
        (Some(_), asked) => Ok(asked == Some(ChecksumType::FullObject)),
    }
}
