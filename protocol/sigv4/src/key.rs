//! Signing keys: derived per day, region and service, and remembered.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// A key derived from a secret for one day, region and service. Not printable.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// Derives the key from the secret. `date` is `yyyymmdd`.
    pub fn derive(secret: &str, date: &str, region: &str, service: &str) -> SigningKey {
        let mut first = Vec::with_capacity(4 + secret.len());
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.as_bytes());
        let dated = hmac_sha256(&first, date.as_bytes());
        let regional = hmac_sha256(&dated, region.as_bytes());
        let serving = hmac_sha256(&regional, service.as_bytes());
        SigningKey(hmac_sha256(&serving, b"aws4_request"))
    }

    /// The signature of a string to sign, lower-case hex.
    pub fn sign(&self, string_to_sign: &[u8]) -> String {
        hex::encode(hmac_sha256(&self.0, string_to_sign))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// Remembers derived keys, so that a request costs one HMAC instead of five.
///
/// Entries are found by a hash over everything the key is derived from, the secret included: a
/// rotated secret can never be answered with an old key, and no secret is kept. Memory is bounded
/// by two generations of half the capacity; the older is dropped when the younger is full.
#[derive(Debug)]
pub struct KeyCache {
    generation_len_max: usize,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<[u8; 32], SigningKey>,
    old: HashMap<[u8; 32], SigningKey>,
}

impl KeyCache {
    /// A cache of at most `capacity` keys (at least two).
    pub fn new(capacity: usize) -> KeyCache {
        KeyCache { generation_len_max: (capacity / 2).max(1), generations: Mutex::default() }
    }

    /// The signing key, derived now if it is not remembered.
    pub fn get(
        &self,
        access_key: &str,
        secret: &str,
        date: &str,
        region: &str,
        service: &str,
    ) -> SigningKey {
        let name = fingerprint(&[access_key, secret, date, region, service]);
        // The maps hold plain values, so a panic elsewhere cannot have left them half changed.
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = generations.young.get(&name) {
            return key.clone();
        }
        let key = generations
            .old
            .remove(&name)
            .unwrap_or_else(|| SigningKey::derive(secret, date, region, service));
        if generations.young.len() >= self.generation_len_max {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(name, key.clone());
        key
    }
}

impl Default for KeyCache {
    fn default() -> KeyCache {
        KeyCache::new(4096)
    }
}

/// Hashes the parts with their lengths, so that no two lists share a hash by sliding a boundary.
fn fingerprint(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// SHA-256 in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_the_published_example_key() {
        let key = SigningKey::derive(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "20150830",
            "us-east-1",
            "iam",
        );
        assert_eq!(
            hex::encode(key.0),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    #[test]
    fn cache_is_bounded_and_never_answers_for_another_secret() {
        let cache = KeyCache::new(8);
        for n in 0..100 {
            cache.get(&format!("AKID{n}"), "s", "20260101", "r", "x");
        }
        {
            let held = cache.generations.lock().unwrap();
            assert!(held.young.len() + held.old.len() <= 8);
        }
        let before = cache.get("AKID", "old", "20260101", "r", "x");
        let after = cache.get("AKID", "new", "20260101", "r", "x");
        assert_ne!(before, after);
        assert_eq!(before, cache.get("AKID", "old", "20260101", "r", "x"));
        assert_eq!(before, SigningKey::derive("old", "20260101", "r", "x"));
    }

    #[test]
    fn fingerprints_do_not_slide() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
    }
}
