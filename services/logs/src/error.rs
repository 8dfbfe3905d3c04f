//! Errors AWS answers here, with its sentences.

use logs_api::error as modeled;
use platform::Fail;

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    modeled::invalid_parameter_exception(message)
}

pub(crate) fn no_group() -> Fail {
    modeled::resource_not_found_exception("The specified log group does not exist.")
}

pub(crate) fn no_stream() -> Fail {
    modeled::resource_not_found_exception("The specified log stream does not exist.")
}

pub(crate) fn group_exists() -> Fail {
    modeled::resource_already_exists_exception("The specified log group already exists")
}

pub(crate) fn stream_exists() -> Fail {
    modeled::resource_already_exists_exception("The specified log stream already exists")
}

pub(crate) fn too_many_tags() -> Fail {
    modeled::too_many_tags_exception("Resource cannot have more than 50 tags.")
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
