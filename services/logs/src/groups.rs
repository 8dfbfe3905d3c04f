//! Groups: their names, and for how long they keep events.

use std::collections::BTreeMap;
use std::time::Duration;

use platform::{Arn, Ctx, Fail, ReadTx, Result, Scope, Tags, Timestamp};

use crate::error;
use crate::store::{GROUPS, Group};

/// For how many days events may be kept.
pub(crate) const DAYS: &[i32] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];
const DAY: Duration = Duration::from_secs(86_400);
const TAGS_MAX: usize = 50;

/// The ARN of a group, as most of its uses want it.
pub(crate) fn arn(scope: &Scope, name: &str) -> String {
    Arn::new("logs", scope, &format!("log-group:{name}")).to_string()
}

/// A group by its name.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(crate) fn get(tx: &ReadTx<'_>, name: &str) -> Result<Group> {
    GROUPS.get(tx, name)?.ok_or_else(error::no_group)
}

/// The name that a request gives, as a name or as an ARN.
///
/// # Errors
/// AWS's refusal of both and of neither.
pub(crate) fn name(name: Option<String>, identifier: Option<String>) -> Result<String> {
    match (name, identifier) {
        (Some(name), None) => Ok(name),
        (None, Some(identifier)) => match identifier.parse::<Arn>() {
            Ok(arn) => of_arn(&arn).ok_or_else(error::no_group),
            Err(_) => Ok(identifier),
        },
        _ => Err(error::invalid(
            "Exactly one of logGroupName or logGroupIdentifier must be specified.",
        )),
    }
}

fn of_arn(arn: &Arn) -> Option<String> {
    let name = arn.resource().strip_prefix("log-group:")?;
    Some(name.trim_end_matches(":*").to_owned())
}

/// Changes a group that is named by its ARN.
///
/// # Errors
/// If it is not there, and what the change answers.
pub(crate) async fn change_by_arn(
    ctx: &Ctx,
    resource: &str,
    change: impl FnOnce(&mut Tags) -> Result<()>,
) -> Result<()> {
    let name = resource.parse::<Arn>().ok().as_ref().and_then(of_arn);
    let name = name.ok_or_else(|| error::invalid("The resource ARN is not valid."))?;
    ctx.write(|tx| {
        let mut group = get(tx, &name)?;
        change(&mut group.tags)?;
        GROUPS.put(tx, &name, &group)?;
        Ok::<_, Fail>(())
    })
    .await
}

/// Reads a group that is named by its ARN.
///
/// # Errors
/// If it is not there.
pub(crate) fn by_arn(ctx: &Ctx, resource: &str) -> Result<Group> {
    let name = resource.parse::<Arn>().ok().as_ref().and_then(of_arn);
    let name = name.ok_or_else(|| error::invalid("The resource ARN is not valid."))?;
    ctx.read(|tx| get(tx, &name))
}

/// Sets tags.
///
/// # Errors
/// AWS's refusal of too many, and of reserved ones.
pub(crate) fn tag(tags: &mut Tags, given: BTreeMap<String, String>) -> Result<()> {
    for (key, value) in given {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid("Tag keys that start with aws: are reserved."));
        }
        tags.insert(key, value);
    }
    if tags.len() > TAGS_MAX { Err(error::too_many_tags()) } else { Ok(()) }
}

impl Group {
    /// Milliseconds before which events are not kept any more.
    pub fn kept_since(&self, now: Timestamp) -> i64 {
        let days = self.retention_days.and_then(|days| u32::try_from(days).ok());
        days.map_or(0, |days| millis(now - DAY * days))
    }
}

/// A time as events have it.
pub(crate) fn millis(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1000)
}
