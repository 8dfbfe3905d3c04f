//! Errors AWS answers here, with its sentences.

use events_api::error as modeled;
use platform::Fail;

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new("ValidationException", 400, message)
}

pub(crate) fn no_bus(name: &str) -> Fail {
    modeled::resource_not_found_exception(format!("Event bus {name} does not exist."))
}

pub(crate) fn bus_exists(name: &str) -> Fail {
    modeled::resource_already_exists_exception(format!("Event bus {name} already exists."))
}

pub(crate) fn no_rule(bus: &str, name: &str) -> Fail {
    modeled::resource_not_found_exception(format!("Rule {name} does not exist on EventBus {bus}."))
}

pub(crate) fn no_resource(arn: &str) -> Fail {
    modeled::resource_not_found_exception(format!("{arn} does not exist."))
}

pub(crate) fn pattern(reason: &str) -> Fail {
    modeled::invalid_event_pattern_exception(format!(
        "Event pattern is not valid. Reason: {reason}"
    ))
}

pub(crate) fn limit() -> Fail {
    modeled::limit_exceeded_exception("The requested resource exceeds the maximum number allowed.")
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
