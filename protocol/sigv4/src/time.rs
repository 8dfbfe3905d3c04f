//! Is the signing time acceptable? Judged against real and virtual time, neither read here.
//!
//! A client stamps its requests with the real time while the server's clock may have been turned
//! by months, and a test may freeze the client's clock at the server's virtual time instead. Both
//! are honest, so a date near *either* clock passes. Expiry is different: a presigned URL must die
//! when the virtual clock passes its end, or turning the clock would show nothing.

use thiserror::Error;

use crate::presented::{Kind, Presented};

/// How far a signing time may lie from a clock, either way.
pub const SKEW_SECONDS_MAX: i64 = 15 * 60;

/// The longest life of a presigned URL: a week.
pub const EXPIRES_SECONDS_MAX: u32 = 604_800;

/// The signing time is not acceptable now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimeError {
    /// A header-signed request is dated too far from both clocks.
    #[error("the difference between the request time and the current time is too large")]
    TooSkewed,
    /// A presigned URL is dated in the future of both clocks.
    #[error("the request is not yet valid")]
    NotYetValid,
    /// A presigned URL has outlived its validity.
    #[error("the request has expired")]
    Expired {
        /// The last valid second, seconds since the epoch.
        expired_at: i64,
    },
}

/// Checks the signing time. `real_now` and `virtual_now` are seconds since the epoch.
pub fn check_time(presented: &Presented, real_now: i64, virtual_now: i64) -> Result<(), TimeError> {
    let signed_at = presented.signed_at;
    match presented.kind {
        Kind::Header => {
            let near = |now: i64| now.abs_diff(signed_at) <= SKEW_SECONDS_MAX.unsigned_abs();
            if near(real_now) || near(virtual_now) { Ok(()) } else { Err(TimeError::TooSkewed) }
        }
        Kind::Presigned { expires_seconds } => {
            let latest_now = real_now.max(virtual_now);
            if signed_at > latest_now.saturating_add(SKEW_SECONDS_MAX) {
                return Err(TimeError::NotYetValid);
            }
            let expired_at = signed_at.saturating_add(i64::from(expires_seconds));
            if expired_at < virtual_now { Err(TimeError::Expired { expired_at }) } else { Ok(()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: i64 = 30 * 86_400;

    #[test]
    fn header_date_may_be_near_either_clock() {
        let at = |t| Presented::sample(t, Kind::Header);
        assert_eq!(check_time(&at(1000), 1000 + 900, 1000 + MONTH), Ok(()));
        assert_eq!(check_time(&at(1000 + MONTH), 1000, 1000 + MONTH - 900), Ok(()));
        assert_eq!(
            check_time(&at(1000), 1000 + 901, 1000 + MONTH),
            Err(TimeError::TooSkewed),
            "near neither"
        );
        assert_eq!(check_time(&at(i64::MIN), i64::MAX, 0), Err(TimeError::TooSkewed));
    }

    #[test]
    fn presigned_urls_expire_by_the_virtual_clock() {
        let url = Presented::sample(1000, Kind::Presigned { expires_seconds: 60 });
        assert_eq!(check_time(&url, 1000, 1060), Ok(()));
        assert_eq!(check_time(&url, 1000, 1061), Err(TimeError::Expired { expired_at: 1060 }));
        assert_eq!(check_time(&url, 5000, 1000), Ok(()), "virtual time stood still");
        assert_eq!(check_time(&url, 99, 99), Err(TimeError::NotYetValid));
        assert_eq!(check_time(&url, 100, 0), Ok(()));
    }
}
