//! Whether a schema is one: the keywords that are there have values of their kind.

use regex::Regex;
use serde_json::{Map, Value};

use super::resolve;
use crate::Invalid;

/// Schemas within schemas that are followed.
pub(super) const DEPTH_MAX: usize = 100;

const DRAFTS: [&str; 3] = ["draft-04", "draft-06", "draft-07"];
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
/// Keywords whose value is a schema.
const ONE: [&str; 8] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "else",
    "if",
    "not",
    "propertyNames",
    "then",
];
/// Keywords whose value is a list of schemas, of which there is one at least.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// Keywords whose value holds a schema under each name.
const MAPS: [&str; 3] = ["definitions", "patternProperties", "properties"];
const COUNTS: [&str; 6] =
    ["maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"];
const NUMBERS: [&str; 2] = ["maximum", "minimum"];
const FLAGS: [&str; 1] = ["uniqueItems"];

pub(super) fn check(root: &Value) -> Result<(), Invalid> {
    if let Some(draft) = root.get("$schema") {
        let known = draft.as_str().is_some_and(|text| DRAFTS.iter().any(|d| text.contains(d)));
        if !known {
            return Err(Invalid(format!("$schema {draft} is not draft-04, draft-06 or draft-07.")));
        }
    }
    Check { root }.schema(root, "#", 0)
}

struct Check<'a> {
    root: &'a Value,
}

impl Check<'_> {
    fn schema(&self, value: &Value, at: &str, depth: usize) -> Result<(), Invalid> {
        if depth > DEPTH_MAX {
            return Err(Invalid("The schema is nested too deeply.".to_owned()));
        }
        let members = match value {
            Value::Bool(_) => return Ok(()),
            Value::Object(members) => members,
            _ => return Err(wrong(at, "a schema is an object or a boolean")),
        };
        if let Some(reference) = members.get("$ref") {
            return self.reference(reference, at);
        }
        own(members, at)?;
        let below =
            |value: &Value, key: &str| self.schema(value, &format!("{at}/{key}"), depth + 1);
        for key in ONE {
            if let Some(part) = members.get(key) {
                below(part, key)?;
            }
        }
        for key in LISTS {
            match members.get(key) {
                None => {}
                Some(Value::Array(parts)) if !parts.is_empty() => {
                    for part in parts {
                        below(part, key)?;
                    }
                }
                Some(_) => return Err(wrong(at, &format!("{key} is a list of schemas"))),
            }
        }
        for key in MAPS {
            match members.get(key) {
                None => {}
                Some(Value::Object(parts)) => {
                    for (name, part) in parts {
                        below(part, &format!("{key}/{name}"))?;
                        if key == "patternProperties" {
                            pattern(name, at)?;
                        }
                    }
                }
                Some(_) => return Err(wrong(at, &format!("{key} is an object"))),
            }
        }
        match members.get("items") {
            Some(Value::Array(parts)) => parts.iter().try_for_each(|part| below(part, "items")),
            Some(part) => below(part, "items"),
            None => Ok(()),
        }
    }

    fn reference(&self, reference: &Value, at: &str) -> Result<(), Invalid> {
        let Some(text) = reference.as_str() else { return Err(wrong(at, "$ref is text")) };
        // Schemas elsewhere are nobody's to fetch.
        match resolve(self.root, text) {
            Some(_) => Ok(()),
            None => Err(wrong(at, &format!("$ref {text} leads nowhere in this schema"))),
        }
    }
}

/// Checks the keywords that hold no schemas.
fn own(members: &Map<String, Value>, at: &str) -> Result<(), Invalid> {
    if let Some(kind) = members.get("type") {
        let known = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
        let fine = match kind {
            Value::Array(kinds) => !kinds.is_empty() && kinds.iter().all(known),
            kind => known(kind),
        };
        if !fine {
            return Err(wrong(at, &format!("{kind} is no type")));
        }
    }
    let all = |keys: &[&str], fits: fn(&Value) -> bool, what: &str| {
        let bad = keys.iter().find(|key| members.get(**key).is_some_and(|value| !fits(value)));
        bad.map_or(Ok(()), |key| Err(wrong(at, &format!("{key} is {what}"))))
    };
    all(
        &COUNTS,
        |value| value.is_u64() || value.as_f64().is_some_and(|n| n >= 0.0 && n.fract() == 0.0),
        "a whole number",
    )?;
    all(&NUMBERS, Value::is_number, "a number")?;
    all(
        &["exclusiveMaximum", "exclusiveMinimum"],
        |v| v.is_number() || v.is_boolean(),
        "a number",
    )?;
    all(&["multipleOf"], |value| value.as_f64().is_some_and(|n| n > 0.0), "a number above zero")?;
    all(&FLAGS, Value::is_boolean, "a boolean")?;
    all(&["enum"], |value| value.as_array().is_some_and(|list| !list.is_empty()), "a list")?;
    all(&["format", "title", "description", "$id"], Value::is_string, "text")?;
    if let Some(required) = members.get("required") {
        // In properties of draft 3 it was a flag.
        let names = required.as_array().is_some_and(|names| names.iter().all(Value::is_string));
        if !names {
            return Err(wrong(at, "required is a list of names"));
        }
    }
    match members.get("pattern") {
        None => Ok(()),
        Some(Value::String(text)) => pattern(text, at),
        Some(_) => Err(wrong(at, "pattern is text")),
    }
}

/// Whether a regular expression is one. What this engine knows not (look-around) is let pass.
fn pattern(text: &str, at: &str) -> Result<(), Invalid> {
    if text.contains("(?") || text.contains('\\') {
        return Ok(());
    }
    match Regex::new(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(wrong(at, &format!("{text} is no regular expression"))),
    }
}

fn wrong(at: &str, what: &str) -> Invalid {
    Invalid(format!("Invalid JSON schema at {at}: {what}."))
}
