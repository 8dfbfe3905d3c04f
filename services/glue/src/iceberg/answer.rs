//! Answers in the words of the specification.

use aquifer_iceberg::rest;
use platform::{Bytes, EndpointAnswer, Fail};
use serde_json::Value;

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
    let database = message.contains("Database");
    let (kind, status) = match (fail.code(), fail.status()) {
        ("EntityNotFoundException", _) if database => ("NoSuchNamespaceException", 404),
        ("EntityNotFoundException", _) if message.starts_with("Catalog") => {
            ("NotFoundException", 404)
        }
        ("EntityNotFoundException", _) => ("NoSuchTableException", 404),
        ("AlreadyExistsException", _) => ("AlreadyExistsException", 409),
        ("NamespaceNotEmptyException", _) => ("NamespaceNotEmptyException", 409),
        ("ConcurrentModificationException", _) => ("CommitFailedException", 409),
        ("InvalidInputException", _) => ("BadRequestException", 400),
        ("AccessDenied" | "AccessDeniedException", _) | (_, 403) => ("ForbiddenException", 403),
        ("NotImplemented", _) => ("UnsupportedOperationException", 501),
        ("InternalFailure" | "InternalServiceException", _) => {
            ("InternalServerErrorException", 500)
        }
        (code, status) => (code, status),
    };
    let body = rest::refusal(kind, status, message);
    EndpointAnswer { status, content_type: JSON, body: Bytes::from(body.to_string()) }
}
