//! Errors AWS answers here, with its sentences.

use lambda_api::{ThrottleReason, TooManyRequestsException, error as modeled};
use platform::Fail;

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    modeled::invalid_parameter_value_exception(message)
}

/// What is wrong with a member, as the models of AWS say it.
pub(crate) fn constraint(value: impl std::fmt::Display, member: &str, what: &str) -> Fail {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
         {what}"
    );
    Fail::new(lambda_api::SERVICE.validation_code, 400, message)
}

pub(crate) fn no_function(arn: &str) -> Fail {
    modeled::resource_not_found_exception(format!("Function not found: {arn}"))
}

pub(crate) fn no_alias(arn: &str) -> Fail {
    modeled::resource_not_found_exception(format!("Cannot find alias arn: {arn}"))
}

pub(crate) fn no_policy() -> Fail {
    modeled::resource_not_found_exception("No policy is associated with the given resource.")
}

pub(crate) fn no_statement(id: &str) -> Fail {
    modeled::resource_not_found_exception(format!(
        "Statement {id} is not found in resource policy."
    ))
}

pub(crate) fn no_event_config(arn: &str) -> Fail {
    modeled::resource_not_found_exception(format!(
        "The function {arn} doesn't have an EventInvokeConfig"
    ))
}

pub(crate) fn function_exists(name: &str) -> Fail {
    modeled::resource_conflict_exception(format!("Function already exist: {name}"))
}

pub(crate) fn alias_exists(arn: &str) -> Fail {
    modeled::resource_conflict_exception(format!("Alias already exists: {arn}"))
}

pub(crate) fn statement_exists(id: &str) -> Fail {
    modeled::resource_conflict_exception(format!(
        "The statement id ({id}) provided already exists. Please provide a new statement id, or \
         remove the existing statement."
    ))
}

pub(crate) fn no_layer(arn: &str) -> Fail {
    modeled::resource_not_found_exception(format!("Layer version {arn} does not exist."))
}

pub(crate) fn no_provisioned(arn: &str) -> Fail {
    modeled::provisioned_concurrency_config_not_found_exception(format!(
        "No Provisioned Concurrency Config found for this function: {arn}"
    ))
}

pub(crate) fn no_mapping() -> Fail {
    modeled::resource_not_found_exception("The resource you requested does not exist.")
}

pub(crate) fn mapping_exists(source: &str, function: &str, id: &str) -> Fail {
    modeled::resource_conflict_exception(format!(
        "An event source mapping with SQS arn (\"{source}\") and function (\"{function}\") already \
         exists. Please update or delete the existing mapping with UUID {id}"
    ))
}

pub(crate) fn changed() -> Fail {
    modeled::precondition_failed_exception(
        "The Revision Id provided does not match the latest Revision Id. Call the \
         GetFunction/GetAlias API to retrieve the latest Revision Id",
    )
}

pub(crate) fn policy_too_long(most: usize) -> Fail {
    modeled::policy_length_exceeded_exception(format!(
        "The final policy size is bigger than the limit ({most})."
    ))
}

pub(crate) fn not_json(why: &serde_json::Error) -> Fail {
    modeled::invalid_request_content_exception(format!(
        "Could not parse request body into json: Could not parse payload into json: {why}"
    ))
}

pub(crate) fn too_large(most: usize) -> Fail {
    modeled::request_too_large_exception(format!(
        "Request must be smaller than {most} bytes for the InvokeFunction operation"
    ))
}

pub(crate) fn throttled(reason: ThrottleReason) -> Fail {
    let reason = Some(reason);
    let message = "Rate Exceeded.";
    modeled::too_many_requests_exception(message).with_detail(TooManyRequestsException {
        reason,
        r#type: Some("User".to_owned()),
        message: Some(message.to_owned()),
        retry_after_seconds: None,
    })
}

pub(crate) fn role_not_assumed() -> Fail {
    invalid("The role defined for the function cannot be assumed by Lambda.")
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
