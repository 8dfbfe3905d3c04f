//! Sealing: stored bytes that tell nothing without the key they were sealed with.
//!
//! AES-256 in counter mode, which keeps lengths and lets any range be read alone. A caller's
//! [`Key`] seals any number of blobs: each draws a random salt, and is encrypted under a key of its
//! own, derived from both, so no two blobs share a byte of key stream. The checksums of packs and
//! files are over the sealed bytes; compaction and sweeps need no key.
//!
//! It keeps secrets, and the checksums find damage. It does not find a forger who may write to the
//! folder, computes the checksums anew and lets a reader see other bytes. Nor does it tell a wrong
//! key, which yields noise: whoever takes keys from outside compares them first.

use std::fmt;

use aes::Aes256Enc;
use aes::cipher::{Block, BlockCipherEncrypt, KeyInit};
use bytes::{Bytes, BytesMut};
use hmac::{Hmac, Mac};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::{Error, Result};

/// Bytes of a block of AES.
const BLOCK: usize = 16;
/// Blocks encrypted at once: with 64 the widest instructions of today are full, and with 256 what
/// stands around them counts less (measured: 3.6 and 4.6 GB/s).
const FEW: usize = 64;
const MANY: usize = 256;
/// Sets these derivations apart from others that may be made of a caller's key.
const PURPOSE: &[u8] = b"sealed blob";

/// A key that seals and opens blobs. Clones are cheap.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// The key of these bytes, which should be random.
    pub fn new(bytes: &[u8; 32]) -> Key {
        // The key fits a block of the hash, as any does that HMAC takes as it is.
        Key(<Hmac<Sha256> as Mac>::new_from_slice(bytes).expect("HMAC takes keys of any length"))
    }

    /// The cipher of the blob that drew this salt.
    pub(crate) fn cipher(&self, salt: Salt) -> Cipher {
        // One block of HKDF-Expand (RFC 5869).
        let mut mac = self.0.clone();
        mac.update(PURPOSE);
        mac.update(&salt.0[0].to_le_bytes());
        mac.update(&salt.0[1].to_le_bytes());
        mac.update(&[1]);
        let key: [u8; 32] = mac.finalize().into_bytes().into();
        Cipher(Aes256Enc::new(&key.into()))
    }
}

/// Never shows the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// What a blob's own key is derived from besides its caller's: 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salt([u64; 2]);

impl Salt {
    /// Drawn from the operating system: one drawn from a seed would come again in a run that
    /// repeats the seed, and with it the key stream.
    pub(crate) fn draw() -> Result<Salt> {
        let word = || OsRng.try_next_u64().map_err(|_| Error::NoRandomness);
        Ok(Salt([word()?, word()?]))
    }
}

/// The cipher of one blob.
#[derive(Clone)]
pub(crate) struct Cipher(Aes256Enc);

impl Cipher {
    /// Seals or opens `bytes`, which begin `at` bytes into the blob.
    pub fn apply(&self, at: u64, bytes: &mut [u8]) {
        let block = BLOCK as u64;
        let mut counter = at / block;
        // Up to the first border of a block, then many blocks at once.
        let within = (at % block) as usize;
        let head = if within == 0 { 0 } else { bytes.len().min(BLOCK - within) };
        let (head, rest) = bytes.split_at_mut(head);
        if !head.is_empty() {
            let mut stream = [Block::<Aes256Enc>::default()];
            self.fill(&mut counter, &mut stream);
            xor(head, &stream[0][within..]);
        }
        match rest.len() {
            few if few <= BLOCK * FEW => self.xor_stream::<FEW>(counter, rest),
            _ => self.xor_stream::<MANY>(counter, rest),
        }
    }

    /// Applies the key stream from a block on, `N` blocks at a time.
    fn xor_stream<const N: usize>(&self, mut counter: u64, bytes: &mut [u8]) {
        let mut stream = [Block::<Aes256Enc>::default(); N];
        for chunk in bytes.chunks_mut(BLOCK * N) {
            let stream = &mut stream[..chunk.len().div_ceil(BLOCK)];
            self.fill(&mut counter, stream);
            let (blocks, tail) = chunk.as_chunks_mut::<BLOCK>();
            let whole = blocks.len();
            for (bytes, key) in blocks.iter_mut().zip(stream.iter()) {
                let key: [u8; BLOCK] = (*key).into();
                *bytes = (u128::from_ne_bytes(*bytes) ^ u128::from_ne_bytes(key)).to_ne_bytes();
            }
            if let Some(key) = stream.get(whole) {
                xor(tail, key);
            }
        }
    }

    /// The next blocks of the key stream: numbers of 128 bits, of which no blob needs the upper 64.
    fn fill(&self, counter: &mut u64, stream: &mut [Block<Aes256Enc>]) {
        for block in stream.iter_mut() {
            let mut number = [0; BLOCK];
            number[8..].copy_from_slice(&counter.to_be_bytes());
            *block = number.into();
            *counter = counter.wrapping_add(1);
        }
        self.0.encrypt_blocks(stream);
    }

    /// The sealed bytes of `chunks`, which begin `at` bytes into the blob.
    pub fn seal(&self, at: u64, chunks: &[Bytes]) -> Bytes {
        let mut sealed = BytesMut::with_capacity(chunks.iter().map(Bytes::len).sum());
        chunks.iter().for_each(|chunk| sealed.extend_from_slice(chunk));
        self.apply(at, &mut sealed);
        sealed.freeze()
    }

    /// Opens bytes that begin `at` bytes into the blob; in place where nobody else has them.
    pub fn open(&self, at: u64, sealed: Bytes) -> Bytes {
        let mut bytes = sealed.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
        self.apply(at, &mut bytes);
        bytes.freeze()
    }
}

fn xor(bytes: &mut [u8], key: &[u8]) {
    bytes.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ctr::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
    use proptest::prelude::*;

    fn cipher(key: [u8; 32]) -> Cipher {
        Cipher(Aes256Enc::new(&key.into()))
    }

    proptest! {
        /// Any range, however cut, is what another implementation of the mode makes of it.
        #[test]
        fn the_mode_is_ctr(key: [u8; 32], at in 0..5_000u64, len in 0..4_000usize, cut in 0..4_000usize) {
            let plain: Vec<u8> = (0..len).map(|i| (i * 7) as u8).collect();
            let mut expected = plain.clone();
            let mut other = ctr::Ctr128BE::<aes::Aes256>::new(&key.into(), &[0; 16].into());
            other.seek(at);
            other.apply_keystream(&mut expected);
            let mut sealed = plain.clone();
            let (first, second) = sealed.split_at_mut(cut.min(len));
            cipher(key).apply(at, first);
            cipher(key).apply(at + first.len() as u64, second);
            prop_assert_eq!(&sealed, &expected);
            prop_assert_eq!(cipher(key).open(at, sealed.into()), plain);
        }
    }

    #[test]
    fn salts_and_keys_make_different_streams() {
        let (key, other) = (Key::new(&[1; 32]), Key::new(&[2; 32]));
        let (a, b) = (Salt::draw().unwrap(), Salt::draw().unwrap());
        assert_ne!(a, b);
        let zeros = [Bytes::from_static(&[0; 40])];
        let streams = [key.cipher(a), key.cipher(b), other.cipher(a)].map(|c| c.seal(0, &zeros));
        assert_ne!(streams[0], streams[1]);
        assert_ne!(streams[0], streams[2]);
        assert_eq!(streams[0], Key::new(&[1; 32]).cipher(a).seal(0, &zeros));
        assert_eq!(format!("{key:?}"), "Key");
    }
}
