//! Errors AWS answers here, with its sentences.

use platform::Fail;
use sns_api::error as modeled;

/// What is wrong with a parameter.
pub(crate) fn invalid(reason: impl AsRef<str>) -> Fail {
    modeled::invalid_parameter_exception(format!("Invalid parameter: {}", reason.as_ref()))
}

/// What is wrong with an attribute of a message.
pub(crate) fn invalid_value(message: impl Into<String>) -> Fail {
    modeled::invalid_parameter_value_exception(message)
}

/// What is no ARN of what it should name.
pub(crate) fn arn(parameter: &str, given: &str) -> Fail {
    let parts = given.split(':').count();
    if parts < 6 {
        return invalid(format!(
            "{parameter} Reason: An ARN must have at least 6 elements, not {parts}"
        ));
    }
    invalid(parameter)
}

pub(crate) fn no_topic() -> Fail {
    modeled::not_found_exception("Topic does not exist")
}

pub(crate) fn no_subscription() -> Fail {
    modeled::not_found_exception("Subscription does not exist")
}

pub(crate) fn no_resource() -> Fail {
    modeled::resource_not_found_exception("Resource does not exist")
}

pub(crate) fn not_yours(operation: &str) -> Fail {
    modeled::authorization_error_exception(format!("Not authorized to perform {operation}"))
}

pub(crate) fn too_many_topics() -> Fail {
    modeled::topic_limit_exceeded_exception("Topic limit exceeded for this account.")
}

pub(crate) fn too_many_subscriptions() -> Fail {
    modeled::subscription_limit_exceeded_exception("Subscription limit exceeded for this topic.")
}

pub(crate) fn too_many_filters() -> Fail {
    modeled::filter_policy_limit_exceeded_exception(
        "The number of filter policies exceeds the limit of 200 for this topic.",
    )
}

pub(crate) fn too_many_tags() -> Fail {
    modeled::tag_limit_exceeded_exception(
        "Could not complete request: tag quota of per resource exceeded",
    )
}

pub(crate) fn empty_batch() -> Fail {
    modeled::empty_batch_request_exception("The batch request doesn't contain any entries.")
}

pub(crate) fn too_many_entries() -> Fail {
    modeled::too_many_entries_in_batch_request_exception(
        "The batch request contains more entries than permissible.",
    )
}

pub(crate) fn repeated_id() -> Fail {
    modeled::batch_entry_ids_not_distinct_exception(
        "Two or more batch entries in the request have the same Id.",
    )
}

pub(crate) fn entry_id() -> Fail {
    modeled::invalid_batch_entry_id_exception(
        "The Id of a batch entry in a batch request doesn't abide by the specification.",
    )
}

pub(crate) fn batch_too_long() -> Fail {
    modeled::batch_request_too_long_exception(
        "The length of all the batch messages put together is more than the limit.",
    )
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
