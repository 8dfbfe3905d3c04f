//! Errors AWS answers here, with its sentences.

use platform::Fail;
use s3tables_api::error::{bad_request_exception, conflict_exception, not_found_exception};

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    bad_request_exception(message)
}

pub(crate) fn no_bucket() -> Fail {
    not_found_exception("The specified bucket does not exist.")
}

pub(crate) fn no_namespace() -> Fail {
    not_found_exception("The specified namespace does not exist.")
}

pub(crate) fn no_table() -> Fail {
    not_found_exception("The specified table does not exist.")
}

pub(crate) fn no_policy(of: &str) -> Fail {
    not_found_exception(format!("The specified {of} does not have a resource policy."))
}

pub(crate) fn bucket_exists() -> Fail {
    conflict_exception("The bucket that you tried to create already exists, and you own it.")
}

pub(crate) fn namespace_exists() -> Fail {
    conflict_exception("A namespace with an identical name already exists in the bucket.")
}

pub(crate) fn table_exists() -> Fail {
    conflict_exception("A table with an identical name already exists in the namespace.")
}

pub(crate) fn not_empty(what: &str) -> Fail {
    conflict_exception(format!("The {what} that you tried to delete is not empty."))
}

pub(crate) fn stale_token() -> Fail {
    conflict_exception(
        "The version token is not valid. Get the table's most recent version token and try again.",
    )
}

pub(crate) fn too_many(what: &str, most: usize) -> Fail {
    invalid(format!("You have attempted to create more {what} than allowed: the limit is {most}."))
}
