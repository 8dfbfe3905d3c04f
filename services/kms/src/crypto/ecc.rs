//! Elliptic curves: signatures with ECDSA, shared secrets with ECDH.

use super::Unfit;

/// A curve of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

/// The same few steps for a curve, whose crate has its own types for each of them.
macro_rules! curve {
    ($name:ident, $library:ident, $bytes:literal) => {
        mod $name {
            use $library::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
            use $library::ecdsa::{Signature, SigningKey, VerifyingKey};
            use $library::pkcs8::{
                DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey,
            };
            use $library::{PublicKey, SecretKey};

            use super::{Unfit, unfit};

            pub fn generate() -> Result<Vec<u8>, Unfit> {
                // Nearly every draw of this many bits is a scalar; of P-521's bits seven are none.
                for _ in 0..1_000 {
                    let mut bytes = platform::secret_bytes::<$bytes>();
                    if $bytes == 66 {
                        bytes[0] &= 1;
                    }
                    if let Ok(key) = SecretKey::from_slice(&bytes) {
                        return Ok(key.to_pkcs8_der().map_err(unfit)?.as_bytes().to_vec());
                    }
                }
                Err(Unfit)
            }

            pub fn public(private: &[u8]) -> Result<Vec<u8>, Unfit> {
                let key = open(private)?.public_key();
                Ok(key.to_public_key_der().map_err(unfit)?.into_vec())
            }

            pub fn sign(private: &[u8], digest: &[u8]) -> Result<Vec<u8>, Unfit> {
                let key = SigningKey::from(&open(private)?);
                let signature: Signature = key.sign_prehash(digest).map_err(unfit)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }

            pub fn verify(private: &[u8], digest: &[u8], signature: &[u8]) -> Result<(), Unfit> {
                let key = VerifyingKey::from(&open(private)?.public_key());
                let signature = Signature::from_der(signature).map_err(unfit)?;
                // Both forms of a signature are valid; one of the libraries takes only one.
                key.verify_prehash(digest, &signature)
                    .or_else(|_| key.verify_prehash(digest, &signature.normalize_s()))
                    .map_err(unfit)
            }

            pub fn shared(private: &[u8], public: &[u8]) -> Result<Vec<u8>, Unfit> {
                let (own, other) = (open(private)?, PublicKey::from_public_key_der(public));
                let other = other.map_err(unfit)?;
                let secret =
                    $library::ecdh::diffie_hellman(own.to_nonzero_scalar(), other.as_affine());
                Ok(secret.raw_secret_bytes().to_vec())
            }

            fn open(private: &[u8]) -> Result<SecretKey, Unfit> {
                SecretKey::from_pkcs8_der(private).map_err(unfit)
            }
        }
    };
}

curve!(nist_p256, p256, 32);
curve!(nist_p384, p384, 48);
curve!(nist_p521, p521, 66);
curve!(secg_p256k1, k256, 32);

/// Calls the function of a curve.
macro_rules! of {
    ($curve:expr, $function:ident($($argument:expr),*)) => {
        match $curve {
            Curve::P256 => nist_p256::$function($($argument),*),
            Curve::P384 => nist_p384::$function($($argument),*),
            Curve::P521 => nist_p521::$function($($argument),*),
            Curve::Secp256k1 => secg_p256k1::$function($($argument),*),
        }
    };
}

/// A new private key.
pub(crate) fn generate(curve: Curve) -> Result<Vec<u8>, Unfit> {
    of!(curve, generate())
}

/// The public key of a private one, as X.509 has it.
pub(crate) fn public(curve: Curve, private: &[u8]) -> Result<Vec<u8>, Unfit> {
    of!(curve, public(private))
}

/// Signs a digest; the signature is a DER document.
pub(crate) fn sign(curve: Curve, private: &[u8], digest: &[u8]) -> Result<Vec<u8>, Unfit> {
    of!(curve, sign(private, digest))
}

/// Checks the signature of a digest.
pub(crate) fn verify(
    curve: Curve,
    private: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> Result<(), Unfit> {
    of!(curve, verify(private, digest, signature))
}

/// The secret shared with the holder of another public key.
pub(crate) fn shared(curve: Curve, private: &[u8], public: &[u8]) -> Result<Vec<u8>, Unfit> {
    of!(curve, shared(private, public))
}

fn unfit<E>(_: E) -> Unfit {
    Unfit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Hash;

    #[test]
    fn keys_sign_what_they_verify_and_share_a_secret_with_each_other() {
        for (curve, hash, length) in [
            (Curve::P256, Hash::Sha256, 32),
            (Curve::P384, Hash::Sha384, 48),
            (Curve::P521, Hash::Sha512, 66),
            (Curve::Secp256k1, Hash::Sha256, 32),
        ] {
            let (private, other) = (generate(curve).unwrap(), generate(curve).unwrap());
            let digest = hash.of(b"message");
            let signature = sign(curve, &private, &digest).unwrap();
            assert_eq!(verify(curve, &private, &digest, &signature), Ok(()));
            assert_eq!(verify(curve, &other, &digest, &signature), Err(Unfit));
            assert_eq!(verify(curve, &private, &hash.of(b"massage"), &signature), Err(Unfit));
            let secret = shared(curve, &private, &public(curve, &other).unwrap()).unwrap();
            assert_eq!(secret.len(), length);
            assert_eq!(shared(curve, &other, &public(curve, &private).unwrap()), Ok(secret));
        }
    }
}
