//! Which kinds of keys there are, and what each can do.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>

use kms_api::{CustomerMasterKeySpec, EncryptionAlgorithmSpec, KeySpec, KeyUsageType};
use platform::Result;

use crate::error;

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
    if !is_here(spec) {
        return Err(error::absent(&format!("KeySpec {}", spec.as_str())));
    }
    if !usages(spec).contains(&usage) {
        return Err(error::invalid(format!(
            "KeyUsage {} is not compatible with KeySpec {}",
            usage.as_str(),
            spec.as_str()
        )));
    }
    Ok((spec, usage))
}

/// Whether this version has the kind.
fn is_here(spec: KeySpec) -> bool {
    spec == KeySpec::SymmetricDefault
}

fn usages(spec: KeySpec) -> &'static [KeyUsageType] {
    match spec {
        KeySpec::SymmetricDefault => &[KeyUsageType::EncryptDecrypt],
        _ => &[],
    }
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
