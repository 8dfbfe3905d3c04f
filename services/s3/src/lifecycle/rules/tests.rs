//! Rules against versions, places and times.

use s3_api::{
    AbortIncompleteMultipartUpload, LifecycleRuleAndOperator, NoncurrentVersionExpiration,
    NoncurrentVersionTransition, Tag, Transition, TransitionStorageClass,
};

use super::*;
use crate::jobs::tests::version;
use crate::lifecycle::days::DAY;

fn at(days: u32) -> Timestamp {
    Timestamp::EPOCH + DAY * days
}

fn object(class: Option<&str>, size: u64) -> Version {
    let blob = aquifer_object::BlobRef::Inline(Default::default());
    Version { storage_class: class.map(str::to_owned), size, ..version(1, blob) }
}

fn rule() -> LifecycleRule {
    LifecycleRule {
        id: Some("r".to_owned()),
        status: ExpirationStatus::Enabled,
        filter: Some(LifecycleRuleFilter::default()),
        ..Default::default()
    }
}

fn rules(rules: &[LifecycleRule]) -> Configuration {
    Configuration { rules: Some(rules.to_vec()), ..Default::default() }
}

fn expiring(days: i32) -> LifecycleRule {
    let expiration = LifecycleExpiration { days: Some(days), ..Default::default() };
    LifecycleRule { expiration: Some(expiration), ..rule() }
}

fn moving(days: i32, class: TransitionStorageClass) -> LifecycleRule {
    let (days, storage_class) = (Some(days), Some(class));
    let transition = Transition { days, storage_class, ..Default::default() };
    LifecycleRule { transitions: Some(vec![transition]), ..rule() }
}

const CURRENT: Place = Place::Current { alone: false };

fn fate_of(rules: &Configuration, version: &Version, place: Place, now: Timestamp) -> Fate {
    fate(rules, &Seen { key: "logs/k", version, place }, now)
}

#[test]
fn objects_expire_at_the_midnight_after_their_days() {
    let (rules, object) = (rules(&[expiring(1)]), object(None, 10));
    let end = |now| fate_of(&rules, &object, CURRENT, now).end;
    assert_eq!(end(at(1)), None);
    assert_eq!(end(at(2)), Some(End::Expire));
    assert_eq!(expiry(&rules, "k", &object), Some((at(2), "r")));
}

#[test]
fn the_first_expiry_is_told_and_only_of_rules_that_apply() {
    let elsewhere = LifecycleRule { prefix: Some("x/".to_owned()), filter: None, ..expiring(1) };
    let off = LifecycleRule { status: ExpirationStatus::Disabled, ..expiring(2) };
    let second = LifecycleRule { id: Some("s".to_owned()), ..expiring(5) };
    let rules = rules(&[elsewhere, off, expiring(9), second]);
    assert_eq!(expiry(&rules, "k", &object(None, 1)), Some((at(6), "s")));
}

#[test]
fn filters_are_met_in_all_they_say() {
    let tag = |value: &str| Tag { key: "team".to_owned(), value: value.to_owned() };
    let and = LifecycleRuleAndOperator {
        prefix: Some("logs/".to_owned()),
        tags: Some(vec![tag("a")]),
        object_size_greater_than: Some(10),
        object_size_less_than: Some(20),
    };
    let filter = Some(LifecycleRuleFilter { and: Some(and), ..Default::default() });
    let rule = LifecycleRule { filter, ..expiring(1) };
    let mut object = object(None, 15);
    assert!(!applies(&rule, "logs/k", &object));
    object.tags.insert("team", "a");
    assert!(applies(&rule, "logs/k", &object) && !applies(&rule, "log/k", &object));
    for (size, within) in [(10, false), (11, true), (19, true), (20, false)] {
        object.size = size;
        assert_eq!(applies(&rule, "logs/k", &object), within);
    }
    object.size = 15;
    object.tags.insert("team", "b");
    assert!(!applies(&rule, "logs/k", &object));
}

#[test]
fn small_objects_stay_unless_the_rules_say_otherwise() {
    use TransitionStorageClass as To;
    let moved =
        |rules: &Configuration, size| fate_of(rules, &object(None, size), CURRENT, at(99)).class;
    let mut ia = rules(&[moving(30, To::StandardIa)]);
    let mut glacier = rules(&[moving(30, To::Glacier)]);
    assert_eq!(moved(&ia, SMALL_BYTES), Some(Class::StandardIa));
    assert_eq!((moved(&ia, 1), moved(&glacier, 1)), (None, None));
    for rules in [&mut ia, &mut glacier] {
        rules.transition_default_minimum_object_size =
            Some(TransitionDefaultMinimumObjectSize::VariesByStorageClass);
    }
    assert_eq!((moved(&ia, 1), moved(&glacier, 1)), (None, Some(Class::Glacier)));
    let filter = LifecycleRuleFilter { object_size_greater_than: Some(0), ..Default::default() };
    let sized = LifecycleRule { filter: Some(filter), ..moving(30, To::StandardIa) };
    assert_eq!(moved(&rules(&[sized]), 1), Some(Class::StandardIa));
}

#[test]
fn the_cheapest_class_that_is_due_wins_and_nothing_goes_up() {
    use TransitionStorageClass as To;
    let two = rules(&[moving(30, To::StandardIa), moving(60, To::Glacier)]);
    let class = |from, days| fate_of(&two, &object(from, 1 << 20), CURRENT, at(days)).class;
    assert_eq!(class(None, 30), None);
    assert_eq!(class(None, 31), Some(Class::StandardIa));
    assert_eq!(class(None, 99), Some(Class::Glacier));
    assert_eq!(class(Some("STANDARD_IA"), 31), None);
    assert_eq!(class(Some("STANDARD_IA"), 61), Some(Class::Glacier));
    assert_eq!(class(Some("DEEP_ARCHIVE"), 99), None);
}

#[test]
fn removal_goes_before_all_and_a_marker_lets_objects_move() {
    use TransitionStorageClass as To;
    let both = rules(&[expiring(40), moving(40, To::Glacier)]);
    let fate = fate_of(&both, &object(None, 1 << 20), CURRENT, at(99));
    assert_eq!(fate, Fate { end: Some(End::Expire), class: Some(Class::Glacier) });
    let noncurrent = LifecycleRule {
        noncurrent_version_expiration: Some(NoncurrentVersionExpiration {
            noncurrent_days: Some(3),
            newer_noncurrent_versions: None,
        }),
        noncurrent_version_transitions: Some(vec![NoncurrentVersionTransition {
            noncurrent_days: Some(1),
            storage_class: Some(To::Glacier),
            newer_noncurrent_versions: None,
        }]),
        ..rule()
    };
    let rules = rules(&[noncurrent]);
    let place = Place::Noncurrent { since: at(10), newer: 0 };
    let at_day = |days| fate_of(&rules, &object(None, 1 << 20), place, at(days));
    assert_eq!(at_day(11), Fate::default());
    assert_eq!(at_day(12), Fate { end: None, class: Some(Class::Glacier) });
    assert_eq!(at_day(14), Fate { end: Some(End::Remove), class: None });
}

#[test]
fn newer_noncurrent_versions_keep_the_newest() {
    let expiration = NoncurrentVersionExpiration {
        noncurrent_days: Some(1),
        newer_noncurrent_versions: Some(2),
    };
    let rule = LifecycleRule { noncurrent_version_expiration: Some(expiration), ..rule() };
    let rules = rules(&[rule]);
    let end = |newer| {
        let place = Place::Noncurrent { since: at(0), newer };
        fate_of(&rules, &object(None, 1), place, at(9)).end
    };
    assert_eq!([end(0), end(1), end(2)], [None, None, Some(End::Remove)]);
}

#[test]
fn markers_go_when_nothing_is_left_below_them() {
    let expiration =
        LifecycleExpiration { expired_object_delete_marker: Some(true), ..Default::default() };
    let rule = LifecycleRule { expiration: Some(expiration), ..rule() };
    let marker = Version { delete_marker: true, ..object(None, 0) };
    for rules in [rules(&[rule]), rules(&[expiring(5)])] {
        let end = |alone, now| fate_of(&rules, &marker, Place::Current { alone }, now).end;
        assert_eq!(end(false, at(9)), None);
        assert_eq!(end(true, at(9)), Some(End::Remove));
    }
    let early = fate_of(&rules(&[expiring(5)]), &marker, Place::Current { alone: true }, at(1));
    assert_eq!(early.end, None);
}

#[test]
fn uploads_are_aborted_by_prefix() {
    let abort = AbortIncompleteMultipartUpload { days_after_initiation: Some(7) };
    let prefix = Some("up/".to_owned());
    let filter = Some(LifecycleRuleFilter { prefix, ..Default::default() });
    let rule = LifecycleRule { abort_incomplete_multipart_upload: Some(abort), filter, ..rule() };
    let rules = rules(&[rule]);
    assert_eq!(abortion(&rules, "up/k", at(0)), Some((at(8), "r")));
    assert_eq!(abortion(&rules, "k", at(0)), None);
    assert!(aborts(&rules));
}

/// What is due stays due: a walk that comes late does no less.
#[test]
fn time_only_adds_to_what_is_due() {
    use TransitionStorageClass as To;
    let all = [
        moving(30, To::StandardIa),
        moving(60, To::GlacierIr),
        moving(90, To::DeepArchive),
        expiring(200),
    ];
    let rules = rules(&all);
    let object = object(None, 1 << 20);
    let mut last = Fate::default();
    for day in 0..400 {
        let fate = fate_of(&rules, &object, CURRENT, at(day));
        assert!(last.end.is_none() || fate.end == last.end);
        if let Some(class) = last.class {
            let next = fate.class.unwrap();
            assert!(next == class || class.may_become(next));
        }
        last = fate;
    }
    assert_eq!(last, Fate { end: Some(End::Expire), class: Some(Class::DeepArchive) });
}
