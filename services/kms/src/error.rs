//! Errors AWS answers here, with its sentences.

use kms_api::error;
use platform::{Arn, Fail};

/// The model's constraints that its schema does not tell.
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(kms_api::SERVICE.validation_code, 400, message)
}

pub(crate) fn no_key(arn: &Arn) -> Fail {
    error::not_found_exception(format!("Key '{arn}' does not exist"))
}

pub(crate) fn no_alias(arn: &Arn) -> Fail {
    error::not_found_exception(format!("Alias {arn} is not found."))
}

/// What is neither an id, an ARN nor, where one may stand, an alias.
pub(crate) fn bad_key_id(text: &str) -> Fail {
    error::not_found_exception(format!("Invalid keyId '{text}'"))
}

/// An ARN of another service or region.
pub(crate) fn bad_arn(part: &str) -> Fail {
    error::not_found_exception(format!("Invalid arn {part}"))
}

pub(crate) fn disabled(arn: &Arn) -> Fail {
    error::disabled_exception(format!("{arn} is disabled."))
}

pub(crate) fn pending_deletion(arn: &Arn) -> Fail {
    error::kms_invalid_state_exception(format!("{arn} is pending deletion."))
}

pub(crate) fn pending_import(arn: &Arn) -> Fail {
    error::kms_invalid_state_exception(format!("{arn} is pending import."))
}

pub(crate) fn not_pending_deletion(arn: &Arn) -> Fail {
    error::kms_invalid_state_exception(format!("{arn} is not pending deletion."))
}

/// AWS says no more, whatever is wrong with a ciphertext.
pub(crate) fn bad_ciphertext() -> Fail {
    error::invalid_ciphertext_exception("")
}

pub(crate) fn another_key() -> Fail {
    error::incorrect_key_exception(
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )
}

pub(crate) fn wrong_usage(arn: &Arn, usage: &str, operation: &str) -> Fail {
    error::invalid_key_usage_exception(format!(
        "{arn} key usage is {usage} which is not valid for {operation}."
    ))
}

pub(crate) fn wrong_algorithm(algorithm: &str, spec: &str) -> Fail {
    error::invalid_key_usage_exception(format!(
        "Algorithm {algorithm} and key spec {spec} are incompatible."
    ))
}

pub(crate) fn dry_run() -> Fail {
    error::dry_run_operation_exception(
        "The request would have succeeded, but the DryRun option is set.",
    )
}

pub(crate) fn alias_exists(arn: &Arn) -> Fail {
    error::already_exists_exception(format!("An alias with the name {arn} already exists"))
}

pub(crate) fn bad_marker() -> Fail {
    error::invalid_marker_exception("Could not deserialize marker")
}

/// What only a key's owner, or only AWS, does with it.
pub(crate) fn refused(caller: &str, action: &str, arn: &Arn) -> Fail {
    let message = format!(
        "User: {caller} is not authorized to perform: {action} on resource: {arn} because no \
         resource-based policy allows the {action} action"
    );
    Fail::new("AccessDeniedException", 400, message)
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}

pub(crate) fn wrong_spec(arn: &Arn, spec: &str, operation: &str) -> Fail {
    error::invalid_key_usage_exception(format!(
        "{arn} key spec is {spec} which is not valid for {operation}."
    ))
}

pub(crate) fn no_public_key(arn: &Arn, spec: &str) -> Fail {
    error::unsupported_operation_exception(format!(
        "{arn} key spec is {spec}: it has no public key."
    ))
}

pub(crate) fn no_material(id: &str) -> Fail {
    error::not_found_exception(format!("Key material {id} does not exist"))
}

/// Material that does not work although it did when it was put.
pub(crate) fn broken_material() -> Fail {
    Fail::internal(anyhow::anyhow!("the material of a key does not fit its kind"))
}
