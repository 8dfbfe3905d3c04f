//! Identifiers and randomness from one seeded tree.
//!
//! Unseeded it is a cryptographic generator keyed by the operating system, good for secret keys
//! and tokens. Seeded it repeats itself, so that a failing run can be run again.

use std::sync::Arc;

use parking_lot::Mutex;
use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE62: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A source of identifiers. Clones draw from the same sequence; [`Ids::child`] starts another.
#[derive(Clone)]
pub struct Ids(Arc<Inner>);

struct Inner {
    random: Mutex<StdRng>,
    /// What children are derived from; fixed, so that they do not depend on what was drawn.
    root: [u8; 32],
}

impl Ids {
    /// A source keyed by the operating system: unpredictable.
    pub fn random() -> Ids {
        let mut root = [0; 32];
        StdRng::from_os_rng().fill_bytes(&mut root);
        Ids::from_root(root)
    }

    /// A source that repeats itself for the same seed.
    pub fn seeded(seed: u64) -> Ids {
        let mut root = [0; 32];
        StdRng::seed_from_u64(seed).fill_bytes(&mut root);
        Ids::from_root(root)
    }

    /// Another source, named: the same name under the same root draws the same sequence, however
    /// much others drew meanwhile.
    pub fn child(&self, name: &str) -> Ids {
        // FNV-1a over root and name, four times with different starts: a way to spread the name
        // over a seed, not a secret.
        let mut root = [0; 32];
        for (start, chunk) in root.chunks_exact_mut(8).enumerate() {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ (start as u64);
            for byte in self.0.root.iter().chain(name.as_bytes()) {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
            chunk.copy_from_slice(&hash.to_le_bytes());
        }
        // One draw mixes what FNV leaves alike between near names.
        let mut mixed = [0; 32];
        StdRng::from_seed(root).fill_bytes(&mut mixed);
        for (byte, own) in mixed.iter_mut().zip(self.0.root) {
            *byte ^= own;
        }
        Ids::from_root(mixed)
    }

    fn from_root(root: [u8; 32]) -> Ids {
        Ids(Arc::new(Inner { random: Mutex::new(StdRng::from_seed(root)), root }))
    }

    /// A random UUID (version 4), lower-case with hyphens.
    pub fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }

    /// A request id, as most services send them.
    pub fn request_id(&self) -> String {
        self.uuid()
    }

    /// An AWS-style unique id: a prefix and `length` characters of `A–Z2–7`, as in
    /// `with_prefix("AROA", 17)`.
    pub fn with_prefix(&self, prefix: &str, length: usize) -> String {
        let mut id = prefix.to_owned();
        id.push_str(&self.text(BASE32, length));
        id
    }

    /// Lower-case hexadecimal digits.
    pub fn hex(&self, length: usize) -> String {
        self.text(b"0123456789abcdef", length)
    }

    /// Upper-case hexadecimal digits, as in S3's request ids.
    pub fn hex_upper(&self, length: usize) -> String {
        self.text(b"0123456789ABCDEF", length)
    }

    /// Letters and digits.
    pub fn alphanumeric(&self, length: usize) -> String {
        self.text(BASE62, length)
    }

    /// Letters, digits, `+` and `/`, as in secret access keys.
    pub fn base64(&self, length: usize) -> String {
        self.text(BASE64, length)
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.random.lock().fill_bytes(&mut bytes);
        bytes
    }

    /// A random number.
    pub fn number(&self) -> u64 {
        self.0.random.lock().next_u64()
    }

    /// A random number below a bound; 0 if the bound is 0.
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.0.random.lock().random_range(0..bound) }
    }

    /// A random fraction in `0.0..1.0`.
    pub fn fraction(&self) -> f64 {
        self.0.random.lock().random()
    }

    fn text(&self, alphabet: &[u8], length: usize) -> String {
        let mut random = self.0.random.lock();
        (0..length).map(|_| char::from(alphabet[random.random_range(0..alphabet.len())])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_children_stand_apart() {
        let (a, b) = (Ids::seeded(7), Ids::seeded(7));
        assert_eq!(a.uuid(), b.uuid());
        // Drawing from one parent does not change the children of the other.
        a.uuid();
        assert_eq!(a.child("s3").uuid(), b.child("s3").uuid());
        assert_ne!(a.child("s3").uuid(), a.child("s4").uuid());
        assert_ne!(a.child("s3").uuid(), Ids::seeded(8).child("s3").uuid());
        assert_ne!(Ids::random().uuid(), Ids::random().uuid());
    }

    #[test]
    fn ids_look_as_aws_makes_them() {
        let ids = Ids::seeded(1);
        let role = ids.with_prefix("AROA", 17);
        assert_eq!(role.len(), 21);
        assert!(role.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)));
        let uuid = uuid::Uuid::parse_str(&ids.uuid()).unwrap();
        assert_eq!(uuid.get_version_num(), 4);
        assert!(
            ids.hex_upper(16).bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
        );
        assert_eq!((ids.below(0), ids.below(1)), (0, 0));
    }
}
