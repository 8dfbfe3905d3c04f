//! Errors AWS answers here, with its sentences.

use platform::Fail;
use sqs_api::error as modeled;

/// The longest a message and a batch may be.
pub(crate) use crate::letter::SIZE_MAX;

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new("InvalidParameterValueException", 400, message)
}

pub(crate) fn invalid_value(value: &str, parameter: &str, reason: &str) -> Fail {
    invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
}

pub(crate) fn missing(parameter: &str) -> Fail {
    let message = format!("The request must contain the parameter {parameter}.");
    Fail::new("MissingRequiredParameterException", 400, message)
}

pub(crate) fn no_queue() -> Fail {
    modeled::queue_does_not_exist("The specified queue does not exist.")
}

pub(crate) fn invalid_address(url: &str) -> Fail {
    modeled::invalid_address(format!("The address {url} is not valid for this endpoint."))
}

pub(crate) fn deleted_recently() -> Fail {
    modeled::queue_deleted_recently(
        "You must wait 60 seconds after deleting a queue before you can create another with the \
         same name.",
    )
}

pub(crate) fn name_exists(attribute: &str) -> Fail {
    modeled::queue_name_exists(format!(
        "A queue already exists with the same name and a different value for attribute {attribute}"
    ))
}

pub(crate) fn purge_in_progress(name: &str) -> Fail {
    modeled::purge_queue_in_progress(format!(
        "Only one PurgeQueue operation on {name} is allowed every 60 seconds."
    ))
}

pub(crate) fn unknown_attribute(name: &str) -> Fail {
    modeled::invalid_attribute_name(format!("Unknown Attribute {name}."))
}

pub(crate) fn attribute_value(name: &str) -> Fail {
    modeled::invalid_attribute_value(format!("Invalid value for the parameter {name}."))
}

pub(crate) fn two_encryptions() -> Fail {
    modeled::invalid_attribute_name(
        "You can use one type of server-side encryption (SSE) at one time. You can either enable \
         KMS SSE or SQS SSE.",
    )
}

pub(crate) fn not_a_handle(handle: &str) -> Fail {
    modeled::receipt_handle_is_invalid(format!(
        "The input receipt handle \"{handle}\" is not a valid receipt handle."
    ))
}

/// The message that a handle means is gone, or somebody else's.
pub(crate) fn not_available(handle: &str) -> Fail {
    invalid_value(
        handle,
        "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.",
    )
}

pub(crate) fn handle_over(handle: &str) -> Fail {
    invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")
}

pub(crate) fn not_in_flight() -> Fail {
    modeled::message_not_inflight("The specified message isn't in flight.")
}

pub(crate) fn too_many_in_flight() -> Fail {
    modeled::over_limit("Too many messages in flight.")
}

pub(crate) fn contents(found: char) -> Fail {
    modeled::invalid_message_contents(format!(
        "Invalid binary character '#x{:X}' was found in the message body, the set of allowed \
         characters is #x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD] | [#x10000 to \
         #x10FFFF]",
        u32::from(found)
    ))
}

pub(crate) fn too_long(max: usize) -> Fail {
    invalid(format!(
        "One or more parameters are invalid. Reason: Message must be shorter than {max} bytes."
    ))
}

pub(crate) fn empty_batch(entry: &str) -> Fail {
    modeled::empty_batch_request(format!("There should be at least one {entry} in the request."))
}

pub(crate) fn too_many_entries(sent: usize) -> Fail {
    modeled::too_many_entries_in_batch_request(format!(
        "Maximum number of entries per request are 10. You have sent {sent}."
    ))
}

pub(crate) fn repeated_id(id: &str) -> Fail {
    modeled::batch_entry_ids_not_distinct(format!("Id {id} repeated."))
}

pub(crate) fn entry_id() -> Fail {
    modeled::invalid_batch_entry_id(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It \
         can be at most 80 letters long.",
    )
}

pub(crate) fn batch_too_long(bytes: usize) -> Fail {
    modeled::batch_request_too_long(format!(
        "Batch requests cannot be longer than {SIZE_MAX} bytes. You have sent {bytes} bytes."
    ))
}

pub(crate) fn no_resource(message: &str) -> Fail {
    modeled::resource_not_found_exception(message)
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
