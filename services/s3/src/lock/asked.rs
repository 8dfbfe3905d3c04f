//! The lock that a new object gets: what its request says, or what its bucket gives it.

use platform::{Ctx, ReadTx, Result, Timestamp};
use s3_api::{ObjectLockLegalHoldStatus, ObjectLockMode};

use super::{Lock, Mode, Retention, bucket, check_bucket};
use crate::error;
use crate::model::Bucket;

/// The header that errors of the others name.
const UNTIL: &str = "x-amz-object-lock-retain-until-date";

/// The members of an input that say it.
#[derive(Clone, Copy)]
pub(crate) struct LockHeaders {
    pub mode: Option<ObjectLockMode>,
    pub until: Option<Timestamp>,
    pub hold: Option<ObjectLockLegalHoldStatus>,
}

/// Reads the lock that an input asks for.
macro_rules! lock_headers {
    ($input:expr) => {
        $crate::lock::LockHeaders {
            mode: $input.object_lock_mode,
            until: $input.object_lock_retain_until_date,
            hold: $input.object_lock_legal_hold_status,
        }
    };
}

pub(crate) use lock_headers;

impl LockHeaders {
    fn any(&self) -> bool {
        self.retains() || self.hold.is_some()
    }

    fn retains(&self) -> bool {
        self.mode.is_some() || self.until.is_some()
    }
}

/// An object that is stored with a lock needs the rights to put one too.
///
/// # Errors
/// `AccessDenied`.
pub(crate) async fn may_set(ctx: &Ctx, object: (&str, &str), headers: LockHeaders) -> Result<()> {
    if headers.retains() {
        crate::ops::object::require(ctx, "s3:PutObjectRetention", object, None).await?;
    }
    if headers.hold.is_some() {
        crate::ops::object::require(ctx, "s3:PutObjectLegalHold", object, None).await?;
    }
    Ok(())
}

/// The lock that headers say themselves.
///
/// # Errors
/// `InvalidRequest` where the bucket has none, `InvalidArgument`.
pub(crate) fn explicit(ctx: &Ctx, bucket: &Bucket, headers: LockHeaders) -> Result<Option<Lock>> {
    if !headers.any() {
        return Ok(None);
    }
    check_bucket(bucket)?;
    let retention = match (headers.mode, headers.until) {
        (None, None) => None,
        (Some(mode), Some(until)) => {
            let mode = match mode {
                ObjectLockMode::Governance => Mode::Governance,
                ObjectLockMode::Compliance => Mode::Compliance,
            };
            Some(Retention { mode, until: future(ctx, until)? })
        }
        (mode, until) => {
            let message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must \
                           both be supplied";
            let value = until.map(Timestamp::rfc3339);
            let value = value.or(mode.map(|mode| mode.as_str().to_owned())).unwrap_or_default();
            return Err(error::invalid_argument(UNTIL, &value, message));
        }
    };
    let legal_hold = headers.hold.map(|hold| hold == ObjectLockLegalHoldStatus::On);
    Ok(Some(Lock { retention, legal_hold }))
}

/// A time to keep something until.
///
/// # Errors
/// `InvalidArgument` for one that is past.
pub(crate) fn future(ctx: &Ctx, until: Timestamp) -> Result<Timestamp> {
    if until > ctx.now() {
        return Ok(until);
    }
    let message = "The retain until date must be in the future!";
    Err(error::invalid_argument(UNTIL, &until.rfc3339(), message))
}

/// The lock of a version that is made now: its own retention, or else that of its bucket.
pub(crate) fn with_default(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    at: (&str, &Bucket),
    lock: Option<Lock>,
) -> Result<Option<Lock>> {
    if lock.as_ref().is_some_and(|lock| lock.retention.is_some()) {
        return Ok(lock);
    }
    let Some(retention) = bucket::default(ctx, tx, at)? else { return Ok(lock) };
    Ok(Some(Lock { retention: Some(retention), ..lock.unwrap_or_default() }))
}

/// The lock of a version that a request makes now.
///
/// # Errors
/// As [`explicit`].
pub(crate) fn of_new(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    headers: LockHeaders,
) -> Result<Option<Lock>> {
    with_default(ctx, tx, (name, bucket), explicit(ctx, bucket, headers)?)
}
