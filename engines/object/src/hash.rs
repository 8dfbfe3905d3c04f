//! The digests taken of a body while it is written. MD5 and CRC-64/NVME always, others on demand.
//! Feeding is synchronous; `write.rs` decides on which thread.

use std::ops::BitOr;

use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use sha2::Digest as _;
use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh64::Xxh64;

use crate::md5::{Md5, Together};

/// Which digests to take beyond MD5 and CRC-64/NVME, which are always taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hashes(u8);

impl Hashes {
    /// MD5 and CRC-64/NVME only.
    pub const NONE: Hashes = Hashes(0);
    /// CRC-32 as in zip (ISO-HDLC).
    pub const CRC32: Hashes = Hashes(1);
    /// CRC-32C (Castagnoli).
    pub const CRC32C: Hashes = Hashes(2);
    /// SHA-1.
    pub const SHA1: Hashes = Hashes(4);
    /// SHA-256.
    pub const SHA256: Hashes = Hashes(8);
    /// SHA-512.
    pub const SHA512: Hashes = Hashes(16);
    /// XXH64.
    pub const XXH64: Hashes = Hashes(32);
    /// XXH3, 64 bits.
    pub const XXH3: Hashes = Hashes(64);
    /// XXH3, 128 bits.
    pub const XXH128: Hashes = Hashes(128);

    /// True when every digest of `other` is in this set.
    pub const fn contains(self, other: Hashes) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Hashes {
    type Output = Hashes;

    fn bitor(self, other: Hashes) -> Hashes {
        Hashes(self.0 | other.0)
    }
}

/// Digests of a whole body; the optional ones are there when they were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    pub md5: [u8; 16],
    pub crc64nvme: u64,
    pub crc32: Option<u32>,
    pub crc32c: Option<u32>,
    pub sha1: Option<[u8; 20]>,
    pub sha256: Option<[u8; 32]>,
    pub sha512: Option<[u8; 64]>,
    pub xxh64: Option<u64>,
    pub xxh3: Option<u64>,
    pub xxh128: Option<u128>,
}

/// Bodies up to this size are digested alone: meeting others takes about as long.
const ALONE_MAX: usize = 16 << 10;

/// Digests `chunks` as one body, on this thread. Large ones may wait for those of other bodies.
pub(crate) fn digest_all(hashes: Hashes, chunks: &[Bytes], together: &Together) -> Digests {
    let mut md5 = Md5::default();
    let mut crc = CrcLane::new(hashes);
    if chunks.iter().map(Bytes::len).sum::<usize>() <= ALONE_MAX {
        md5.update(chunks);
    } else {
        md5 = together.update(md5, chunks);
    }
    crc.update(chunks);
    let sha = ShaLane::new(hashes).map(|mut sha| {
        sha.update(chunks);
        sha
    });
    digests(md5, crc, sha)
}

/// Closes the lanes of one body.
pub(crate) fn digests(md5: Md5, crc: CrcLane, sha: Option<ShaLane>) -> Digests {
    let (sha1, sha256, sha512) = match sha {
        Some(ShaLane { sha1, sha256, sha512 }) => (
            sha1.map(|h| h.finalize().into()),
            sha256.map(|h| h.finalize().into()),
            sha512.map(|h| h.finalize().into()),
        ),
        None => (None, None, None),
    };
    Digests {
        md5: md5.finalize(),
        crc64nvme: crc.crc64nvme.finalize(),
        // A 32-bit CRC comes back in the low half of the library's 64.
        crc32: crc.crc32.map(|c| c.finalize() as u32),
        crc32c: crc.crc32c.map(|c| c.finalize() as u32),
        sha1,
        sha256,
        sha512,
        xxh64: crc.xxh64.map(|h| h.digest()),
        xxh3: crc.xxh3.as_ref().filter(|_| crc.xxh3_short).map(|h| h.digest()),
        xxh128: crc.xxh3.as_ref().filter(|_| crc.xxh3_long).map(|h| h.digest128()),
    }
}

/// The CRCs and XXHs: thirty times faster than MD5, so they ride along with the file write.
pub(crate) struct CrcLane {
    crc64nvme: crc_fast::Digest,
    crc32: Option<crc_fast::Digest>,
    crc32c: Option<crc_fast::Digest>,
    xxh64: Option<Xxh64>,
    /// Of both lengths, as only their ends differ.
    xxh3: Option<Box<Xxh3>>,
    xxh3_short: bool,
    xxh3_long: bool,
}

impl CrcLane {
    pub fn new(hashes: Hashes) -> CrcLane {
        let on_demand =
            |hash, algorithm| hashes.contains(hash).then(|| crc_fast::Digest::new(algorithm));
        let (xxh3_short, xxh3_long) =
            (hashes.contains(Hashes::XXH3), hashes.contains(Hashes::XXH128));
        CrcLane {
            crc64nvme: crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme),
            crc32: on_demand(Hashes::CRC32, CrcAlgorithm::Crc32IsoHdlc),
            crc32c: on_demand(Hashes::CRC32C, CrcAlgorithm::Crc32Iscsi),
            xxh64: hashes.contains(Hashes::XXH64).then(|| Xxh64::new(0)),
            xxh3: (xxh3_short || xxh3_long).then(Box::default),
            xxh3_short,
            xxh3_long,
        }
    }

    pub fn update(&mut self, chunks: &[Bytes]) {
        let wanted = [Some(&mut self.crc64nvme), self.crc32.as_mut(), self.crc32c.as_mut()];
        for crc in wanted.into_iter().flatten() {
            for chunk in chunks {
                crc.update(chunk);
            }
        }
        for chunk in chunks {
            if let Some(xxh64) = &mut self.xxh64 {
                xxh64.update(chunk);
            }
            if let Some(xxh3) = &mut self.xxh3 {
                xxh3.update(chunk);
            }
        }
    }
}

/// The SHAs: a third lane, only when asked for.
pub(crate) struct ShaLane {
    sha1: Option<sha1::Sha1>,
    sha256: Option<sha2::Sha256>,
    sha512: Option<sha2::Sha512>,
}

impl ShaLane {
    pub fn new(hashes: Hashes) -> Option<ShaLane> {
        let sha1 = hashes.contains(Hashes::SHA1).then(sha1::Sha1::default);
        let sha256 = hashes.contains(Hashes::SHA256).then(sha2::Sha256::default);
        let sha512 = hashes.contains(Hashes::SHA512).then(sha2::Sha512::default);
        let any = sha1.is_some() || sha256.is_some() || sha512.is_some();
        any.then_some(ShaLane { sha1, sha256, sha512 })
    }

    pub fn update(&mut self, chunks: &[Bytes]) {
        for chunk in chunks {
            if let Some(sha1) = &mut self.sha1 {
                sha1.update(chunk);
            }
            if let Some(sha256) = &mut self.sha256 {
                sha256.update(chunk);
            }
            if let Some(sha512) = &mut self.sha512 {
                sha512.update(chunk);
            }
        }
    }
}

/// CRC-32C of bytes under a seed, which binds a checksum to the place the bytes belong to: a
/// block written elsewhere does not verify although its bytes are whole.
pub(crate) fn seeded_crc32c(seed: [u64; 2], bytes: &[u8]) -> u32 {
    let mut crc = crc32c_seed(seed);
    crc.update(bytes);
    crc.finalize() as u32
}

/// Starts a CRC-32C as [`seeded_crc32c`] does, for bytes that come in several slices.
pub(crate) fn crc32c_seed(seed: [u64; 2]) -> crc_fast::Digest {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&seed[0].to_le_bytes());
    bytes[8..].copy_from_slice(&seed[1].to_le_bytes());
    let mut crc = crc_fast::Digest::new(CrcAlgorithm::Crc32Iscsi);
    crc.update(&bytes);
    crc
}

/// CRC-64/NVME of `bytes`.
pub fn crc64nvme(bytes: &[u8]) -> u64 {
    crc_fast::checksum(CrcAlgorithm::Crc64Nvme, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values every CRC catalogue gives for these nine digits.
    #[test]
    fn known_answers() {
        let all = Hashes(u8::MAX);
        let split = [Bytes::from_static(b"1234"), Bytes::from_static(b"56789")];
        let digests = digest_all(all, &split, &Together::default());
        assert_eq!(digests.crc32, Some(0xcbf4_3926));
        assert_eq!(digests.crc32c, Some(0xe306_9283));
        assert_eq!(digests.crc64nvme, 0xae8b_1486_0a79_9888);
        assert_eq!(digests.md5[..4], [0x25, 0xf9, 0xe7, 0x94]);
        assert_eq!(digests.sha1.unwrap()[..4], [0xf7, 0xc3, 0xbc, 0x1d]);
        assert_eq!(digests.sha256.unwrap()[..4], [0x15, 0xe2, 0xb0, 0xd3]);
        assert_eq!(digests.sha512.unwrap()[..4], [0xd9, 0xe6, 0x76, 0x2d]);
        assert_eq!(digests.xxh64, Some(0x8cb8_41db_40e6_ae83));
        assert_eq!(digests.xxh3, Some(xxhash_rust::xxh3::xxh3_64(b"123456789")));
        assert_eq!(digests.xxh128, Some(xxhash_rust::xxh3::xxh3_128(b"123456789")));
    }

    #[test]
    fn only_what_was_asked_for() {
        let digests = digest_all(Hashes::SHA1, &[], &Together::default());
        assert!(digests.sha1.is_some() && digests.sha256.is_none() && digests.crc32.is_none());
        assert!(digests.sha512.is_none() && digests.xxh64.is_none());
        let digests = digest_all(Hashes::XXH128, &[], &Together::default());
        assert!(digests.xxh3.is_none() && digests.xxh128.is_some());
    }

    #[test]
    fn the_seed_tells_two_places_apart() {
        assert_ne!(seeded_crc32c([1, 0], b"block"), seeded_crc32c([1, 1], b"block"));
    }
}
