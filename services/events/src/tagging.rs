//! Tags of rules and buses, by their ARNs.

use events_api::Tag;
use platform::{ReadTx, Result, Scope, Tags, Timestamp, WriteTx};

use crate::error;
use crate::place::{self, DEFAULT};
use crate::store::{BUSES, Bus, RULES};

/// The most tags of one resource.
const TAGS_MAX: usize = 50;

/// What an ARN names.
enum Named {
    Bus(String),
    Rule(String, String),
}

/// Sets tags.
///
/// # Errors
/// AWS's refusal of too many, and of reserved ones.
pub(crate) fn set(tags: &mut Tags, given: Vec<Tag>) -> Result<()> {
    for Tag { key, value } in given {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid(format!(
                "Tag keys that start with aws: are reserved: {key}"
            )));
        }
        tags.insert(key, value);
    }
    if tags.len() > TAGS_MAX {
        return Err(error::limit());
    }
    Ok(())
}

/// As clients read them.
pub(crate) fn shown(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}

/// The tags of a resource.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(crate) fn of(tx: &ReadTx<'_>, arn: &str) -> Result<Tags> {
    match named(tx.scope(), arn)? {
        Named::Bus(name) => {
            place::bus(tx, &name)?;
            Ok(BUSES.get(tx, &name)?.map(|bus| bus.tags).unwrap_or_default())
        }
        Named::Rule(bus, name) => Ok(place::rule(tx, &bus, &name)?.tags),
    }
}

/// Changes the tags of a resource.
///
/// # Errors
/// `ResourceNotFoundException`, and what the change answers.
pub(crate) fn change(
    tx: &WriteTx<'_>,
    arn: &str,
    now: Timestamp,
    change: impl FnOnce(&mut Tags) -> Result<()>,
) -> Result<()> {
    match named(tx.scope(), arn)? {
        Named::Bus(name) => {
            place::bus(tx, &name)?;
            let new = Bus { created: now, description: None, tags: Tags::new() };
            let mut bus = BUSES.get(tx, &name)?.unwrap_or(new);
            change(&mut bus.tags)?;
            BUSES.put(tx, &name, &bus)?;
        }
        Named::Rule(bus, name) => {
            let mut rule = place::rule(tx, &bus, &name)?;
            change(&mut rule.tags)?;
            RULES.put(tx, &(bus.as_str(), name.as_str()), &rule)?;
        }
    }
    Ok(())
}

fn named(scope: &Scope, text: &str) -> Result<Named> {
    let none = || error::no_resource(text);
    let arn: platform::Arn = text.parse().map_err(|_| none())?;
    let (kind, rest) = arn.resource().split_once('/').ok_or_else(none)?;
    let (named, own) = match kind {
        "event-bus" => (Named::Bus(rest.to_owned()), place::bus_arn(scope, rest)),
        "rule" => {
            let (bus, name) = rest.rsplit_once('/').unwrap_or((DEFAULT, rest));
            (Named::Rule(bus.to_owned(), name.to_owned()), place::rule_arn(scope, bus, name))
        }
        _ => return Err(none()),
    };
    if own == text { Ok(named) } else { Err(none()) }
}
