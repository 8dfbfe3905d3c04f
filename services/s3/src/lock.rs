//! Object Lock: versions that are kept from deletion until a time, or until a hold is lifted.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>

use platform::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Version;

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

/// Whether anything keeps a version from deletion, whoever asks.
pub(crate) fn is_locked(version: &Version, now: Timestamp) -> bool {
    let Some(lock) = &version.lock else { return false };
    lock.legal_hold == Some(true) || lock.retention.is_some_and(|kept| kept.until > now)
}
