//! What rules must look like, with AWS's sentences for those that do not.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html>

use std::collections::HashSet;

use platform::{Fail, Result, Timestamp};
use s3_api::{LifecycleRule, LifecycleRuleFilter, NoncurrentVersionTransition, Tag, Transition};

use super::rules::prefix_of;
use crate::classes::Class;
use crate::error::{invalid_request, malformed_xml};

const RULES_MAX: usize = 1_000;
const ID_MAX: usize = 255;
const PREFIX_BYTES_MAX: usize = 1_024;
/// Noncurrent versions that may be kept by number.
const NEWER_MAX: i32 = 100;
/// How long an object stays where it is before it moves to an infrequent class, and there at least.
const INFREQUENT_DAYS_MIN: i32 = 30;
const DAY_SECONDS: i64 = 86_400;

/// Checks the rules of a request.
pub(crate) fn check(rules: &[LifecycleRule]) -> Result<()> {
    if rules.is_empty() || rules.len() > RULES_MAX {
        return Err(malformed_xml());
    }
    let mut ids = HashSet::new();
    for rule in rules {
        if let Some(id) = rule.id.as_deref().filter(|id| !id.is_empty()) {
            if id.chars().count() > ID_MAX {
                return Err(invalid(format!(
                    "ID length should not exceed allowed limit of {ID_MAX}"
                )));
            }
            if !ids.insert(id) {
                return Err(invalid(
                    "Rule ID must be unique. Found same ID for more than one rule",
                ));
            }
        }
        check_rule(rule)?;
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> Fail {
    Fail::new("InvalidArgument", 400, message)
}

fn check_rule(rule: &LifecycleRule) -> Result<()> {
    match (&rule.filter, &rule.prefix) {
        (Some(filter), None) => check_filter(filter)?,
        (None, Some(_)) => {}
        _ => return Err(malformed_xml()),
    }
    if prefix_of(rule).len() > PREFIX_BYTES_MAX {
        let message = format!("The maximum size of a prefix is {PREFIX_BYTES_MAX}");
        return Err(invalid_request(message));
    }
    let transitions = rule.transitions.as_deref().unwrap_or_default();
    let noncurrent = rule.noncurrent_version_transitions.as_deref().unwrap_or_default();
    let acts = rule.expiration.is_some()
        || rule.noncurrent_version_expiration.is_some()
        || rule.abort_incomplete_multipart_upload.is_some()
        || !transitions.is_empty()
        || !noncurrent.is_empty();
    if !acts {
        return Err(invalid_request("At least one action needs to be specified in a rule"));
    }
    check_expiration(rule)?;
    check_transitions(rule, transitions)?;
    check_noncurrent(rule, noncurrent)?;
    check_abortion(rule)
}

/// A filter is of one thing, or of several under `And`.
fn check_filter(filter: &LifecycleRuleFilter) -> Result<()> {
    let things = [
        filter.prefix.is_some(),
        filter.tag.is_some(),
        filter.object_size_greater_than.is_some(),
        filter.object_size_less_than.is_some(),
        filter.and.is_some(),
    ];
    if things.into_iter().filter(|there| *there).count() > 1 {
        return Err(malformed_xml());
    }
    let (mut more, mut less) = (filter.object_size_greater_than, filter.object_size_less_than);
    if let Some(and) = &filter.and {
        let tags = and.tags.as_deref().unwrap_or_default();
        let things = tags.len()
            + usize::from(and.prefix.is_some())
            + usize::from(and.object_size_greater_than.is_some())
            + usize::from(and.object_size_less_than.is_some());
        if things < 2 {
            return Err(malformed_xml());
        }
        let mut keys = HashSet::new();
        if !tags.iter().all(|tag| keys.insert(&tag.key)) {
            return Err(invalid_request("Duplicate Tag Keys are not allowed."));
        }
        tags.iter().try_for_each(check_tag)?;
        (more, less) = (and.object_size_greater_than, and.object_size_less_than);
    }
    filter.tag.iter().try_for_each(check_tag)?;
    if [more, less].into_iter().flatten().any(|size| size < 0) {
        return Err(invalid_request("Object size in a filter must not be negative"));
    }
    if let (Some(more), Some(less)) = (more, less)
        && less <= more
    {
        return Err(invalid_request(
            "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        ));
    }
    Ok(())
}

fn check_tag(tag: &Tag) -> Result<()> {
    crate::ops::tags(std::slice::from_ref(tag)).map(drop)
}

fn has_tags(rule: &LifecycleRule) -> bool {
    let Some(filter) = &rule.filter else { return false };
    let and = filter.and.as_ref().and_then(|and| and.tags.as_ref());
    filter.tag.is_some() || and.is_some_and(|tags| !tags.is_empty())
}

fn has_sizes(rule: &LifecycleRule) -> bool {
    let Some(filter) = &rule.filter else { return false };
    let and = filter.and.as_ref();
    filter.object_size_greater_than.is_some()
        || filter.object_size_less_than.is_some()
        || and.is_some_and(|and| {
            and.object_size_greater_than.is_some() || and.object_size_less_than.is_some()
        })
}

fn check_midnight(date: Option<Timestamp>) -> Result<()> {
    match date {
        Some(date) if date.as_micros() % (DAY_SECONDS * 1_000_000) != 0 => {
            Err(invalid("'Date' must be at midnight GMT"))
        }
        _ => Ok(()),
    }
}

fn check_expiration(rule: &LifecycleRule) -> Result<()> {
    let Some(expiration) = &rule.expiration else { return Ok(()) };
    let marker = expiration.expired_object_delete_marker;
    let kinds = [expiration.days.is_some(), expiration.date.is_some(), marker.is_some()];
    // Clients send a marker's `false` along with days.
    let said = kinds.into_iter().filter(|said| *said).count();
    if said == 0 || said > 1 && !(said == 2 && marker == Some(false)) {
        return Err(malformed_xml());
    }
    if expiration.days.is_some_and(|days| days <= 0) {
        return Err(invalid("'Days' for Expiration action must be a positive integer"));
    }
    if marker == Some(true) && has_tags(rule) {
        return Err(invalid_request("ExpiredObjectDeleteMarker cannot be specified with Tags."));
    }
    if marker == Some(true) && has_sizes(rule) {
        return Err(invalid_request(
            "ExpiredObjectDeleteMarker cannot be specified with Object Size.",
        ));
    }
    check_midnight(expiration.date)
}

/// The class of a transition.
fn class_of(class: Option<s3_api::TransitionStorageClass>) -> Result<Class> {
    class.and_then(|class| Class::parse(class.as_str())).ok_or_else(malformed_xml)
}

fn check_transitions(rule: &LifecycleRule, transitions: &[Transition]) -> Result<()> {
    let filter = format!("(prefix={})", prefix_of(rule));
    let mut days: Vec<(Class, i32)> = Vec::new();
    let mut dates: Vec<(Class, Timestamp)> = Vec::new();
    for transition in transitions {
        let class = class_of(transition.storage_class)?;
        if days.iter().map(|it| it.0).chain(dates.iter().map(|it| it.0)).any(|c| c == class) {
            return Err(invalid_request(format!(
                "'StorageClass' must be different for 'Transition' actions in same 'Rule' with \
                 filter '{filter}'"
            )));
        }
        match (transition.days, transition.date) {
            (Some(after), None) => days.push((class, after)),
            (None, Some(date)) => {
                check_midnight(Some(date))?;
                dates.push((class, date));
            }
            _ => return Err(malformed_xml()),
        }
    }
    let expiration = rule.expiration.as_ref();
    let (last_days, last_date) = (
        expiration.and_then(|expiration| expiration.days),
        expiration.and_then(|expiration| expiration.date),
    );
    if (!days.is_empty() || last_days.is_some()) && (!dates.is_empty() || last_date.is_some()) {
        return Err(invalid_request(format!(
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle \
             rule for filter '{filter}'"
        )));
    }
    check_days(&days, &filter, ("Days", "Transition"))?;
    dates.sort_by_key(|(_, date)| *date);
    check_way(dates.iter().map(|(class, _)| *class), &filter, ("Date", "Transition"))?;
    let late = |what: &str| {
        invalid(format!(
            "'{what}' in the Expiration action for filter '{filter}' must be greater than \
             '{what}' in the Transition action"
        ))
    };
    if last_days.is_some_and(|last| days.iter().any(|(_, after)| *after >= last)) {
        return Err(late("Days"));
    }
    if last_date.is_some_and(|last| dates.iter().any(|(_, date)| *date >= last)) {
        return Err(late("Date"));
    }
    Ok(())
}

/// Transitions by days go down, and not too fast.
fn check_days(
    days: &[(Class, i32)],
    filter: &str,
    (what, action): (&'static str, &'static str),
) -> Result<()> {
    let infrequent = |class: Class| matches!(class, Class::StandardIa | Class::OnezoneIa);
    for (class, after) in days {
        if *after < 0 {
            return Err(invalid(format!("'{what}' in {action} action must be nonnegative")));
        }
        if infrequent(*class) && *after < INFREQUENT_DAYS_MIN {
            return Err(invalid(format!(
                "'{what}' in {action} action must be greater than or equal to \
                 {INFREQUENT_DAYS_MIN} for storageClass '{}'",
                class.name()
            )));
        }
    }
    for (class, after) in days {
        for (next, next_after) in days.iter().filter(|(next, _)| class.may_become(*next)) {
            let (least, how) = match infrequent(*class) {
                true => (INFREQUENT_DAYS_MIN, "30 days more than"),
                false => (1, "greater than"),
            };
            if next_after.saturating_sub(*after) < least {
                return Err(invalid(format!(
                    "'{what}' in the '{action}' action for StorageClass '{}' for filter \
                     '{filter}' must be {how} '{what}' in the '{action}' action for StorageClass \
                     '{}'",
                    next.name(),
                    class.name()
                )));
            }
        }
    }
    let mut sorted = days.to_vec();
    sorted.sort_by_key(|(_, after)| *after);
    check_way(sorted.iter().map(|(class, _)| *class), filter, (what, action))
}

/// Each class can become the next.
fn check_way(
    classes: impl Iterator<Item = Class>,
    filter: &str,
    (what, action): (&'static str, &'static str),
) -> Result<()> {
    let mut before: Option<Class> = None;
    for class in classes {
        if let Some(before) = before.filter(|before| !before.may_become(class)) {
            return Err(invalid(format!(
                "'{what}' in the '{action}' action for filter '{filter}': objects of \
                 StorageClass '{}' cannot be moved to StorageClass '{}'",
                before.name(),
                class.name()
            )));
        }
        before = Some(class);
    }
    Ok(())
}

fn check_noncurrent(
    rule: &LifecycleRule,
    transitions: &[NoncurrentVersionTransition],
) -> Result<()> {
    let filter = format!("(prefix={})", prefix_of(rule));
    let check_newer = |newer: Option<i32>, action: &str| match newer {
        Some(newer) if !(1..=NEWER_MAX).contains(&newer) => Err(invalid(format!(
            "'NewerNoncurrentVersions' in {action} action must be between 1 and {NEWER_MAX}"
        ))),
        _ => Ok(()),
    };
    let mut days: Vec<(Class, i32)> = Vec::new();
    for transition in transitions {
        let class = class_of(transition.storage_class)?;
        if days.iter().any(|(known, _)| *known == class) {
            return Err(invalid_request(format!(
                "'StorageClass' must be different for 'NoncurrentVersionTransition' actions in \
                 same 'Rule' with filter '{filter}'"
            )));
        }
        check_newer(transition.newer_noncurrent_versions, "NoncurrentVersionTransition")?;
        days.push((class, transition.noncurrent_days.ok_or_else(malformed_xml)?));
    }
    check_days(&days, &filter, ("NoncurrentDays", "NoncurrentVersionTransition"))?;
    let Some(expiration) = &rule.noncurrent_version_expiration else { return Ok(()) };
    let last = expiration.noncurrent_days.ok_or_else(malformed_xml)?;
    if last <= 0 {
        return Err(invalid(
            "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
        ));
    }
    check_newer(expiration.newer_noncurrent_versions, "NoncurrentVersionExpiration")?;
    if days.iter().any(|(_, after)| *after >= last) {
        return Err(invalid(format!(
            "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '{filter}' \
             must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action"
        )));
    }
    Ok(())
}

fn check_abortion(rule: &LifecycleRule) -> Result<()> {
    let Some(abort) = &rule.abort_incomplete_multipart_upload else { return Ok(()) };
    if abort.days_after_initiation.ok_or_else(malformed_xml)? <= 0 {
        return Err(invalid(
            "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive \
             integer",
        ));
    }
    if has_tags(rule) {
        let message = "AbortIncompleteMultipartUpload cannot be specified with Tags.";
        return Err(invalid_request(message));
    }
    if has_sizes(rule) {
        let message = "AbortIncompleteMultipartUpload cannot be specified with Object Size.";
        return Err(invalid_request(message));
    }
    Ok(())
}
