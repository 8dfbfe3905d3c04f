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
