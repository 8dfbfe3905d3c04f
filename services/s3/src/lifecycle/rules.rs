//! What the rules of a lifecycle say becomes of a version at a time. Nothing here reads a store or
//! a clock.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>

use platform::{Tags, Timestamp};
use s3_api::{
    ExpirationStatus, GetBucketLifecycleConfigurationOutput as Configuration, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, TransitionDefaultMinimumObjectSize,
};

use super::days;
use crate::classes::{Class, SMALL_BYTES};
use crate::model::Version;

/// A version, and its place among those of its key.
pub(crate) struct Seen<'a> {
    pub key: &'a str,
    pub version: &'a Version,
    pub place: Place,
}

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Current {
        /// Whether the key has no other.
        alone: bool,
    },
    Noncurrent {
        since: Timestamp,
        /// How many noncurrent ones are newer.
        newer: usize,
    },
}

/// What becomes of a version now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    pub end: Option<End>,
    /// The class it moves to; not where it is removed for good.
    pub class: Option<Class>,
}

/// How a version ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its key is deleted: where versions are kept, by a marker.
    Expire,
    /// It is removed for good.
    Remove,
}

/// What becomes of a version now.
pub(crate) fn fate(rules: &Configuration, seen: &Seen<'_>, now: Timestamp) -> Fate {
    let mut fate = Fate::default();
    for rule in enabled(rules).filter(|rule| applies(rule, seen.key, seen.version)) {
        let (end, class) = match seen.place {
            Place::Current { alone } => current(rule, rules, seen.version, alone, now),
            Place::Noncurrent { since, newer } => {
                noncurrent(rule, rules, seen.version, (since, newer), now)
            }
        };
        fate.end = fate.end.max_of(end);
        fate.class = deeper(fate.class, class);
    }
    if fate.end == Some(End::Remove) {
        fate.class = None;
    }
    fate
}

trait MaxOf {
    fn max_of(self, other: Self) -> Self;
}

impl MaxOf for Option<End> {
    /// Removal for good goes before all else.
    fn max_of(self, other: Self) -> Self {
        if other == Some(End::Remove) { other } else { self.or(other) }
    }
}

/// Of two classes the one that is further down: AWS prefers the cheaper one.
fn deeper(one: Option<Class>, other: Option<Class>) -> Option<Class> {
    match (one, other) {
        (Some(one), Some(other)) if one.may_become(other) => Some(other),
        (one, other) => one.or(other),
    }
}

fn current(
    rule: &LifecycleRule,
    rules: &Configuration,
    version: &Version,
    alone: bool,
    now: Timestamp,
) -> (Option<End>, Option<Class>) {
    let expired = expires(rule.expiration.as_ref(), version).is_some_and(|due| due <= now);
    if version.delete_marker {
        let lone = rule.expiration.as_ref().is_some_and(|expiration| {
            expiration.expired_object_delete_marker == Some(true)
                || expiration.days.is_some() && expired
        });
        return ((alone && lone).then_some(End::Remove), None);
    }
    let mut class = None;
    for transition in rule.transitions.iter().flatten() {
        let due = match (transition.days, transition.date) {
            (Some(days), _) => days::due(version.modified, unsigned(days)),
            (None, Some(date)) => date,
            (None, None) => continue,
        };
        if due <= now {
            let to = transition.storage_class.map(|class| class.as_str());
            class = deeper(class, move_to(rule, rules, version, to));
        }
    }
    (expired.then_some(End::Expire), class)
}

fn noncurrent(
    rule: &LifecycleRule,
    rules: &Configuration,
    version: &Version,
    (since, newer): (Timestamp, usize),
    now: Timestamp,
) -> (Option<End>, Option<Class>) {
    let due = |days: Option<i32>, kept: Option<i32>| {
        let kept = usize::try_from(kept.unwrap_or(0)).unwrap_or(0);
        newer >= kept && days.is_some_and(|days| days::due(since, unsigned(days)) <= now)
    };
    let expiration = rule.noncurrent_version_expiration.as_ref();
    if expiration.is_some_and(|it| due(it.noncurrent_days, it.newer_noncurrent_versions)) {
        return (Some(End::Remove), None);
    }
    if version.delete_marker {
        return (None, None);
    }
    let mut class = None;
    for transition in rule.noncurrent_version_transitions.iter().flatten() {
        if due(transition.noncurrent_days, transition.newer_noncurrent_versions) {
            let to = transition.storage_class.map(|class| class.as_str());
            class = deeper(class, move_to(rule, rules, version, to));
        }
    }
    (None, class)
}

/// The class, if the version may move there.
fn move_to(
    rule: &LifecycleRule,
    rules: &Configuration,
    version: &Version,
    to: Option<&str>,
) -> Option<Class> {
    let to = Class::parse(to?)?;
    let varies = rules.transition_default_minimum_object_size
        == Some(TransitionDefaultMinimumObjectSize::VariesByStorageClass);
    let small = version.size < SMALL_BYTES && !says_size(rule) && !(varies && to.is_archive());
    (version.class().may_become(to) && !small).then_some(to)
}

/// When a current version expires by a rule.
fn expires(expiration: Option<&LifecycleExpiration>, version: &Version) -> Option<Timestamp> {
    let expiration = expiration?;
    match (expiration.days, expiration.date) {
        (Some(days), _) => Some(days::due(version.modified, unsigned(days))),
        (None, date) => date,
    }
}

/// When a current version will expire first, and the rule by which it will.
pub(crate) fn expiry<'a>(
    rules: &'a Configuration,
    key: &str,
    version: &Version,
) -> Option<(Timestamp, &'a str)> {
    let applying = enabled(rules).filter(|rule| applies(rule, key, version));
    let all = applying.filter_map(|rule| {
        let due = expires(rule.expiration.as_ref(), version)?;
        Some((due, rule.id.as_deref().unwrap_or_default()))
    });
    all.min_by_key(|(due, _)| *due)
}

/// When an upload will be aborted that nobody completes, and the rule by which it will.
pub(crate) fn abortion<'a>(
    rules: &'a Configuration,
    key: &str,
    initiated: Timestamp,
) -> Option<(Timestamp, &'a str)> {
    let applying = enabled(rules).filter(|rule| key.starts_with(prefix_of(rule)));
    let all = applying.filter_map(|rule| {
        let days = rule.abort_incomplete_multipart_upload.as_ref()?.days_after_initiation?;
        let due = days::due(initiated, unsigned(days));
        Some((due, rule.id.as_deref().unwrap_or_default()))
    });
    all.min_by_key(|(due, _)| *due)
}

/// Whether any rule asks for uploads.
pub(crate) fn aborts(rules: &Configuration) -> bool {
    enabled(rules).any(|rule| rule.abort_incomplete_multipart_upload.is_some())
}

fn enabled(rules: &Configuration) -> impl Iterator<Item = &LifecycleRule> {
    let rules = rules.rules.iter().flatten();
    rules.filter(|rule| rule.status == ExpirationStatus::Enabled)
}

fn unsigned(days: i32) -> u32 {
    u32::try_from(days).unwrap_or(0)
}

/// The prefix of the keys a rule is about.
pub(crate) fn prefix_of(rule: &LifecycleRule) -> &str {
    let filter = rule.filter.as_ref();
    let of_and = filter.and_then(|filter| filter.and.as_ref()?.prefix.as_deref());
    let of_filter = filter.and_then(|filter| filter.prefix.as_deref());
    rule.prefix.as_deref().or(of_filter).or(of_and).unwrap_or_default()
}

/// Whether a rule's filter speaks of sizes, which overrules the least size of transitions.
fn says_size(rule: &LifecycleRule) -> bool {
    let (more, less) = sizes(rule.filter.as_ref());
    more.is_some() || less.is_some()
}

fn sizes(filter: Option<&LifecycleRuleFilter>) -> (Option<i64>, Option<i64>) {
    let Some(filter) = filter else { return (None, None) };
    let and = filter.and.as_ref();
    (
        filter.object_size_greater_than.or(and.and_then(|and| and.object_size_greater_than)),
        filter.object_size_less_than.or(and.and_then(|and| and.object_size_less_than)),
    )
}

fn applies(rule: &LifecycleRule, key: &str, version: &Version) -> bool {
    let filter = rule.filter.as_ref();
    let size = i64::try_from(version.size).unwrap_or(i64::MAX);
    let (more, less) = sizes(filter);
    let tag = filter.and_then(|filter| filter.tag.as_ref());
    let tags = filter.and_then(|filter| filter.and.as_ref()?.tags.as_ref()).into_iter().flatten();
    key.starts_with(prefix_of(rule))
        && more.is_none_or(|more| size > more)
        && less.is_none_or(|less| size < less)
        && tag.into_iter().chain(tags).all(|tag| has(&version.tags, &tag.key, &tag.value))
}

fn has(tags: &Tags, key: &str, value: &str) -> bool {
    tags.iter().any(|(name, known)| name == key && known == value)
}

#[cfg(test)]
mod tests;
