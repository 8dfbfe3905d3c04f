//! Errors AWS answers here, with its sentences.

use iam_api::error as modeled;
use platform::Fail;

use crate::model::Kind;

pub(crate) fn no_such(kind: Kind, name: &str) -> Fail {
    let noun = kind.noun();
    modeled::no_such_entity_exception(format!("The {noun} with name {name} cannot be found."))
}

pub(crate) fn already_exists(kind: Kind, name: &str) -> Fail {
    let message = format!("{} with name {name} already exists.", kind.title());
    modeled::entity_already_exists_exception(message)
}

pub(crate) fn no_such_inline(kind: Kind, policy: &str) -> Fail {
    let message = format!("The {} policy with name {policy} cannot be found.", kind.noun());
    modeled::no_such_entity_exception(message)
}

pub(crate) fn inline_too_long(kind: Kind, name: &str) -> Fail {
    let (max, noun) = (kind.inline_length_max(), kind.noun());
    limit(format!("Maximum policy size of {max} bytes exceeded for {noun} {name}"))
}

pub(crate) fn no_such_policy(arn: &str) -> Fail {
    modeled::no_such_entity_exception(format!("Policy {arn} was not found."))
}

pub(crate) fn not_attachable(arn: &str) -> Fail {
    let message = format!("Policy {arn} does not exist or is not attachable.");
    modeled::no_such_entity_exception(message)
}

pub(crate) fn boundary_not_found(arn: &str) -> Fail {
    modeled::no_such_entity_exception(format!(
        "Scope ARN: {arn} does not exist or is not attachable."
    ))
}

pub(crate) fn no_boundary(kind: Kind, name: &str) -> Fail {
    let message = format!("The {} with name {name} has no permissions boundary.", kind.noun());
    modeled::no_such_entity_exception(message)
}

pub(crate) fn no_such_version(arn: &str, version: &str) -> Fail {
    let message = format!("Policy {arn} version {version} does not exist or is not attachable.");
    modeled::no_such_entity_exception(message)
}

pub(crate) fn policy_already_exists(name: &str) -> Fail {
    let message =
        format!("A policy called {name} already exists. Duplicate names are not allowed.");
    modeled::entity_already_exists_exception(message)
}

/// A change to a policy that belongs to AWS.
pub(crate) fn policy_is_not_yours(arn: &str) -> Fail {
    Fail::new("AccessDenied", 403, format!("Policy {arn} is managed by AWS and cannot be changed."))
}

pub(crate) fn no_such_key(id: &str) -> Fail {
    modeled::no_such_entity_exception(format!("The Access Key with id {id} cannot be found."))
}

/// A key of another account, or of nobody: AWS does not say which.
pub(crate) fn key_is_not_yours(caller: &str, id: &str) -> Fail {
    let message = format!(
        "User: {caller} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: \
         access key {id}"
    );
    Fail::new("AccessDenied", 403, message)
}

pub(crate) fn no_such_device(serial: &str) -> Fail {
    let message = format!("VirtualMFADevice with serial number {serial} doesn't exist.");
    modeled::no_such_entity_exception(message)
}

pub(crate) fn name_too_long(member: &str, name: &str, max: usize) -> Fail {
    invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: \
         Member must have length less than or equal to {max}"
    ))
}

pub(crate) fn device_exists() -> Fail {
    let message = "MFADevice entity at the same path and name already exists.";
    modeled::entity_already_exists_exception(message)
}

pub(crate) fn device_in_use() -> Fail {
    modeled::entity_already_exists_exception("MFADevice is already in use.")
}

pub(crate) fn wrong_code() -> Fail {
    modeled::invalid_authentication_code_exception("Authentication code for device is not valid.")
}

pub(crate) fn conflict(message: impl Into<String>) -> Fail {
    modeled::delete_conflict_exception(message)
}

pub(crate) fn limit(message: impl Into<String>) -> Fail {
    modeled::limit_exceeded_exception(message)
}

pub(crate) fn quota(name: &str, max: usize) -> Fail {
    limit(format!("Cannot exceed quota for {name}: {max}"))
}

pub(crate) fn malformed(message: impl Into<String>) -> Fail {
    modeled::malformed_policy_document_exception(message)
}

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new("ValidationError", 400, message)
}

pub(crate) fn invalid_input(message: impl Into<String>) -> Fail {
    modeled::invalid_input_exception(message)
}

/// A parameter of the model that this version does not honour.
pub(crate) fn unsupported(parameter: &str) -> Fail {
    let message = format!("{parameter} is not supported by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
