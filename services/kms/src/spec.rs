//! Which kinds of keys there are, and what each can do.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>

use kms_api::{
    CustomerMasterKeySpec, EncryptionAlgorithmSpec, KeyAgreementAlgorithmSpec, KeySpec,
    KeyUsageType, MacAlgorithmSpec, SigningAlgorithmSpec,
};
use platform::Result;

use crate::crypto::Hash;
use crate::crypto::ecc::Curve;
use crate::crypto::mac::MacHash;
use crate::crypto::rsa::Padding;
use crate::error;

/// A kind of key, by what works with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Symmetric,
    Rsa { bits: usize },
    Ecc(Curve),
    Mac(MacHash),
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    Rsa(Padding, Hash),
    Ecdsa(Hash),
}

impl Signing {
    pub fn hash(self) -> Hash {
        match self {
            Signing::Rsa(_, hash) | Signing::Ecdsa(hash) => hash,
        }
    }
}

/// The kind of a spec, if this version has it.
pub(crate) fn kind(spec: KeySpec) -> Result<Kind> {
    Ok(match spec {
        KeySpec::SymmetricDefault => Kind::Symmetric,
        KeySpec::Rsa2048 => Kind::Rsa { bits: 2_048 },
        KeySpec::Rsa3072 => Kind::Rsa { bits: 3_072 },
        KeySpec::Rsa4096 => Kind::Rsa { bits: 4_096 },
        KeySpec::EccNistP256 => Kind::Ecc(Curve::P256),
        KeySpec::EccNistP384 => Kind::Ecc(Curve::P384),
        KeySpec::EccNistP521 => Kind::Ecc(Curve::P521),
        KeySpec::EccSecgP256K1 => Kind::Ecc(Curve::Secp256k1),
        KeySpec::Hmac224 => Kind::Mac(MacHash::Sha224),
        KeySpec::Hmac256 => Kind::Mac(MacHash::Sha256),
        KeySpec::Hmac384 => Kind::Mac(MacHash::Sha384),
        KeySpec::Hmac512 => Kind::Mac(MacHash::Sha512),
        spec => return Err(error::absent(&format!("KeySpec {}", spec.as_str()))),
    })
}

/// Whether one key can take the place of another behind a name: both symmetric, both pairs, or both
/// for codes.
pub(crate) fn alike(one: KeySpec, other: KeySpec) -> bool {
    use Kind::{Ecc, Mac, Rsa, Symmetric};
    matches!(
        (kind(one), kind(other)),
        (Ok(Rsa { .. } | Ecc(_)), Ok(Rsa { .. } | Ecc(_)))
            | (Ok(Symmetric), Ok(Symmetric))
            | (Ok(Mac(_)), Ok(Mac(_)))
    )
}

/// The kind and the usage that a new key is asked to have.
pub(crate) fn of_new(
    spec: Option<KeySpec>,
    old: Option<CustomerMasterKeySpec>,
    usage: Option<KeyUsageType>,
) -> Result<(KeySpec, KeyUsageType)> {
    let spec = match (spec, old) {
        (Some(_), Some(_)) => {
            return Err(error::invalid(
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. \
                 CustomerMasterKeySpec is deprecated.",
            ));
        }
        (Some(spec), None) => spec,
        (None, Some(old)) => KeySpec::parse(old.as_str()).unwrap_or_default(),
        (None, None) => KeySpec::SymmetricDefault,
    };
    let usage = match (usage, spec) {
        (Some(usage), _) => usage,
        (None, KeySpec::SymmetricDefault) => KeyUsageType::EncryptDecrypt,
        (None, _) => {
            return Err(error::invalid(
                "You must specify a KeyUsage value for all KMS keys except for symmetric \
                 encryption keys.",
            ));
        }
    };
    if !usages(spec)?.contains(&usage) {
        return Err(error::invalid(format!(
            "KeyUsage {} is not compatible with KeySpec {}",
            usage.as_str(),
            spec.as_str()
        )));
    }
    Ok((spec, usage))
}

fn usages(spec: KeySpec) -> Result<&'static [KeyUsageType]> {
    use KeyUsageType::{EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify};
    Ok(match kind(spec)? {
        Kind::Symmetric => &[EncryptDecrypt],
        Kind::Rsa { .. } => &[EncryptDecrypt, SignVerify],
        Kind::Ecc(Curve::Secp256k1) => &[SignVerify],
        Kind::Ecc(_) => &[SignVerify, KeyAgreement],
        Kind::Mac(_) => &[GenerateVerifyMac],
    })
}

/// The name of the kind in the member that clients before 2021 read; newer kinds have none.
pub(crate) fn customer_master_key_spec(spec: KeySpec) -> Option<CustomerMasterKeySpec> {
    CustomerMasterKeySpec::parse(spec.as_str())
}

/// What a key encrypts with, if it does.
pub(crate) fn encryption_algorithms(
    spec: KeySpec,
    usage: KeyUsageType,
) -> Option<Vec<EncryptionAlgorithmSpec>> {
    if usage != KeyUsageType::EncryptDecrypt {
        return None;
    }
    Some(match spec {
        KeySpec::SymmetricDefault => vec![EncryptionAlgorithmSpec::SymmetricDefault],
        _ => vec![EncryptionAlgorithmSpec::RsaesOaepSha1, EncryptionAlgorithmSpec::RsaesOaepSha256],
    })
}

/// What a key signs with, if it does.
pub(crate) fn signing_algorithms(
    spec: KeySpec,
    usage: KeyUsageType,
) -> Option<Vec<SigningAlgorithmSpec>> {
    use SigningAlgorithmSpec as Algorithm;
    if usage != KeyUsageType::SignVerify {
        return None;
    }
    Some(match kind(spec).ok()? {
        Kind::Rsa { .. } => vec![
            Algorithm::RsassaPkcs1V15Sha256,
            Algorithm::RsassaPkcs1V15Sha384,
            Algorithm::RsassaPkcs1V15Sha512,
            Algorithm::RsassaPssSha256,
            Algorithm::RsassaPssSha384,
            Algorithm::RsassaPssSha512,
        ],
        Kind::Ecc(Curve::P256 | Curve::Secp256k1) => vec![Algorithm::EcdsaSha256],
        Kind::Ecc(Curve::P384) => vec![Algorithm::EcdsaSha384],
        Kind::Ecc(Curve::P521) => vec![Algorithm::EcdsaSha512],
        Kind::Symmetric | Kind::Mac(_) => return None,
    })
}

/// How an algorithm signs, if this version has it.
pub(crate) fn signing(algorithm: SigningAlgorithmSpec) -> Result<Signing> {
    use SigningAlgorithmSpec as Algorithm;
    Ok(match algorithm {
        Algorithm::RsassaPkcs1V15Sha256 => Signing::Rsa(Padding::Pkcs1, Hash::Sha256),
        Algorithm::RsassaPkcs1V15Sha384 => Signing::Rsa(Padding::Pkcs1, Hash::Sha384),
        Algorithm::RsassaPkcs1V15Sha512 => Signing::Rsa(Padding::Pkcs1, Hash::Sha512),
        Algorithm::RsassaPssSha256 => Signing::Rsa(Padding::Pss, Hash::Sha256),
        Algorithm::RsassaPssSha384 => Signing::Rsa(Padding::Pss, Hash::Sha384),
        Algorithm::RsassaPssSha512 => Signing::Rsa(Padding::Pss, Hash::Sha512),
        Algorithm::EcdsaSha256 => Signing::Ecdsa(Hash::Sha256),
        Algorithm::EcdsaSha384 => Signing::Ecdsa(Hash::Sha384),
        Algorithm::EcdsaSha512 => Signing::Ecdsa(Hash::Sha512),
        other => return Err(error::absent(&format!("SigningAlgorithm {}", other.as_str()))),
    })
}

/// What a key makes codes with, if it does.
pub(crate) fn mac_algorithms(spec: KeySpec) -> Option<Vec<MacAlgorithmSpec>> {
    Some(vec![match spec {
        KeySpec::Hmac224 => MacAlgorithmSpec::HmacSha224,
        KeySpec::Hmac256 => MacAlgorithmSpec::HmacSha256,
        KeySpec::Hmac384 => MacAlgorithmSpec::HmacSha384,
        KeySpec::Hmac512 => MacAlgorithmSpec::HmacSha512,
        _ => return None,
    }])
}

/// How a key agrees on secrets, if it does.
pub(crate) fn key_agreement_algorithms(
    usage: KeyUsageType,
) -> Option<Vec<KeyAgreementAlgorithmSpec>> {
    (usage == KeyUsageType::KeyAgreement).then(|| vec![KeyAgreementAlgorithmSpec::Ecdh])
}
