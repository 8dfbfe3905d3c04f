//! Object Lock: versions that are kept from deletion until a time, or until a hold is lifted.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>

mod asked;
mod bucket;

use platform::{Ctx, Fail, Result, Timestamp};
use s3_api::{ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetentionMode};
use serde::{Deserialize, Serialize};

use crate::error;
use crate::model::{Bucket, Version};
use crate::settings::Setting;
use crate::versions::Cause;

pub(crate) use asked::{
    LockHeaders, explicit, future, lock_headers, may_set, of_new, with_default,
};
pub(crate) use bucket::{checked, enabled};

/// What keeps a version from deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Lock {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// Whether a hold is on; none where none ever was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_hold: Option<bool>,
}

/// How long a version is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retention {
    pub mode: Mode,
    pub until: Timestamp,
}

/// Who may end a retention early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// Who has the right and says so.
    Governance,
    /// Nobody.
    Compliance,
}

impl Mode {
    /// As documents name it.
    pub fn of(mode: ObjectLockRetentionMode) -> Self {
        match mode {
            ObjectLockRetentionMode::Governance => Self::Governance,
            ObjectLockRetentionMode::Compliance => Self::Compliance,
        }
    }

    /// As documents name it.
    pub fn document(self) -> ObjectLockRetentionMode {
        match self {
            Self::Governance => ObjectLockRetentionMode::Governance,
            Self::Compliance => ObjectLockRetentionMode::Compliance,
        }
    }

    /// As headers name it.
    pub fn header(self) -> ObjectLockMode {
        match self {
            Self::Governance => ObjectLockMode::Governance,
            Self::Compliance => ObjectLockMode::Compliance,
        }
    }
}

/// A hold as answers tell it.
pub(crate) fn hold(on: bool) -> ObjectLockLegalHoldStatus {
    if on { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off }
}

/// Sets the members by which answers tell of a version's lock.
macro_rules! tell_lock {
    ($output:expr, $version:expr) => {{
        if let Some(lock) = &$version.lock {
            $output.object_lock_mode = lock.retention.map(|kept| kept.mode.header());
            $output.object_lock_retain_until_date = lock.retention.map(|kept| kept.until);
            $output.object_lock_legal_hold_status = lock.legal_hold.map($crate::lock::hold);
        }
    }};
}

pub(crate) use tell_lock;

/// Whether anything keeps a version from deletion, whoever asks.
pub(crate) fn is_locked(version: &Version, now: Timestamp) -> bool {
    check_delete(version, now, Cause::Lifecycle).is_err()
}

/// Refuses to delete a version that is kept.
///
/// # Errors
/// `AccessDenied`.
pub(crate) fn check_delete(version: &Version, now: Timestamp, cause: Cause) -> Result<()> {
    let Some(lock) = &version.lock else { return Ok(()) };
    let kept = lock.retention.filter(|kept| kept.until > now);
    let passed =
        |kept: &Retention| kept.mode == Mode::Governance && cause == Cause::BypassingRequest;
    if lock.legal_hold == Some(true) || kept.is_some_and(|kept| !passed(&kept)) {
        return Err(protected());
    }
    Ok(())
}

/// Refuses to change a retention that binds in a way that it does not let.
///
/// # Errors
/// `AccessDenied`.
pub(crate) fn check_change(
    from: Option<Retention>,
    to: Option<Retention>,
    now: Timestamp,
    cause: Cause,
) -> Result<()> {
    let Some(from) = from.filter(|from| from.until > now) else { return Ok(()) };
    let longer = to.is_some_and(|to| to.mode == from.mode && to.until >= from.until);
    let passed = from.mode == Mode::Governance && cause == Cause::BypassingRequest;
    if longer || passed { Ok(()) } else { Err(protected()) }
}

fn protected() -> Fail {
    let message = "Access Denied because object protected by object lock.";
    Fail::new("AccessDenied", 403, message)
}

/// Refuses what is for buckets with a lock, where there is none.
///
/// # Errors
/// `InvalidRequest`.
pub(crate) fn check_bucket(bucket: &Bucket) -> Result<()> {
    if bucket.settings.has(Setting::ObjectLock) {
        return Ok(());
    }
    Err(error::invalid_request("Bucket is missing Object Lock Configuration"))
}

/// What is answered of a version without a lock.
pub(crate) fn not_locked() -> Fail {
    let message = "The specified object does not have a ObjectLock configuration";
    Fail::new("NoSuchObjectLockConfiguration", 404, message)
}

/// The cause of a request that may ask to pass a governance retention, which takes a right.
///
/// # Errors
/// `AccessDenied`.
pub(crate) async fn cause(ctx: &Ctx, object: (&str, &str), bypass: Option<bool>) -> Result<Cause> {
    if bypass != Some(true) {
        return Ok(Cause::Request);
    }
    crate::ops::object::require(ctx, "s3:BypassGovernanceRetention", object, None).await?;
    Ok(Cause::BypassingRequest)
}

/// Refuses to pass retentions of a bucket that has none.
///
/// # Errors
/// `InvalidArgument`.
pub(crate) fn check_bypass(bucket: &Bucket, asked: Option<bool>) -> Result<()> {
    let Some(asked) = asked.filter(|_| !bucket.settings.has(Setting::ObjectLock)) else {
        return Ok(());
    };
    Err(error::invalid_argument(
        "x-amz-bypass-governance-retention",
        &asked.to_string(),
        "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(mode: Mode, until: i64) -> Option<Retention> {
        Some(Retention { mode, until: Timestamp::from_secs(until) })
    }

    fn version(retention: Option<Retention>, legal_hold: Option<bool>) -> Version {
        let owner = platform::Scope::default().account;
        let lock = Some(Lock { retention, legal_hold });
        Version { lock, ..Version::new(owner, Timestamp::EPOCH) }
    }

    #[test]
    fn a_version_is_kept_until_its_time_or_while_a_hold_is_on() {
        use Cause::{BypassingRequest, Lifecycle, Request};
        let may = |version: &Version, now, cause| {
            check_delete(version, Timestamp::from_secs(now), cause).is_ok()
        };
        let governed = version(kept(Mode::Governance, 10), None);
        assert!(!may(&governed, 9, Request) && may(&governed, 9, BypassingRequest));
        assert!(!may(&governed, 9, Lifecycle) && may(&governed, 10, Lifecycle));
        let complying = version(kept(Mode::Compliance, 10), Some(false));
        assert!(!may(&complying, 9, BypassingRequest) && may(&complying, 10, Request));
        let held = version(kept(Mode::Governance, 10), Some(true));
        assert!(!may(&held, 99, BypassingRequest) && !may(&version(None, Some(true)), 0, Request));
        assert!(may(&version(None, None), 0, Request));
    }

    #[test]
    fn a_retention_that_binds_only_grows() {
        let now = Timestamp::from_secs(5);
        let may = |from, to, cause| check_change(from, to, now, cause).is_ok();
        let (governance, compliance) = (Mode::Governance, Mode::Compliance);
        for mode in [governance, compliance] {
            assert!(may(kept(mode, 10), kept(mode, 10), Cause::Request));
            assert!(may(kept(mode, 10), kept(mode, 11), Cause::Request));
            assert!(!may(kept(mode, 10), kept(mode, 9), Cause::Request));
            assert!(!may(kept(mode, 10), None, Cause::Request));
            assert!(may(kept(mode, 5), None, Cause::Request), "it is over");
        }
        assert!(may(kept(governance, 10), None, Cause::BypassingRequest));
        assert!(may(kept(governance, 10), kept(compliance, 9), Cause::BypassingRequest));
        assert!(!may(kept(governance, 10), kept(compliance, 11), Cause::Request));
        assert!(!may(kept(compliance, 10), kept(governance, 11), Cause::BypassingRequest));
        assert!(!may(kept(compliance, 10), None, Cause::BypassingRequest));
        assert!(may(None, kept(compliance, 6), Cause::Request));
    }
}
