//! Answers in the words of the specification.

use platform::{Bytes, EndpointAnswer, Fail};
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// A success that says something.
pub(super) fn ok(body: &Value) -> EndpointAnswer {
    EndpointAnswer { status: 200, content_type: JSON, body: Bytes::from(body.to_string()) }
}

/// A success that says nothing.
pub(super) fn done() -> EndpointAnswer {
    EndpointAnswer { status: 204, content_type: JSON, body: Bytes::new() }
}

/// A refusal. What is missing or there already is named by what was said of it.
pub(super) fn refusal(fail: &Fail) -> EndpointAnswer {
    let message = fail.message();
    let says = |word: &str| message.contains(word);
    let kind = match (fail.code(), fail.status()) {
        ("NotFoundException", _) if says("table does not") => "NoSuchTableException",
        ("NotFoundException", _) if says("namespace does not") => "NoSuchNamespaceException",
        ("ConflictException", _) if says("already exists") || says("identical name") => {
            "AlreadyExistsException"
        }
        ("ConflictException", _) if says("not empty") => "NamespaceNotEmptyException",
        ("ConflictException", _) => "CommitFailedException",
        ("AccessDeniedException", _) | (_, 403) => "ForbiddenException",
        ("NotImplemented", _) => "UnsupportedOperationException",
        ("InternalFailure", _) => "InternalServerErrorException",
        (code, _) => code,
    };
    let status = fail.status();
    let body = json!({ "error": { "message": message, "type": kind, "code": status } });
    EndpointAnswer { status, content_type: JSON, body: Bytes::from(body.to_string()) }
}
