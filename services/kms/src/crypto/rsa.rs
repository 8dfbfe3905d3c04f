//! RSA: encryption with OAEP, signatures with PSS and PKCS #1 v1.5.

use ::rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ::rsa::sha2::{Sha256, Sha384, Sha512};
use ::rsa::traits::PublicKeyParts;
use ::rsa::{Oaep, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use sha1_for_rsa::Sha1;

use super::{Hash, Random, Unfit};

/// The hash of OAEP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OaepHash {
    Sha1,
    Sha256,
}

impl OaepHash {
    /// The length of its digests, in bytes.
    pub fn length(self) -> usize {
        match self {
            OaepHash::Sha1 => 20,
            OaepHash::Sha256 => 32,
        }
    }
}

/// How a signature is padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    Pkcs1,
    Pss,
}

/// A new private key. Takes its time: seconds for the longest.
pub(crate) fn generate(bits: usize) -> Result<Vec<u8>, Unfit> {
    let key = PrivateKey::new(&mut Random, bits).map_err(unfit)?;
    Ok(key.to_pkcs8_der().map_err(unfit)?.as_bytes().to_vec())
}

/// The public key of a private one, as X.509 has it.
pub(crate) fn public(private: &[u8]) -> Result<Vec<u8>, Unfit> {
    Ok(open(private)?.to_public_key().to_public_key_der().map_err(unfit)?.into_vec())
}

/// How many bits the modulus of a private key has.
pub(crate) fn bits(private: &[u8]) -> Result<usize, Unfit> {
    Ok(open(private)?.size() * 8)
}

pub(crate) fn encrypt(public: &[u8], hash: OaepHash, plaintext: &[u8]) -> Result<Vec<u8>, Unfit> {
    let key = PublicKey::from_public_key_der(public).map_err(unfit)?;
    match hash {
        OaepHash::Sha1 => key.encrypt(&mut Random, Oaep::<Sha1>::new(), plaintext),
        OaepHash::Sha256 => key.encrypt(&mut Random, Oaep::<Sha256>::new(), plaintext),
    }
    .map_err(unfit)
}

pub(crate) fn decrypt(private: &[u8], hash: OaepHash, bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let key = open(private)?;
    match hash {
        OaepHash::Sha1 => key.decrypt_blinded(&mut Random, Oaep::<Sha1>::new(), bytes),
        OaepHash::Sha256 => key.decrypt_blinded(&mut Random, Oaep::<Sha256>::new(), bytes),
    }
    .map_err(unfit)
}

/// Signs a digest.
pub(crate) fn sign(
    private: &[u8],
    padding: Padding,
    hash: Hash,
    digest: &[u8],
) -> Result<Vec<u8>, Unfit> {
    let key = open(private)?;
    let rng = &mut Random;
    match (padding, hash) {
        (Padding::Pkcs1, _) => key.sign_with_rng(rng, pkcs1(hash), digest),
        (Padding::Pss, Hash::Sha256) => key.sign_with_rng(rng, Pss::<Sha256>::new(), digest),
        (Padding::Pss, Hash::Sha384) => key.sign_with_rng(rng, Pss::<Sha384>::new(), digest),
        (Padding::Pss, Hash::Sha512) => key.sign_with_rng(rng, Pss::<Sha512>::new(), digest),
    }
    .map_err(unfit)
}

/// Checks the signature of a digest.
pub(crate) fn verify(
    private: &[u8],
    padding: Padding,
    hash: Hash,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), Unfit> {
    let key = open(private)?.to_public_key();
    match (padding, hash) {
        (Padding::Pkcs1, _) => key.verify(pkcs1(hash), digest, signature),
        (Padding::Pss, Hash::Sha256) => key.verify(Pss::<Sha256>::new(), digest, signature),
        (Padding::Pss, Hash::Sha384) => key.verify(Pss::<Sha384>::new(), digest, signature),
        (Padding::Pss, Hash::Sha512) => key.verify(Pss::<Sha512>::new(), digest, signature),
    }
    .map_err(unfit)
}

fn pkcs1(hash: Hash) -> Pkcs1v15Sign {
    match hash {
        Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    }
}

fn open(private: &[u8]) -> Result<PrivateKey, Unfit> {
    PrivateKey::from_pkcs8_der(private).map_err(unfit)
}

fn unfit<E>(_: E) -> Unfit {
    Unfit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_what_its_public_half_closed_and_signs_what_it_verifies() {
        let private = generate(2_048).unwrap();
        assert_eq!(bits(&private), Ok(2_048));
        let public = public(&private).unwrap();
        for hash in [OaepHash::Sha1, OaepHash::Sha256] {
            let closed = encrypt(&public, hash, b"secret").unwrap();
            assert_eq!(decrypt(&private, hash, &closed).unwrap(), b"secret");
            assert_eq!(decrypt(&private, hash, &closed[1..]), Err(Unfit));
        }
        // 2,048 bits less two hashes and two bytes.
        assert!(encrypt(&public, OaepHash::Sha256, &[0; 190]).is_ok());
        assert_eq!(encrypt(&public, OaepHash::Sha256, &[0; 191]), Err(Unfit));
        for padding in [Padding::Pkcs1, Padding::Pss] {
            for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
                let digest = hash.of(b"message");
                let signature = sign(&private, padding, hash, &digest).unwrap();
                assert_eq!(verify(&private, padding, hash, &digest, &signature), Ok(()));
                let other = hash.of(b"massage");
                assert_eq!(verify(&private, padding, hash, &other, &signature), Err(Unfit));
            }
        }
    }
}
