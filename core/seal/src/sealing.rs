//! AES-256-GCM under one key: bytes in, sealed bytes out, and back.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use rand::{TryRngCore, rngs::OsRng};

/// The layout written today: this byte, the nonce, the ciphertext, the tag.
const LAYOUT: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// A key that seals and opens. Making one costs a few hundred nanoseconds; keep it where it is used
/// often.
#[derive(Clone)]
pub struct SealingKey(Aes256Gcm);

/// The bytes were not sealed with this key and this associated data, or were changed since. Which
/// of these is not told, because the difference helps only those who probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes cannot be opened with this key")]
pub struct NotOpened;

impl SealingKey {
    /// How much longer sealed bytes are than what they hold.
    pub const OVERHEAD: usize = 1 + NONCE_BYTES + TAG_BYTES;

    /// A key of these bytes, such as a data key that came sealed itself.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(bytes.into()))
    }

    /// Seals bytes. What is opened must give the same associated data, which is not in the result.
    pub fn seal(&self, bytes: &[u8], associated: &[u8]) -> Vec<u8> {
        let nonce = secret_bytes::<NONCE_BYTES>();
        let payload = Payload { msg: bytes, aad: associated };
        let sealed = self
            .0
            .encrypt(&nonce.into(), payload)
            .expect("AES-GCM refuses only messages beyond 64 GiB, which do not fit in memory");
        let mut whole = Vec::with_capacity(Self::OVERHEAD + bytes.len());
        whole.push(LAYOUT);
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        whole
    }

    /// Opens what [`SealingKey::seal`] answered.
    ///
    /// # Errors
    /// [`NotOpened`], unless key, associated data and every byte are the same.
    pub fn open(&self, sealed: &[u8], associated: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (&layout, rest) = sealed.split_first().ok_or(NotOpened)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(NotOpened)?;
        if layout != LAYOUT {
            return Err(NotOpened);
        }
        let payload = Payload { msg: sealed, aad: associated };
        self.0.decrypt(nonce.into(), payload).map_err(|_| NotOpened)
    }
}

/// Never shows the key.
impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey")
    }
}

/// Random bytes for keys and nonces, from the operating system.
pub fn secret_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).expect("an operating system that runs this has randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_as_it_was_sealed() {
        let key = SealingKey::new(&secret_bytes());
        let sealed = key.seal(b"secret", b"of a");
        assert_eq!(sealed.len(), 6 + SealingKey::OVERHEAD);
        assert_eq!(key.open(&sealed, b"of a").unwrap(), b"secret");
        assert_eq!(key.open(&sealed, b"of b"), Err(NotOpened));
        assert_eq!(SealingKey::new(&secret_bytes()).open(&sealed, b"of a"), Err(NotOpened));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(&changed, b"of a"), Err(NotOpened), "byte {at}");
            assert_eq!(key.open(&sealed[..at], b"of a"), Err(NotOpened), "{at} bytes");
        }
        assert_ne!(key.seal(b"secret", b""), key.seal(b"secret", b""));
        assert_eq!(key.open(&key.seal(b"", b""), b"").unwrap(), b"");
    }
}
