//! The algorithms of keys that are not symmetric, over material as it is kept: a private key as a
//! PKCS #8 document, the secret of a MAC as bytes.
//!
//! Nothing here knows of keys, states or policies. Everything goes wrong in one way, because what
//! exactly is wrong with a ciphertext or signature is not told.

pub(crate) mod ecc;
pub(crate) mod key_wrap;
pub(crate) mod mac;
pub(crate) mod rsa;

use std::convert::Infallible;

use ::rsa::rand_core::{TryCryptoRng, TryRng};
use ::rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use platform::secret_bytes;

/// The bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unfit;

/// The hash of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The length of its digests, in bytes.
    pub fn length(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }

    pub fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(message).to_vec(),
            Hash::Sha384 => Sha384::digest(message).to_vec(),
            Hash::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

/// The operating system's randomness, as these algorithms ask for it.
struct Random;

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes(secret_bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes(secret_bytes()))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        for chunk in into.chunks_mut(64) {
            chunk.copy_from_slice(&secret_bytes::<64>()[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Random {}
