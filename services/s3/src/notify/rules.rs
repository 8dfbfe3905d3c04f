//! Which changes a bucket's owner wants to be told of: kinds of events, and keys by how they begin
//! and end.

use platform::{Ctx, Fail, Result, Scope};
use s3_api::{Event, FilterRuleName, NotificationConfiguration, NotificationConfigurationFilter};

use super::{function_of, queue_of, topic_of};
use crate::error;
use crate::model::Bucket;

/// The most configurations of a bucket.
const CONFIGURATIONS_MAX: usize = 100;
const ID_MAX: usize = 255;
const VALUE_MAX: usize = 1024;
/// Where AWS does not tell the argument apart, it names the whole.
const WHOLE: &str = "NotificationConfiguration";

/// How the keys begin and end that are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    prefix: String,
    suffix: String,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// AWS's refusal of several rules of a kind, and of rules that are none.
    pub fn of(given: Option<&NotificationConfigurationFilter>) -> Result<Self> {
        let key = given.and_then(|filter| filter.key.as_ref());
        let (mut prefix, mut suffix) = (None, None);
        for rule in key.and_then(|key| key.filter_rules.as_ref()).into_iter().flatten() {
            let value = rule.value.clone().unwrap_or_default();
            let Some(name) = rule.name else { return Err(error::malformed_xml()) };
            if value.len() > VALUE_MAX {
                let message = "Size of filter rule value cannot exceed 1024 bytes in UTF-8";
                return Err(error::invalid_argument("FilterRule.Value", &value, message));
            }
            let place = match name {
                FilterRuleName::Prefix => &mut prefix,
                FilterRuleName::Suffix => &mut suffix,
            };
            if place.replace(value).is_some() {
                let message = format!("Cannot specify more than one {name} rule in a filter.");
                return Err(error::invalid_argument("FilterRule.Name", name.as_str(), &message));
            }
        }
        Ok(Self { prefix: prefix.unwrap_or_default(), suffix: suffix.unwrap_or_default() })
    }

    /// Whether a key is wanted.
    pub fn passes(&self, key: &str) -> bool {
        key.starts_with(&self.prefix) && key.ends_with(&self.suffix)
    }

    fn is_everything(&self) -> bool {
        self.prefix.is_empty() && self.suffix.is_empty()
    }

    /// Whether some key may be wanted by both.
    fn overlaps(&self, other: &Self) -> bool {
        let begin = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
        let end = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a);
        begin(&self.prefix, &other.prefix) && end(&self.suffix, &other.suffix)
    }
}

/// Whether a kind of event that is wanted is, or covers, another.
pub(crate) fn covers(wanted: &str, event: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(group) => event.starts_with(group),
        None => wanted == event,
    }
}

/// Checks a configuration, and gives names to those of its parts that have none.
///
/// # Errors
/// AWS's refusals.
pub(crate) fn check(ctx: &Ctx, bucket: &Bucket, set: &mut NotificationConfiguration) -> Result<()> {
    let mut rules: Vec<(Vec<Event>, Filter)> = Vec::new();
    let mut ids = Vec::new();
    for queue in set.queue_configurations.iter_mut().flatten() {
        let place = queue_of(&queue.queue_arn).map(|(scope, _)| scope);
        check_destination(bucket, ("Queue", "SQS queues"), &queue.queue_arn, place)?;
        check_id(ctx, &mut queue.id, &mut ids)?;
        rules.push((queue.events.clone(), Filter::of(queue.filter.as_ref())?));
    }
    for topic in set.topic_configurations.iter_mut().flatten() {
        let place = topic_of(&topic.topic_arn);
        check_destination(bucket, ("Topic", "SNS topics"), &topic.topic_arn, place)?;
        check_id(ctx, &mut topic.id, &mut ids)?;
        rules.push((topic.events.clone(), Filter::of(topic.filter.as_ref())?));
    }
    for function in set.lambda_function_configurations.iter_mut().flatten() {
        let arn = &function.lambda_function_arn;
        check_destination(bucket, ("CloudFunction", "functions"), arn, function_of(arn))?;
        check_id(ctx, &mut function.id, &mut ids)?;
        rules.push((function.events.clone(), Filter::of(function.filter.as_ref())?));
    }
    if rules.iter().any(|(events, _)| events.is_empty()) {
        return Err(error::malformed_xml());
    }
    if rules.len() > CONFIGURATIONS_MAX {
        let message = "The number of notification configurations exceeds the limit of 100.";
        return Err(error::invalid_argument("configurations", &rules.len().to_string(), message));
    }
    check_overlaps(&rules)
}

/// Gives a part a name if it has none; a name is one part's.
fn check_id(ctx: &Ctx, id: &mut Option<String>, ids: &mut Vec<String>) -> Result<()> {
    let id = id.get_or_insert_with(|| ctx.ids().alphanumeric(48));
    if id.chars().count() > ID_MAX {
        let message = "Configuration ID cannot be longer than 255 characters.";
        return Err(error::invalid_argument("Id", id, message));
    }
    if ids.contains(id) {
        let message = "Same ID used for multiple configurations. IDs must be unique";
        return Err(error::invalid_argument("Id", id, message));
    }
    ids.push(id.clone());
    Ok(())
}

/// Whether a destination can be one; `place` is where its ARN says it is.
fn check_destination(
    bucket: &Bucket,
    (kind, several): (&'static str, &str),
    arn: &str,
    place: Option<Scope>,
) -> Result<()> {
    let refuse = |message: &str| Err(error::invalid_argument(kind, arn, message));
    let Some(scope) = place else { return refuse("The ARN is not well formed") };
    if scope.region != bucket.owner.region {
        return refuse(
            "The notification destination service region is not valid for the bucket location \
             constraint",
        );
    }
    if arn.ends_with(".fifo") {
        return refuse(&format!("FIFO {several} are not supported."));
    }
    Ok(())
}

/// A change must not have to be told twice.
fn check_overlaps(rules: &[(Vec<Event>, Filter)]) -> Result<()> {
    let share = |a: &[Event], b: &[Event]| {
        a.iter().any(|a| {
            b.iter().any(|b| covers(a.as_str(), b.as_str()) || covers(b.as_str(), a.as_str()))
        })
    };
    for (at, (events, filter)) in rules.iter().enumerate() {
        let own = events.iter().enumerate();
        let twice = own.clone().any(|(at, event)| share(&[*event], &events[at + 1..]));
        let other = rules[at + 1..]
            .iter()
            .find(|(others, other)| share(events, others) && filter.overlaps(other));
        match other {
            Some((_, other)) if !filter.is_everything() || !other.is_everything() => {
                return Err(refusal(
                    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two \
                     rules if the prefixes are overlapping for the same event type.",
                ));
            }
            None if !twice => {}
            _ => {
                return Err(refusal(
                    "Configurations overlap. Configurations on the same bucket cannot share a \
                     common event type.",
                ));
            }
        }
    }
    Ok(())
}

fn refusal(message: &str) -> Fail {
    Fail::new("InvalidArgument", 400, message).with("ArgumentName", WHOLE)
}

/// A destination does not take messages.
pub(crate) fn no_destination(arn: &str) -> Fail {
    unable(
        arn,
        "permissions on the destination queue do not allow S3 to publish notifications from this \
         bucket",
    )
}

/// A function cannot be called.
pub(crate) fn no_function(arn: &str) -> Fail {
    unable(&format!("{arn}, null"), &format!("Not authorized to invoke function [{arn}]"))
}

fn unable(what: &str, reason: &str) -> Fail {
    let message = "Unable to validate the following destination configurations";
    Fail::new("InvalidArgument", 400, message)
        .with("ArgumentName1", what)
        .with("ArgumentValue1", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(events: &[Event], prefix: &str, suffix: &str) -> (Vec<Event>, Filter) {
        (events.to_vec(), Filter { prefix: prefix.into(), suffix: suffix.into() })
    }

    #[test]
    fn kinds_cover_what_they_name() {
        assert!(covers("s3:ObjectCreated:*", "s3:ObjectCreated:Put"));
        assert!(!covers("s3:ObjectCreated:Put", "s3:ObjectCreated:Post"));
        assert!(!covers("s3:ObjectRemoved:*", "s3:ObjectCreated:Put"));
    }

    #[test]
    fn no_key_has_two_rules_for_one_event() {
        use Event as E;
        let all = E::parse("s3:ObjectCreated:*").unwrap();
        let put = E::parse("s3:ObjectCreated:Put").unwrap();
        let removed = E::parse("s3:ObjectRemoved:*").unwrap();
        let good = |rules: &[(Vec<Event>, Filter)]| check_overlaps(rules).is_ok();
        assert!(good(&[rule(&[all], "in/", ""), rule(&[put], "out/", "")]));
        assert!(good(&[rule(&[all], "", ".csv"), rule(&[put], "", ".json")]));
        assert!(good(&[rule(&[all], "", ""), rule(&[removed], "", "")]));
        assert!(!good(&[rule(&[all], "", ""), rule(&[put], "", "")]));
        assert!(!good(&[rule(&[all], "in/", ""), rule(&[put], "in/a", ".csv")]));
        assert!(!good(&[rule(&[all, put], "in/", "")]));
    }
}
