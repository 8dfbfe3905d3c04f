//! What the versions of a bucket come to on the bill, by kind of storage.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html>

use platform::{Timestamp, Unit};

use crate::classes::{Class, SMALL_BYTES};
use crate::model::Version;
use crate::tiering::Tier;

/// What an archived object's own description takes beside it: billed as the archive is.
const ARCHIVE_INDEX_BYTES: u64 = 32 << 10;
/// And so that it can be listed: billed as STANDARD.
const ARCHIVE_NAME_BYTES: u64 = 8 << 10;

/// A line of the bill for storage. The numbers are stored: a kind keeps its own for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Standard = 0,
    ReducedRedundancy = 1,
    StandardIa = 2,
    /// What objects of the class are smaller than the least that is billed.
    StandardIaSmall = 3,
    OnezoneIa = 4,
    OnezoneIaSmall = 5,
    GlacierIr = 6,
    GlacierIrSmall = 7,
    Glacier = 8,
    DeepArchive = 9,
    TierFrequent = 10,
    TierInfrequent = 11,
    TierArchiveInstant = 12,
    TierArchive = 13,
    TierDeepArchive = 14,
    /// Objects that Intelligent-Tiering watches; not bytes.
    TieringWatched = 15,
    /// The time that objects were not kept though it is billed.
    StandardIaEarly = 16,
    OnezoneIaEarly = 17,
    GlacierIrEarly = 18,
    GlacierEarly = 19,
    DeepArchiveEarly = 20,
}

/// How many kinds there are.
pub(crate) const KINDS: usize = 21;

impl Kind {
    pub const ALL: [Kind; KINDS] = [
        Kind::Standard,
        Kind::ReducedRedundancy,
        Kind::StandardIa,
        Kind::StandardIaSmall,
        Kind::OnezoneIa,
        Kind::OnezoneIaSmall,
        Kind::GlacierIr,
        Kind::GlacierIrSmall,
        Kind::Glacier,
        Kind::DeepArchive,
        Kind::TierFrequent,
        Kind::TierInfrequent,
        Kind::TierArchiveInstant,
        Kind::TierArchive,
        Kind::TierDeepArchive,
        Kind::TieringWatched,
        Kind::StandardIaEarly,
        Kind::OnezoneIaEarly,
        Kind::GlacierIrEarly,
        Kind::GlacierEarly,
        Kind::DeepArchiveEarly,
    ];

    /// The kind of a stored number.
    pub fn numbered(number: u32) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| *kind as u32 == number)
    }

    /// What price tables call it.
    pub fn operation(self) -> &'static str {
        match self {
            Kind::Standard => "",
            Kind::ReducedRedundancy => "REDUCED_REDUNDANCY",
            Kind::StandardIa => "STANDARD_IA",
            Kind::StandardIaSmall => "STANDARD_IA/small",
            Kind::OnezoneIa => "ONEZONE_IA",
            Kind::OnezoneIaSmall => "ONEZONE_IA/small",
            Kind::GlacierIr => "GLACIER_IR",
            Kind::GlacierIrSmall => "GLACIER_IR/small",
            Kind::Glacier => "GLACIER",
            Kind::DeepArchive => "DEEP_ARCHIVE",
            Kind::TierFrequent => "INTELLIGENT_TIERING/FREQUENT",
            Kind::TierInfrequent => "INTELLIGENT_TIERING/INFREQUENT",
            Kind::TierArchiveInstant => "INTELLIGENT_TIERING/ARCHIVE_INSTANT",
            Kind::TierArchive => "INTELLIGENT_TIERING/ARCHIVE",
            Kind::TierDeepArchive => "INTELLIGENT_TIERING/DEEP_ARCHIVE",
            Kind::TieringWatched => "INTELLIGENT_TIERING",
            Kind::StandardIaEarly => "STANDARD_IA/early",
            Kind::OnezoneIaEarly => "ONEZONE_IA/early",
            Kind::GlacierIrEarly => "GLACIER_IR/early",
            Kind::GlacierEarly => "GLACIER/early",
            Kind::DeepArchiveEarly => "DEEP_ARCHIVE/early",
        }
    }

    /// What is counted of it, times hours.
    pub fn unit(self) -> Unit {
        if self == Kind::TieringWatched { Unit::ObjectHours } else { Unit::ByteHours }
    }

    fn of_tier(tier: Tier) -> Kind {
        match tier {
            Tier::Frequent => Kind::TierFrequent,
            Tier::Infrequent => Kind::TierInfrequent,
            Tier::ArchiveInstant => Kind::TierArchiveInstant,
            Tier::Archive => Kind::TierArchive,
            Tier::DeepArchive => Kind::TierDeepArchive,
        }
    }
}

/// What came to a bucket and went from it in one change.
#[derive(Debug, Default)]
pub(crate) struct Delta {
    kept: [i64; KINDS],
    /// Byte-hours that are billed though nothing was kept.
    early: Option<(Kind, f64)>,
}

impl Delta {
    /// A version came, or is kept in this way from now on.
    pub fn came(&mut self, version: &Version) {
        self.count(version, 1);
    }

    /// A version is not kept in this way any more, though it stays.
    pub fn left(&mut self, version: &Version) {
        self.count(version, -1);
    }

    /// A version went, or went to another class; what is left of the least time is billed.
    pub fn went(&mut self, version: &Version, now: Timestamp) {
        self.count(version, -1);
        let class = version.class();
        let kind = match class {
            Class::StandardIa => Kind::StandardIaEarly,
            Class::OnezoneIa => Kind::OnezoneIaEarly,
            Class::GlacierIr => Kind::GlacierIrEarly,
            Class::Glacier => Kind::GlacierEarly,
            Class::DeepArchive => Kind::DeepArchiveEarly,
            _ => return,
        };
        let until = version.class_since() + class.least_time();
        if now < until {
            let hours = until.since(now).as_secs_f64() / 3600.0;
            let bytes = version.size.max(class.least_bytes()) + index_bytes(class);
            self.early = Some((kind, hours * bytes as f64));
        }
    }

    /// Bytes came or went that are parts of uploads.
    pub fn parts(&mut self, came: u64, went: u64) {
        self.add(Kind::Standard, came, 1);
        self.add(Kind::Standard, went, -1);
    }

    /// Every kind of which there is more or less now.
    pub fn changes(&self) -> impl Iterator<Item = (Kind, i64)> + '_ {
        let all = Kind::ALL.into_iter().zip(self.kept);
        all.filter(|(_, change)| *change != 0)
    }

    /// What is billed though it was not kept.
    pub fn early(&self) -> Option<(Kind, f64)> {
        self.early
    }

    fn add(&mut self, kind: Kind, bytes: u64, sign: i64) {
        if let Some(kept) = self.kept.get_mut(kind as usize) {
            *kept += sign * i64::try_from(bytes).unwrap_or(i64::MAX);
        }
    }

    fn count(&mut self, version: &Version, sign: i64) {
        let (class, size) = (version.class(), version.size);
        let small = SMALL_BYTES.saturating_sub(size);
        match class {
            _ if version.delete_marker => return,
            Class::Standard => self.add(Kind::Standard, size, sign),
            Class::ReducedRedundancy => self.add(Kind::ReducedRedundancy, size, sign),
            Class::StandardIa => {
                self.add(Kind::StandardIa, size, sign);
                self.add(Kind::StandardIaSmall, small, sign);
            }
            Class::OnezoneIa => {
                self.add(Kind::OnezoneIa, size, sign);
                self.add(Kind::OnezoneIaSmall, small, sign);
            }
            Class::GlacierIr => {
                self.add(Kind::GlacierIr, size, sign);
                self.add(Kind::GlacierIrSmall, small, sign);
            }
            Class::Glacier => self.add(Kind::Glacier, size + index_bytes(class), sign),
            Class::DeepArchive => self.add(Kind::DeepArchive, size + index_bytes(class), sign),
            Class::IntelligentTiering => {
                let tier = version.tiering.as_ref().map_or(Tier::Frequent, |known| known.tier);
                let index = if tier.archive().is_some() { ARCHIVE_INDEX_BYTES } else { 0 };
                self.add(Kind::of_tier(tier), size + index, sign);
                if size >= SMALL_BYTES {
                    self.add(Kind::TieringWatched, 1, sign);
                }
                if tier.archive().is_some() {
                    self.add(Kind::Standard, ARCHIVE_NAME_BYTES, sign);
                }
            }
        }
        if class.is_archive() {
            self.add(Kind::Standard, ARCHIVE_NAME_BYTES, sign);
            if version.restore.as_ref().is_some_and(|restore| restore.until.is_some()) {
                self.add(Kind::Standard, size, sign);
            }
        }
    }
}

fn index_bytes(class: Class) -> u64 {
    if class.is_archive() { ARCHIVE_INDEX_BYTES } else { 0 }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::jobs::tests::version;
    use crate::restore::Restore;

    fn of(class: &str, size: u64) -> Version {
        let blob = aquifer_object::BlobRef::Inline(Default::default());
        Version { storage_class: Some(class.to_owned()), size, ..version(1, blob) }
    }

    fn kept(version: &Version) -> Vec<(Kind, i64)> {
        let mut delta = Delta::default();
        delta.came(version);
        delta.changes().collect()
    }

    #[test]
    fn kinds_keep_their_numbers() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
            assert_eq!(Kind::numbered(at as u32), Some(kind));
        }
    }

    #[test]
    fn small_objects_are_billed_as_larger_ones_where_the_class_says_so() {
        assert_eq!(kept(&of("STANDARD", 1)), [(Kind::Standard, 1)]);
        let small = [(Kind::StandardIa, 1024), (Kind::StandardIaSmall, 127 << 10)];
        assert_eq!(kept(&of("STANDARD_IA", 1024)), small);
        assert_eq!(kept(&of("STANDARD_IA", 1 << 20)), [(Kind::StandardIa, 1 << 20)]);
        let archived = [(Kind::Standard, 8 << 10), (Kind::Glacier, (32 << 10) + 5)];
        assert_eq!(kept(&of("GLACIER", 5)), archived);
        assert_eq!(kept(&of("INTELLIGENT_TIERING", 5)), [(Kind::TierFrequent, 5)]);
    }

    #[test]
    fn a_restored_copy_is_billed_besides() {
        let until = Some(Timestamp::EPOCH);
        let restore = Some(Restore { due: Timestamp::EPOCH, days: 1, until });
        let restored = Version { restore, ..of("DEEP_ARCHIVE", 7) };
        let all = [(Kind::Standard, (8 << 10) + 7), (Kind::DeepArchive, (32 << 10) + 7)];
        assert_eq!(kept(&restored), all);
    }

    #[test]
    fn what_goes_early_is_billed_to_the_end() {
        let day = Duration::from_secs(86_400);
        let after = |class: &str, days: u32| {
            let mut delta = Delta::default();
            delta.went(&of(class, 1 << 20), Timestamp::EPOCH + day * days);
            delta.early().map(|(_, hours)| hours / 24.0 / f64::from(1 << 20))
        };
        assert_eq!(after("STANDARD_IA", 1), Some(29.0));
        assert_eq!(after("STANDARD_IA", 30), None);
        assert_eq!(after("GLACIER_IR", 60), Some(30.0));
        assert_eq!(after("DEEP_ARCHIVE", 179), Some(1.0 + 1.0 / 32.0));
        assert_eq!(after("STANDARD", 0), None);
    }

    #[test]
    fn what_comes_and_goes_is_nothing() {
        for class in Class::ALL {
            let version = of(class.name(), 1000);
            let mut delta = Delta::default();
            delta.came(&version);
            delta.left(&version);
            assert_eq!(delta.changes().count(), 0);
        }
    }
}
