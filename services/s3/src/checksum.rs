//! Checksums of objects: which, of what, and how clients write them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use aquifer_object::{Crc, Digests, Hashes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::Result;
use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::error;

/// The algorithms computed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    Sha512,
    Md5,
    Xxhash64,
    Xxhash3,
    Xxhash128,
}

/// A checksum that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub algorithm: Algorithm,
    /// Base64; `…-N` where it is over the checksums of N parts.
    pub value: String,
    /// Whether it is over the object's bytes.
    pub full_object: bool,
}

/// Where a client writes a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Header,
    Trailer,
}

impl Algorithm {
    pub const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::Xxhash64,
        Self::Xxhash3,
        Self::Xxhash128,
    ];

    /// The algorithm of a modelled name.
    pub fn of(name: s3_api::ChecksumAlgorithm) -> Self {
        use s3_api::ChecksumAlgorithm as Name;
        match name {
            Name::Crc32 => Self::Crc32,
            Name::Crc32C => Self::Crc32c,
            Name::Crc64Nvme => Self::Crc64Nvme,
            Name::Sha1 => Self::Sha1,
            Name::Sha256 => Self::Sha256,
            Name::Sha512 => Self::Sha512,
            Name::Md5 => Self::Md5,
            Name::Xxhash64 => Self::Xxhash64,
            Name::Xxhash3 => Self::Xxhash3,
            Name::Xxhash128 => Self::Xxhash128,
        }
    }

    pub fn name(self) -> s3_api::ChecksumAlgorithm {
        use s3_api::ChecksumAlgorithm as Name;
        match self {
            Self::Crc32 => Name::Crc32,
            Self::Crc32c => Name::Crc32C,
            Self::Crc64Nvme => Name::Crc64Nvme,
            Self::Sha1 => Name::Sha1,
            Self::Sha256 => Name::Sha256,
            Self::Sha512 => Name::Sha512,
            Self::Md5 => Name::Md5,
            Self::Xxhash64 => Name::Xxhash64,
            Self::Xxhash3 => Name::Xxhash3,
            Self::Xxhash128 => Name::Xxhash128,
        }
    }

    /// The header or trailer that carries it.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Sha512 => "x-amz-checksum-sha512",
            Self::Md5 => "x-amz-checksum-md5",
            Self::Xxhash64 => "x-amz-checksum-xxhash64",
            Self::Xxhash3 => "x-amz-checksum-xxhash3",
            Self::Xxhash128 => "x-amz-checksum-xxhash128",
        }
    }

    /// Its name within AWS's sentences.
    pub fn in_words(self) -> String {
        self.name().as_str().to_lowercase()
    }

    /// Bytes of its value.
    fn width(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme | Self::Xxhash64 | Self::Xxhash3 => 8,
            Self::Md5 | Self::Xxhash128 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// A value as a client writes it in a header, or in one that follows the body.
    ///
    /// # Errors
    /// `InvalidRequest` for what is none.
    pub fn parse(self, value: &str, place: Place) -> Result<Vec<u8>> {
        let bytes = STANDARD.decode(value).ok().filter(|bytes| bytes.len() == self.width());
        bytes.ok_or_else(|| {
            let place = match place {
                Place::Header => "header",
                Place::Trailer => "trailing header",
            };
            error::invalid_request(format!("Value for {} {place} is invalid.", self.header()))
        })
    }

    /// What the object engine has to compute for it.
    pub fn hashes(self) -> Hashes {
        match self {
            Self::Crc32 => Hashes::CRC32,
            Self::Crc32c => Hashes::CRC32C,
            Self::Crc64Nvme | Self::Md5 => Hashes::NONE,
            Self::Sha1 => Hashes::SHA1,
            Self::Sha256 => Hashes::SHA256,
            Self::Sha512 => Hashes::SHA512,
            Self::Xxhash64 => Hashes::XXH64,
            Self::Xxhash3 => Hashes::XXH3,
            Self::Xxhash128 => Hashes::XXH128,
        }
    }

    /// This checksum among those of a whole body, in base64.
    pub fn pick(self, digests: &Digests) -> Option<String> {
        Some(match self {
            Self::Crc32 => STANDARD.encode(digests.crc32?.to_be_bytes()),
            Self::Crc32c => STANDARD.encode(digests.crc32c?.to_be_bytes()),
            Self::Crc64Nvme => STANDARD.encode(digests.crc64nvme.to_be_bytes()),
            Self::Sha1 => STANDARD.encode(digests.sha1?),
            Self::Sha256 => STANDARD.encode(digests.sha256?),
            Self::Sha512 => STANDARD.encode(digests.sha512?),
            Self::Md5 => STANDARD.encode(digests.md5),
            Self::Xxhash64 => STANDARD.encode(digests.xxh64?.to_be_bytes()),
            Self::Xxhash3 => STANDARD.encode(digests.xxh3?.to_be_bytes()),
            Self::Xxhash128 => STANDARD.encode(digests.xxh128?.to_be_bytes()),
        })
    }

    /// Whether it can be told for a whole from its parts, as CRCs can.
    pub fn combines(self) -> Option<Crc> {
        match self {
            Self::Crc32 => Some(Crc::Crc32),
            Self::Crc32c => Some(Crc::Crc32c),
            Self::Crc64Nvme => Some(Crc::Crc64Nvme),
            Self::Sha1
            | Self::Sha256
            | Self::Sha512
            | Self::Md5
            | Self::Xxhash64
            | Self::Xxhash3
            | Self::Xxhash128 => None,
        }
    }

    /// The checksum of an object from those of its parts: over the bytes for `full_object`, else
    /// over the parts' checksums. `None` when a part's is missing or cannot be read.
    pub fn of_parts(
        self,
        parts: &[(Option<&Checksum>, u64)],
        full_object: bool,
    ) -> Option<Checksum> {
        let decoded: Vec<(Vec<u8>, u64)> = parts
            .iter()
            .map(|(checksum, size)| {
                let checksum = checksum.filter(|checksum| checksum.algorithm == self)?;
                Some((STANDARD.decode(&checksum.value).ok()?, *size))
            })
            .collect::<Option<_>>()?;
        if full_object {
            let crc = self.combines()?;
            let number =
                |bytes: &[u8]| bytes.iter().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte));
            let mut rest = decoded.iter();
            let (first, _) = rest.next()?;
            let whole = rest
                .fold(number(first), |whole, (next, size)| crc.combine(whole, number(next), *size));
            let width = first.len();
            let bytes = whole.to_be_bytes();
            let value = STANDARD.encode(bytes.get(8 - width..)?);
            return Some(Checksum { algorithm: self, value, full_object: true });
        }
        let joined: Vec<u8> = decoded.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        let hash = match self {
            Self::Crc32 => crc32fast::hash(&joined).to_be_bytes().to_vec(),
            Self::Crc32c => (crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, &joined)
                as u32)
                .to_be_bytes()
                .to_vec(),
            Self::Crc64Nvme => return None,
            Self::Sha1 => sha1::Sha1::digest(&joined).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(&joined).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(&joined).to_vec(),
            Self::Md5 => md5::Md5::digest(&joined).to_vec(),
            Self::Xxhash64 => xxhash_rust::xxh64::xxh64(&joined, 0).to_be_bytes().to_vec(),
            Self::Xxhash3 => xxhash_rust::xxh3::xxh3_64(&joined).to_be_bytes().to_vec(),
            Self::Xxhash128 => xxhash_rust::xxh3::xxh3_128(&joined).to_be_bytes().to_vec(),
        };
        let value = format!("{}-{}", STANDARD.encode(hash), parts.len());
        Some(Checksum { algorithm: self, value, full_object: false })
    }
}

/// Sets the member of an answer that carries a checksum.
macro_rules! set_checksum {
    ($to:expr, $checksum:expr) => {
        if let Some(checksum) = $checksum {
            let value = Some(checksum.value.clone());
            match checksum.algorithm {
                $crate::checksum::Algorithm::Crc32 => $to.checksum_crc32 = value,
                $crate::checksum::Algorithm::Crc32c => $to.checksum_crc32_c = value,
                $crate::checksum::Algorithm::Crc64Nvme => $to.checksum_crc64_nvme = value,
                $crate::checksum::Algorithm::Sha1 => $to.checksum_sha1 = value,
                $crate::checksum::Algorithm::Sha256 => $to.checksum_sha256 = value,
                $crate::checksum::Algorithm::Sha512 => $to.checksum_sha512 = value,
                $crate::checksum::Algorithm::Md5 => $to.checksum_md5 = value,
                $crate::checksum::Algorithm::Xxhash64 => $to.checksum_xxhash64 = value,
                $crate::checksum::Algorithm::Xxhash3 => $to.checksum_xxhash3 = value,
                $crate::checksum::Algorithm::Xxhash128 => $to.checksum_xxhash128 = value,
            }
        }
    };
}

/// The checksum an input carries, if it carries one.
macro_rules! given_checksum {
    ($input:expr) => {
        [
            ($crate::checksum::Algorithm::Crc32, &$input.checksum_crc32),
            ($crate::checksum::Algorithm::Crc32c, &$input.checksum_crc32_c),
            ($crate::checksum::Algorithm::Crc64Nvme, &$input.checksum_crc64_nvme),
            ($crate::checksum::Algorithm::Sha1, &$input.checksum_sha1),
            ($crate::checksum::Algorithm::Sha256, &$input.checksum_sha256),
            ($crate::checksum::Algorithm::Sha512, &$input.checksum_sha512),
            ($crate::checksum::Algorithm::Md5, &$input.checksum_md5),
            ($crate::checksum::Algorithm::Xxhash64, &$input.checksum_xxhash64),
            ($crate::checksum::Algorithm::Xxhash3, &$input.checksum_xxhash3),
            ($crate::checksum::Algorithm::Xxhash128, &$input.checksum_xxhash128),
        ]
        .into_iter()
        .find_map(|(algorithm, value)| Some((algorithm, value.clone()?)))
    };
}

pub(crate) use {given_checksum, set_checksum};

/// The modelled name of what a checksum is over.
pub(crate) fn kind(checksum: &Checksum) -> s3_api::ChecksumType {
    kind_of(checksum.full_object)
}

/// The modelled name of what a checksum is over, if it is over an object's bytes, and if not.
pub(crate) fn kind_of(full_object: bool) -> s3_api::ChecksumType {
    if full_object { s3_api::ChecksumType::FullObject } else { s3_api::ChecksumType::Composite }
}
