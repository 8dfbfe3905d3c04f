//! Errors AWS answers of access points, with its sentences.

use platform::Fail;

/// What clients of the management are told.
pub(crate) fn no_such_access_point(name: &str) -> Fail {
    let message = "The specified accesspoint does not exist";
    Fail::new("NoSuchAccessPoint", 404, message).with("AccessPointName", name)
}

pub(crate) fn no_such_policy(name: &str) -> Fail {
    let message = "The specified accesspoint policy does not exist";
    Fail::new("NoSuchAccessPointPolicy", 404, message).with("AccessPointName", name)
}

pub(crate) fn already_owned() -> Fail {
    let message = "Your previous request to create the named accesspoint succeeded and you already \
                   own it.";
    Fail::new("AccessPointAlreadyOwnedByYou", 409, message)
}

pub(crate) fn too_many() -> Fail {
    let message =
        "You have attempted to create more access points than are allowed for an account.";
    Fail::new("TooManyAccessPoints", 400, message)
}

pub(crate) fn still_attached(bucket: &str) -> Fail {
    let message = "The bucket you tried to delete has access points attached. Delete your access \
                   points before deleting your bucket.";
    Fail::new("BucketHasAccessPointsAttached", 400, message).with("BucketName", bucket)
}

pub(crate) fn invalid_access_point() -> Fail {
    let message = "The specified access point name or account is not valid.";
    Fail::new("InvalidAccessPoint", 400, message)
}

pub(crate) fn invalid_alias() -> Fail {
    let message = "The specified access point alias name is not valid.";
    Fail::new("InvalidAccessPointAliasError", 400, message)
}

pub(crate) fn not_by_access_points() -> Fail {
    let message = "The specified method is not allowed against this resource.";
    Fail::new("MethodNotAllowed", 405, message)
}

/// What this version does not do, by name.
pub(crate) fn not_implemented(what: &str) -> Fail {
    let message = format!("{what} are not supported by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
