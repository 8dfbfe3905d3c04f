//! Storage classes: which there are, what is asked of those who use them, and which can be read.
//!
//! A class decides what bytes cost, whether they have to be restored before they are read, where a
//! lifecycle may move them, and for one class that they are in one zone only.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html>

use std::time::Duration;

use platform::{Fail, Result};
use s3_api::StorageClass;

use crate::error;
use crate::model::Version;
use crate::tiering::Tier;

const DAY: Duration = Duration::from_secs(86_400);
/// What the smallest object of a class is billed as, where a class has a minimum.
pub(crate) const SMALL_BYTES: u64 = 128 << 10;

/// A class of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Standard,
    ReducedRedundancy,
    StandardIa,
    IntelligentTiering,
    OnezoneIa,
    GlacierIr,
    Glacier,
    DeepArchive,
}

impl Class {
    pub const ALL: [Class; 8] = [
        Class::Standard,
        Class::ReducedRedundancy,
        Class::StandardIa,
        Class::IntelligentTiering,
        Class::OnezoneIa,
        Class::GlacierIr,
        Class::Glacier,
        Class::DeepArchive,
    ];

    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Standard => "STANDARD",
            Class::ReducedRedundancy => "REDUCED_REDUNDANCY",
            Class::StandardIa => "STANDARD_IA",
            Class::IntelligentTiering => "INTELLIGENT_TIERING",
            Class::OnezoneIa => "ONEZONE_IA",
            Class::GlacierIr => "GLACIER_IR",
            Class::Glacier => "GLACIER",
            Class::DeepArchive => "DEEP_ARCHIVE",
        }
    }

    /// The class of a name; none if it is none of ours.
    pub fn parse(name: &str) -> Option<Class> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The class that rows name; none is STANDARD.
    pub fn of(name: Option<&str>) -> Class {
        name.and_then(Self::parse).unwrap_or(Class::Standard)
    }

    /// Whether its objects are kept in one zone only.
    pub fn is_one_zone(self) -> bool {
        self == Class::OnezoneIa
    }

    /// Whether its objects have to be restored before they are read.
    pub fn is_archive(self) -> bool {
        matches!(self, Class::Glacier | Class::DeepArchive)
    }

    /// How long an object of the class is billed at least.
    pub fn least_time(self) -> Duration {
        match self {
            Class::Standard | Class::ReducedRedundancy | Class::IntelligentTiering => {
                Duration::ZERO
            }
            Class::StandardIa | Class::OnezoneIa => 30 * DAY,
            Class::GlacierIr | Class::Glacier => 90 * DAY,
            Class::DeepArchive => 180 * DAY,
        }
    }

    /// How many bytes an object of the class is billed for at least.
    pub fn least_bytes(self) -> u64 {
        match self {
            Class::StandardIa | Class::OnezoneIa | Class::GlacierIr => SMALL_BYTES,
            _ => 0,
        }
    }

    /// Whether fetching its bytes costs.
    pub fn charges_reading(self) -> bool {
        matches!(self, Class::StandardIa | Class::OnezoneIa | Class::GlacierIr)
    }

    /// Whether a lifecycle may move an object of this class to another: only ever down.
    pub fn may_become(self, to: Class) -> bool {
        use Class::{
            DeepArchive, Glacier, GlacierIr, IntelligentTiering, OnezoneIa, ReducedRedundancy,
            Standard, StandardIa,
        };
        match self {
            Standard | ReducedRedundancy => !matches!(to, Standard | ReducedRedundancy),
            StandardIa => !matches!(to, Standard | ReducedRedundancy | StandardIa),
            IntelligentTiering => matches!(to, OnezoneIa | GlacierIr | Glacier | DeepArchive),
            OnezoneIa | GlacierIr => matches!(to, Glacier | DeepArchive),
            Glacier => to == DeepArchive,
            DeepArchive => false,
        }
    }
}

/// The class a request asks for, as rows name it.
///
/// # Errors
/// Names a class whose objects are not in buckets.
pub(crate) fn asked(class: Option<StorageClass>) -> Result<Option<String>> {
    let Some(asked) = class else { return Ok(None) };
    match Class::parse(asked.as_str()) {
        Some(Class::Standard) => Ok(None),
        Some(class) => Ok(Some(class.name().to_owned())),
        None => Err(error::not_implemented(&format!("x-amz-storage-class: {}", asked.as_str()))),
    }
}

/// Refuses to read what is archived and not restored.
pub(crate) fn check_readable(version: &Version) -> Result<()> {
    refuse_archived(version, "The operation is not valid for the object's storage class")
}

/// Refuses to copy what is archived and not restored.
pub(crate) fn check_copyable(version: &Version) -> Result<()> {
    refuse_archived(version, "Operation is not valid for the source object's storage class")
}

fn refuse_archived(version: &Version, message: &str) -> Result<()> {
    let restored = version.restore.as_ref().is_some_and(|restore| restore.until.is_some());
    let tier = version.tiering.as_ref().map(|tiering| tiering.tier).and_then(Tier::archive);
    if !(version.class().is_archive() && !restored || tier.is_some()) {
        return Ok(());
    }
    let fail = invalid_state(version, message);
    Err(match tier {
        Some(tier) => fail.with("AccessTier", tier.as_str()),
        None => fail,
    })
}

/// What AWS answers where an object's class does not go with a request.
pub(crate) fn invalid_state(version: &Version, message: &str) -> Fail {
    Fail::new("InvalidObjectState", 403, message).with("StorageClass", version.class().name())
}

/// Has a request on an object of a class billed as such.
pub(crate) fn bill(ctx: &platform::Ctx, class: Class) {
    if class != Class::Standard {
        ctx.bill_as(class.name());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_go_down_only() {
        for from in Class::ALL {
            for to in Class::ALL {
                assert!(!(from.may_become(to) && to.may_become(from)), "{from:?} {to:?}");
            }
            assert!(!from.may_become(Class::Standard) && !from.may_become(from));
            assert_eq!(Class::parse(from.name()), Some(from));
            assert!(StorageClass::parse(from.name()).is_some());
        }
        assert!(Class::OnezoneIa.may_become(Class::Glacier));
        assert!(!Class::OnezoneIa.may_become(Class::GlacierIr));
    }
}
