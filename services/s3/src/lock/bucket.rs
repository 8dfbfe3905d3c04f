//! What a bucket's lock gives new versions that do not say.

use std::time::Duration;

use platform::{Ctx, Fail, ReadTx, Result};
use s3_api::{DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled};

use super::{Mode, Retention};
use crate::error;
use crate::model::Bucket;
use crate::settings::{self, Setting};

const DAY: Duration = Duration::from_secs(86_400);
const DAYS_OF_YEAR: i32 = 365;
/// The longest default: 100 years.
const YEARS_MAX: i32 = 100;
const DAYS_MAX: i32 = YEARS_MAX * DAYS_OF_YEAR;

/// The document of a bucket that has a lock and gives nothing by it.
pub(crate) fn enabled() -> ObjectLockConfiguration {
    ObjectLockConfiguration { object_lock_enabled: Some(ObjectLockEnabled::Enabled), rule: None }
}

/// Checks a document that a request puts.
///
/// # Errors
/// `MalformedXML`, `InvalidArgument`.
pub(crate) fn checked(given: Option<ObjectLockConfiguration>) -> Result<ObjectLockConfiguration> {
    let given = given.ok_or_else(error::malformed_xml)?;
    if given.object_lock_enabled != Some(ObjectLockEnabled::Enabled) {
        return Err(error::malformed_xml());
    }
    if let Some(rule) = &given.rule {
        let retention = rule.default_retention.as_ref().ok_or_else(error::malformed_xml)?;
        days(retention)?;
    }
    Ok(given)
}

/// How many days a default keeps.
fn days(retention: &DefaultRetention) -> Result<i32> {
    let (given, max, factor, name) = match (retention.days, retention.years) {
        (Some(days), None) => (days, DAYS_MAX, 1, "Days"),
        (None, Some(years)) => (years, YEARS_MAX, DAYS_OF_YEAR, "Years"),
        _ => return Err(error::malformed_xml()),
    };
    if retention.mode.is_none() {
        return Err(error::malformed_xml());
    }
    let bad = |message: &str| error::invalid_argument(name, &given.to_string(), message);
    if given <= 0 {
        return Err(bad("Default retention period must be a positive integer value."));
    }
    if given > max {
        return Err(bad("Default retention period is too large."));
    }
    Ok(given * factor)
}

/// The retention that the bucket gives a version made now.
pub(super) fn default(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    at: (&str, &Bucket),
) -> Result<Option<Retention>, Fail> {
    let found: Option<ObjectLockConfiguration> = settings::get(tx, at, Setting::ObjectLock)?;
    let given = found.and_then(|found| found.rule).and_then(|rule| rule.default_retention);
    let Some(given) = given else { return Ok(None) };
    let Some(mode) = given.mode else { return Ok(None) };
    let days = u32::try_from(days(&given)?).unwrap_or_default();
    let until = ctx.now().floor_millis() + DAY * days;
    Ok(Some(Retention { mode: Mode::of(mode), until }))
}

#[cfg(test)]
mod tests {
    use s3_api::{ObjectLockRetentionMode, ObjectLockRule};

    use super::*;

    fn code(days: Option<i32>, years: Option<i32>, mode: bool) -> Option<String> {
        let mode = mode.then_some(ObjectLockRetentionMode::Governance);
        let default_retention = Some(DefaultRetention { days, years, mode });
        let given = ObjectLockConfiguration {
            rule: Some(ObjectLockRule { default_retention }),
            ..enabled()
        };
        checked(Some(given)).err().map(|fail| fail.code().to_owned())
    }

    #[test]
    fn a_default_has_a_mode_and_one_period() {
        assert_eq!(code(Some(1), None, true), None);
        assert_eq!(code(None, Some(100), true), None);
        for (days, years, mode) in
            [(None, None, true), (Some(1), Some(1), true), (Some(1), None, false)]
        {
            assert_eq!(code(days, years, mode).as_deref(), Some("MalformedXML"));
        }
        for (days, years) in
            [(Some(0), None), (Some(-1), None), (None, Some(101)), (Some(36_501), None)]
        {
            assert_eq!(code(days, years, true).as_deref(), Some("InvalidArgument"));
        }
        assert!(checked(None).is_err() && checked(Some(Default::default())).is_err());
        assert!(checked(Some(enabled())).is_ok());
    }
}
