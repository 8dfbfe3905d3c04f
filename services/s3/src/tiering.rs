//! S3 Intelligent-Tiering: where an object lies that nobody has read for a while.
//!
//! When an object was last read is written down to the day, and only of objects of this class that
//! are large enough to be watched: most reads write nothing. The walk through the bucket at midnight
//! ([`crate::lifecycle::worker`]) moves objects down; reading and restoring moves them back.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html>

use platform::{Ctx, ReadTx, Result, Timestamp, WriteTx};
use s3_api::{
    ArchiveStatus, IntelligentTieringAccessTier, IntelligentTieringConfiguration,
    IntelligentTieringStatus,
};
use serde::{Deserialize, Serialize};

use crate::changes::{self, Change};
use crate::classes::{Class, SMALL_BYTES};
use crate::lifecycle::days::{self, DAY};
use crate::model::{Bucket, Version};
use crate::settings::{self, Setting};
use crate::store;
use crate::usage::{self, Delta};

/// Days without a read after which an object is moved.
const INFREQUENT_DAYS: u32 = 30;
const ARCHIVE_INSTANT_DAYS: u32 = 90;

/// Where an object of the class lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Tier {
    #[default]
    Frequent,
    Infrequent,
    ArchiveInstant,
    Archive,
    DeepArchive,
}

impl Tier {
    /// The archive it lies in, if it has to be restored before it is read.
    pub fn archive(self) -> Option<ArchiveStatus> {
        match self {
            Tier::Frequent | Tier::Infrequent | Tier::ArchiveInstant => None,
            Tier::Archive => Some(ArchiveStatus::ArchiveAccess),
            Tier::DeepArchive => Some(ArchiveStatus::DeepArchiveAccess),
        }
    }

    /// What inventories call it.
    pub fn listed(self) -> &'static str {
        match self {
            Tier::Frequent => "FREQUENT",
            Tier::Infrequent => "INFREQUENT",
            Tier::ArchiveInstant => "ARCHIVE_INSTANT_ACCESS",
            Tier::Archive => "ARCHIVE",
            Tier::DeepArchive => "DEEP_ARCHIVE",
        }
    }
}

/// What is known of an object of the class that was moved or read since it was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tiering {
    pub tier: Tier,
    /// When it was last read or stored, to the day or better.
    pub accessed: Timestamp,
}

impl Tiering {
    /// Of a version that is of the class.
    fn of(version: &Version) -> Tiering {
        let stored = || Tiering { tier: Tier::Frequent, accessed: version.class_since() };
        version.tiering.clone().unwrap_or_else(stored)
    }
}

/// Whether a version is watched: small ones stay where they are, and cost nothing to watch.
pub(crate) fn is_watched(version: &Version) -> bool {
    version.class() == Class::IntelligentTiering && version.size >= SMALL_BYTES
}

/// Where a version lies; none where it is not of the class.
pub(crate) fn tier(version: &Version) -> Option<Tier> {
    let of_class = !version.delete_marker && version.class() == Class::IntelligentTiering;
    of_class.then(|| version.tiering.as_ref().map_or(Tier::Frequent, |known| known.tier))
}

/// When a bucket's objects are moved to archives.
#[derive(Default)]
pub(crate) struct Tiers(Vec<IntelligentTieringConfiguration>);

impl Tiers {
    /// As the bucket's owner has set it.
    pub fn of(tx: &ReadTx<'_>, name: &str, bucket: &Bucket) -> Result<Tiers> {
        let all = settings::all(tx, (name, bucket), Setting::IntelligentTiering)?;
        Ok(Tiers(all.into_iter().map(|(_, configuration)| configuration).collect()))
    }

    /// The tier further down that a version is due to be moved to.
    pub fn moves(&self, key: &str, version: &Version, now: Timestamp) -> Option<Tier> {
        if !is_watched(version) || version.restore.is_some() {
            return None;
        }
        let known = Tiering::of(version);
        let idle = |days: u32| days::due(known.accessed, days) <= now;
        let mut tier = Tier::Frequent;
        for (days, to) in
            [(INFREQUENT_DAYS, Tier::Infrequent), (ARCHIVE_INSTANT_DAYS, Tier::ArchiveInstant)]
        {
            tier = if idle(days) { to } else { tier };
        }
        for configuration in self.0.iter().filter(|known| applies(known, key, version)) {
            for tiering in &configuration.tierings {
                let to = match tiering.access_tier {
                    IntelligentTieringAccessTier::ArchiveAccess => Tier::Archive,
                    IntelligentTieringAccessTier::DeepArchiveAccess => Tier::DeepArchive,
                };
                if u32::try_from(tiering.days).is_ok_and(idle) {
                    tier = tier.max(to);
                }
            }
        }
        (tier > known.tier).then_some(tier)
    }
}

fn applies(configuration: &IntelligentTieringConfiguration, key: &str, version: &Version) -> bool {
    if configuration.status != IntelligentTieringStatus::Enabled {
        return false;
    }
    let Some(filter) = &configuration.filter else { return true };
    let and = filter.and.as_ref();
    let prefix = filter.prefix.as_deref().or(and.and_then(|and| and.prefix.as_deref()));
    let tags = and.and_then(|and| and.tags.as_ref()).into_iter().flatten();
    let has = |name: &str, value: &str| {
        version.tags.iter().any(|(key, known)| key == name && known == value)
    };
    key.starts_with(prefix.unwrap_or_default())
        && filter.tag.iter().chain(tags).all(|tag| has(&tag.key, &tag.value))
}

/// Moves a version down.
pub(crate) fn move_to(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    version: &Version,
    tier: Tier,
) -> Result<()> {
    let tiering = Some(Tiering { tier, ..Tiering::of(version) });
    let moved = Version { tiering, ..version.clone() };
    save(ctx, tx, name, key, version, &moved)?;
    if tier.archive().is_some() {
        changes::note(ctx, tx, (name, bucket), key, Change::Tiered, &moved)?;
    }
    Ok(())
}

/// Notes that a version was read, which takes it back to where it is read best. Writes at most once
/// a day.
pub(crate) async fn touch(ctx: &Ctx, name: &str, key: &str, version: &Version) -> Result<()> {
    let now = ctx.now();
    if !is_watched(version) || !is_news(version, now) {
        return Ok(());
    }
    ctx.write(|tx| {
        // It may be gone, or have been moved or read, since it was read.
        let Some(found) = store::at(tx, name, key, version.sequence)? else { return Ok(()) };
        if !is_watched(&found) || !is_news(&found, now) {
            return Ok(());
        }
        let tiering = Some(Tiering { tier: Tier::Frequent, accessed: now });
        let read = Version { tiering, ..found.clone() };
        save(ctx, tx, name, key, &found, &read)
    })
    .await
}

fn is_news(version: &Version, now: Timestamp) -> bool {
    let known = Tiering::of(version);
    let archived = known.tier.archive().is_some();
    !archived && (known.tier != Tier::Frequent || known.accessed + DAY <= now)
}

fn save(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    name: &str,
    key: &str,
    before: &Version,
    after: &Version,
) -> Result<()> {
    store::save(tx, name, key, after)?;
    let mut delta = Delta::default();
    delta.left(before);
    delta.came(after);
    usage::change(tx, ctx.now(), name, &delta)
}

#[cfg(test)]
mod tests {
    use s3_api::{IntelligentTieringFilter, Tiering as Setting};

    use super::*;
    use crate::jobs::tests::version;

    fn object(size: u64) -> Version {
        let blob = aquifer_object::BlobRef::Inline(Default::default());
        let storage_class = Some("INTELLIGENT_TIERING".to_owned());
        Version { storage_class, size, ..version(1, blob) }
    }

    fn archives(prefix: &str, days: &[(IntelligentTieringAccessTier, i32)]) -> Tiers {
        let tierings = days.iter().map(|(tier, days)| Setting { access_tier: *tier, days: *days });
        Tiers(vec![IntelligentTieringConfiguration {
            id: "x".to_owned(),
            status: IntelligentTieringStatus::Enabled,
            filter: Some(IntelligentTieringFilter {
                prefix: Some(prefix.to_owned()),
                ..Default::default()
            }),
            tierings: tierings.collect(),
        }])
    }

    #[test]
    fn objects_sink_while_nobody_reads_them() {
        let (none, large) = (Tiers::default(), object(SMALL_BYTES));
        let after =
            |tiers: &Tiers, days: u32| tiers.moves("a/k", &large, Timestamp::EPOCH + DAY * days);
        assert_eq!(after(&none, 30), None);
        assert_eq!(after(&none, 31), Some(Tier::Infrequent));
        assert_eq!(after(&none, 91), Some(Tier::ArchiveInstant));
        assert_eq!(after(&none, 9000), Some(Tier::ArchiveInstant));
        let archive = (IntelligentTieringAccessTier::ArchiveAccess, 90);
        let deep = (IntelligentTieringAccessTier::DeepArchiveAccess, 180);
        assert_eq!(after(&archives("a/", &[archive]), 91), Some(Tier::Archive));
        assert_eq!(after(&archives("a/", &[archive, deep]), 181), Some(Tier::DeepArchive));
        assert_eq!(after(&archives("b/", &[archive]), 91), Some(Tier::ArchiveInstant));
        let small = object(SMALL_BYTES - 1);
        assert_eq!(none.moves("k", &small, Timestamp::EPOCH + DAY * 99), None);
    }

    #[test]
    fn nothing_moves_twice_and_reading_starts_anew() {
        let at = |days: u32| Timestamp::EPOCH + DAY * days;
        let tiering = Some(Tiering { tier: Tier::Infrequent, accessed: at(0) });
        let moved = Version { tiering, ..object(SMALL_BYTES) };
        assert_eq!(Tiers::default().moves("k", &moved, at(40)), None);
        assert!(is_news(&moved, at(40)));
        let tiering = Some(Tiering { tier: Tier::Frequent, accessed: at(40) });
        let read = Version { tiering, ..moved };
        assert_eq!(Tiers::default().moves("k", &read, at(70)), None);
        assert!(!is_news(&read, at(40)) && is_news(&read, at(41)));
    }
}
