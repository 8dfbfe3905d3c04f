//! Errors AWS answers here, with its sentences.

use platform::Fail;

/// The role cannot be assumed by this caller, or does not exist: AWS does not say which.
pub(crate) fn may_not_assume(caller: &str, role_arn: &str) -> Fail {
    let message = format!(
        "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    );
    Fail::new("AccessDenied", 403, message)
}

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new("ValidationError", 400, message)
}

pub(crate) fn root_may_not_assume() -> Fail {
    Fail::new("AccessDenied", 403, "Roles may not be assumed by root accounts.")
}

pub(crate) fn session_may_not(operation: &str) -> Fail {
    Fail::new("AccessDenied", 403, format!("Cannot call {operation} with session credentials"))
}
