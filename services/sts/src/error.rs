//! Errors AWS answers here, with its sentences.

use platform::Fail;

/// The caller may not do this with the role, or there is no such role: AWS does not say which.
pub(crate) fn may_not(action: &str, caller: &str, role_arn: &str) -> Fail {
    let message =
        format!("User: {caller} is not authorized to perform: {action} on resource: {role_arn}");
    Fail::new("AccessDenied", 403, message)
}

/// A parameter of the model that this version does not honour.
pub(crate) fn unsupported(what: &str) -> Fail {
    Fail::new("NotImplemented", 501, format!("{what} not supported by this version of Aquifer."))
}

/// The second factor is not the caller's, or its code is not what it shows.
pub(crate) fn wrong_code() -> Fail {
    let message = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
    Fail::new("AccessDenied", 403, message)
}

pub(crate) fn invalid_value(message: &str) -> Fail {
    Fail::new("InvalidParameterValue", 400, message.to_owned())
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
