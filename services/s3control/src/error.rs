//! Errors AWS answers here, with its sentences.

use platform::Fail;

pub(crate) fn access_denied() -> Fail {
    Fail::new("AccessDenied", 403, "Access Denied")
}

pub(crate) fn no_such_job() -> Fail {
    Fail::new("NoSuchJob", 404, "The specified job does not exist.")
}

pub(crate) fn invalid_next_token() -> Fail {
    Fail::new("InvalidNextToken", 400, "The continuation token provided is incorrect")
}

pub(crate) fn invalid_request(message: impl Into<String>) -> Fail {
    Fail::new("InvalidRequest", 400, message)
}

pub(crate) fn no_public_access_block(account: &str) -> Fail {
    let message = "The public access block configuration was not found";
    Fail::new("NoSuchPublicAccessBlockConfiguration", 404, message).with("AccountId", account)
}

pub(crate) fn job_status(message: impl Into<String>) -> Fail {
    Fail::new("JobStatusException", 400, message)
}

pub(crate) fn too_many_tags(most: usize) -> Fail {
    let message = format!("The number of tags exceeds the allowed maximum of {most}.");
    Fail::new("TooManyTagsException", 400, message)
}

/// What this version does not do, by name.
pub(crate) fn not_implemented(what: &str) -> Fail {
    let message = format!("{what} is not supported by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
