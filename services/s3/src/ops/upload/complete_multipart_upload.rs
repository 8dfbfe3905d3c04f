//! `CompleteMultipartUpload`: makes an object of parts, without copying their bytes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use aquifer_object::BlobRef;
use md5::{Digest, Md5};
use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    CompleteMultipartUpload, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CompletedPart,
};

use crate::changes::By;
use crate::checksum::{self, Algorithm, Checksum, Place, given_checksum, set_checksum};
use crate::encryption::{Told, check_part_key, customer_key};
use crate::model::{Part, PartOf, Upload, Version, Versioning};
use crate::store::{self, CURRENT};
use crate::{S3, classes, condition, error, lifecycle, lock, versions};

/// Every part but the last holds at least this many bytes: 5 MiB.
const PART_BYTES_MIN: u64 = 5 << 20;

impl Handle<CompleteMultipartUpload> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CompleteMultipartUploadInput,
    ) -> Result<CompleteMultipartUploadOutput> {
        let customer = customer_key!(ctx, input);
        let listed = input.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref());
        let listed = listed.filter(|parts| !parts.is_empty()).ok_or_else(error::malformed_xml)?;
        let (name, key, upload_id) =
            (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
        let given: Option<(Algorithm, String)> = given_checksum!(input);
        let (bucket, version, freed) = ctx
            .write(|tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                let upload = store::upload(tx, name, key, upload_id)?;
                let (if_match, if_none_match) = (&input.if_match, &input.if_none_match);
                let current = CURRENT.get(tx, &(name, key))?;
                condition::check_write(
                    key,
                    current.as_ref(),
                    if_match.as_deref(),
                    if_none_match.as_deref(),
                )?;
                let parts = store::parts(tx, upload_id)?;
                check_kind(&upload, &input)?;
                check_part_key(&upload, customer.as_ref(), upload.algorithm.is_some())?;
                let chosen = choose(&upload, listed, &parts)?;
                let size: u64 = chosen.iter().map(|(_, part)| part.size).sum();
                self.check_size(size)?;
                let owner = bucket.owner_of_new(ctx, upload.acl.as_ref());
                let mut version =
                    assemble(&upload, &chosen, given.as_ref(), input.mpu_object_size, owner)?;
                let locked = upload.lock.clone();
                version.lock = lock::with_default(ctx, tx, (name, &bucket), locked)?;
                let by = By::CompleteMultipartUpload;
                let (version, replaced) =
                    versions::put(ctx, tx, (name, &bucket), key, version, by)?;
                let mut freed: Vec<BlobRef> = replaced.into_iter().collect();
                store::forget_parts(tx, ctx.now(), (name, key, upload_id), &parts)?;
                // Both are in the order of their numbers.
                let left_out = parts.into_iter().filter(|(number, _)| {
                    chosen.binary_search_by_key(number, |(number, _)| *number).is_err()
                });
                freed.extend(left_out.map(|(_, part)| part.blob));
                Ok::<_, Fail>((bucket, version, freed))
            })
            .await?;
        self.free(freed).await;
        classes::bill(ctx, version.class());
        let mut output = CompleteMultipartUploadOutput {
            location: Some(format!("/{name}/{key}")),
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            e_tag: Some(version.quoted_etag()),
            checksum_type: version.checksum.as_ref().map(checksum::kind),
            expiration: lifecycle::expiration(ctx, (name, &bucket), key, &version)?,
            version_id: (bucket.versioning != Versioning::Never)
                .then(|| version.id_text().to_owned()),
            ..Default::default()
        };
        set_checksum!(output, &version.checksum);
        let told = Told::of(version.encryption.as_ref(), None);
        output.server_side_encryption = told.method;
        output.ssekms_key_id = told.kms_key;
        output.bucket_key_enabled = told.bucket_key;
        Ok(output)
    }
}

/// What the object's checksum is over was said at the beginning.
fn check_kind(upload: &Upload, input: &CompleteMultipartUploadInput) -> Result<()> {
    let kind = checksum::kind_of(upload.full_object);
    if input.checksum_type.is_none_or(|asked| asked == kind) {
        return Ok(());
    }
    Err(error::invalid_request(format!(
        "The upload was created using the {} checksum mode. The complete request must use the \
         same checksum mode.",
        kind.as_str()
    )))
}

/// The parts a client lists, checked against what was sent.
fn choose(
    upload: &Upload,
    listed: &[CompletedPart],
    parts: &[(u32, Part)],
) -> Result<Vec<(u32, Part)>> {
    let invalid = || {
        Fail::new(
            "InvalidPart",
            400,
            "One or more of the specified parts could not be found.  The part may not have been \
             uploaded, or the specified entity tag may not match the part's entity tag.",
        )
    };
    let mut chosen: Vec<(u32, Part)> = Vec::with_capacity(listed.len());
    for wanted in listed {
        let number = super::part_number(wanted.part_number.ok_or_else(error::malformed_xml)?)?;
        if chosen.last().is_some_and(|(last, _)| *last >= number) {
            let message = "The list of parts was not in ascending order. Parts must be ordered by \
                           part number.";
            return Err(Fail::new("InvalidPartOrder", 400, message));
        }
        let etag = wanted.e_tag.as_deref().ok_or_else(error::malformed_xml)?.trim_matches('"');
        let at = parts.binary_search_by_key(&number, |(number, _)| *number);
        let part = at.ok().and_then(|at| parts.get(at)).map(|(_, part)| part);
        let part = part.filter(|part| part.etag == etag).ok_or_else(invalid)?;
        if !is_as_listed(upload, wanted, number, part)? {
            return Err(invalid());
        }
        chosen.push((number, part.clone()));
    }
    let all_but_last = &chosen[..chosen.len().saturating_sub(1)];
    if let Some((number, part)) = all_but_last.iter().find(|(_, p)| p.size < PART_BYTES_MIN) {
        let message = "Your proposed upload is smaller than the minimum allowed size";
        return Err(Fail::new("EntityTooSmall", 400, message)
            .with("PartNumber", number.to_string())
            .with("ProposedSize", part.size.to_string())
            .with("MinSizeAllowed", PART_BYTES_MIN.to_string())
            .with("ETag", part.etag.clone()));
    }
    Ok(chosen)
}

/// Whether a part's checksum is the listed one. One that goes into the object's has to be listed.
fn is_as_listed(upload: &Upload, wanted: &CompletedPart, number: u32, part: &Part) -> Result<bool> {
    let listed: Option<(Algorithm, String)> = given_checksum!(wanted);
    match (listed, upload.algorithm) {
        (Some((algorithm, value)), _) => {
            let mut known = part.checksum.iter().chain(&part.said);
            Ok(known.any(|known| known.algorithm == algorithm && known.value == value))
        }
        (None, Some(algorithm)) if !upload.full_object => {
            let algorithm = algorithm.in_words();
            Err(error::invalid_request(format!(
                "The upload was created using a {algorithm} checksum. The complete request must \
                 include the checksum for each part. It was missing for part {number} in the \
                 request."
            )))
        }
        (None, _) => Ok(true),
    }
}

/// Checks the checksum that a client says the object has.
fn check_given(
    expected: Algorithm,
    computed: Option<&Checksum>,
    (algorithm, value): &(Algorithm, String),
) -> Result<()> {
    if *algorithm != expected {
        return Err(error::checksum_mismatch(expected, Some(*algorithm)));
    }
    // One made of checksums may be given with the number of parts and without.
    let bare = |value: &str| value.split_once('-').map_or(value, |(bare, _)| bare).to_owned();
    algorithm.parse(&bare(value), Place::Header)?;
    let same = computed.is_some_and(|known| {
        known.value == *value || !known.full_object && bare(&known.value) == *value
    });
    if same { Ok(()) } else { Err(error::bad_checksum(*algorithm)) }
}

/// The object that the parts make.
fn assemble(
    upload: &Upload,
    chosen: &[(u32, Part)],
    given: Option<&(Algorithm, String)>,
    declared_size: Option<i64>,
    owner: platform::AccountId,
) -> Result<Version> {
    let size: u64 = chosen.iter().map(|(_, part)| part.size).sum();
    if declared_size.is_some_and(|declared| u64::try_from(declared) != Ok(size)) {
        return Err(error::invalid_request(
            "The provided 'x-amz-mp-object-size' header does not match what was computed.",
        ));
    }
    let mut md5 = Md5::new();
    for (_, part) in chosen {
        md5.update(hex::decode(&part.etag).map_err(Fail::internal)?);
    }
    let algorithm = upload.algorithm.unwrap_or(Algorithm::Crc64Nvme);
    let checksums: Vec<(Option<&Checksum>, u64)> =
        chosen.iter().map(|(_, part)| (part.checksum.as_ref(), part.size)).collect();
    let checksum = algorithm.of_parts(&checksums, upload.full_object);
    if let Some(given) = given {
        check_given(algorithm, checksum.as_ref(), given)?;
    }
    // Parts tell checksums of their own only where the object's is made of them.
    let keep = checksum.as_ref().is_some_and(|checksum| !checksum.full_object);
    let part_of = |(number, part): &(u32, Part)| PartOf {
        number: i32::try_from(*number).unwrap_or(i32::MAX),
        size: part.size,
        checksum: part.checksum.clone().filter(|_| keep),
    };
    Ok(Version {
        blob: BlobRef::chain(chosen.iter().map(|(_, part)| part.blob.clone())),
        size,
        etag: format!("{}-{}", hex::encode(md5.finalize()), chosen.len()),
        encryption: upload.encryption.clone(),
        headers: upload.headers.clone(),
        storage_class: upload.storage_class.clone(),
        checksum,
        tags: upload.tags.clone(),
        parts: chosen.iter().map(part_of).collect(),
        acl: upload.acl.clone(),
        ..Version::new(owner, upload.initiated)
    })
}
