//! Errors AWS answers here, with its sentences. How queries fail is `failure.rs`.

use athena_api::InvalidRequestException;
use platform::Fail;

/// A request that cannot be served as it stands.
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    with_code("INVALID_INPUT", message)
}

/// A statement that does not parse.
pub(crate) fn malformed_query(message: impl Into<String>) -> Fail {
    with_code("MALFORMED_QUERY", message)
}

fn with_code(code: &str, message: impl Into<String>) -> Fail {
    let message = message.into();
    let detail =
        InvalidRequestException { athena_error_code: Some(code.to_owned()), message: None };
    athena_api::error::invalid_request_exception(message).with_detail(detail)
}

pub(crate) fn no_workgroup(name: &str) -> Fail {
    invalid(format!("WorkGroup {name} is not found."))
}

pub(crate) fn workgroup_disabled(name: &str) -> Fail {
    invalid(format!("WorkGroup {name} is disabled."))
}

pub(crate) fn workgroup_exists() -> Fail {
    invalid("WorkGroup is already created")
}

pub(crate) fn no_query(id: &str) -> Fail {
    invalid(format!("QueryExecution {id} was not found"))
}

pub(crate) fn no_named_query(id: &str) -> Fail {
    invalid(format!("NamedQuery {id} was not found"))
}

pub(crate) fn no_prepared_statement(name: &str, workgroup: &str) -> Fail {
    let message = format!("Prepared Statement {name} was not found in workgroup {workgroup}");
    athena_api::error::resource_not_found_exception(message).with_detail(
        athena_api::ResourceNotFoundException {
            message: None,
            resource_name: Some(name.to_owned()),
        },
    )
}

pub(crate) fn no_output_location() -> Fail {
    invalid(
        "No output location provided. An output location is required either through the Workgroup \
         result configuration setting or as an API input.",
    )
}

/// Why a table's files cannot go where the statement says.
pub(crate) const PLACE_ENFORCED: &str = "The Create Table As Select query failed because it was \
    submitted with an 'external_location' property to an Athena Workgroup that enforces a \
    centralized output location for all queries. Please remove the 'external_location' property \
    and resubmit the query.";

pub(crate) fn external_location() -> Fail {
    invalid(PLACE_ENFORCED)
}

pub(crate) fn invalid_token() -> Fail {
    invalid("The provided NextToken is not valid.")
}

pub(crate) fn too_many_queries() -> Fail {
    let message = "You have exceeded the limit for the number of queries you can run concurrently. \
                   Reduce the number of concurrent queries submitted by this account.";
    athena_api::error::too_many_requests_exception(message).with_detail(
        athena_api::TooManyRequestsException {
            message: None,
            reason: Some(athena_api::ThrottleReason::ConcurrentQueryLimitExceeded),
        },
    )
}

/// A parameter that is understood and not honoured here.
pub(crate) fn not_implemented(what: &str) -> Fail {
    let message = format!("athena: {what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
