//! What a target is sent of an event: all of it, a part, something else, or a text made of parts.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use std::collections::BTreeMap;

use events_api::Target;
use platform::Result;
use serde_json::Value;

use crate::error;

/// The most parts of an event that a text is made of.
const PATHS_MAX: usize = 100;

/// What every text may be made of, besides parts of the event.
pub(crate) struct Known<'a> {
    pub rule_arn: &'a str,
    pub rule_name: &'a str,
    pub ingestion_time: String,
}

/// Checks what a target wants to be sent.
///
/// # Errors
/// AWS's refusals.
pub(crate) fn check(target: &Target) -> Result<()> {
    let ways =
        [target.input.is_some(), target.input_path.is_some(), target.input_transformer.is_some()];
    if ways.iter().filter(|way| **way).count() > 1 {
        return Err(error::invalid(format!(
            "Only one of Input, InputPath, or InputTransformer must be provided for target {}.",
            target.id
        )));
    }
    if let Some(input) = &target.input
        && serde_json::from_str::<Value>(input).is_err()
    {
        return Err(error::invalid(format!("Invalid Input for target {}.", target.id)));
    }
    let mut paths: Vec<&String> = target.input_path.iter().collect();
    if let Some(transformer) = &target.input_transformer {
        let map = transformer.input_paths_map.iter().flatten();
        paths.extend(map.map(|(_, path)| path));
    }
    if paths.len() > PATHS_MAX || paths.iter().any(|path| steps(path).is_none()) {
        return Err(error::invalid(format!("Invalid InputPath for target {}.", target.id)));
    }
    Ok(())
}

/// What a target is sent.
pub(crate) fn of(target: &Target, event: &Value, known: &Known<'_>) -> String {
    if let Some(input) = &target.input {
        return input.clone();
    }
    if let Some(path) = &target.input_path {
        return find(event, path).map_or_else(String::new, Value::to_string);
    }
    let Some(transformer) = &target.input_transformer else { return event.to_string() };
    let mut values = BTreeMap::from([
        ("aws.events.event", Some(without_detail(event))),
        ("aws.events.event.json", Some(event.clone())),
        ("aws.events.event.ingestion-time", Some(known.ingestion_time.as_str().into())),
        ("aws.events.rule-arn", Some(known.rule_arn.into())),
        ("aws.events.rule-name", Some(known.rule_name.into())),
    ]);
    for (name, path) in transformer.input_paths_map.iter().flatten() {
        values.insert(name, find(event, path).cloned());
    }
    fill(&transformer.input_template, &values)
}

fn without_detail(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(map) = event.as_object_mut() {
        map.remove("detail");
    }
    event
}

/// Puts values in the place of `<name>`: as they are within quotes, as JSON outside.
fn fill(template: &str, values: &BTreeMap<&str, Option<Value>>) -> String {
    let (mut text, mut quoted, mut rest) = (String::new(), false, template);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == '<'
            && let Some((name, after)) = after.split_once('>')
            && let Some(value) = values.get(name)
        {
            text.push_str(&shown(value.as_ref(), quoted));
            rest = after;
            continue;
        }
        if c == '\\'
            && let Some(next) = after.chars().next()
        {
            text.push(c);
            text.push(next);
            rest = &after[next.len_utf8()..];
            continue;
        }
        quoted ^= c == '"';
        text.push(c);
        rest = after;
    }
    text
}

fn shown(value: Option<&Value>, quoted: bool) -> String {
    let Some(value) = value else { return if quoted { String::new() } else { "null".to_owned() } };
    if !quoted {
        return value.to_string();
    }
    let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let escaped = Value::String(plain).to_string();
    escaped[1..escaped.len() - 1].to_owned()
}

/// A step into a value.
#[derive(Debug, PartialEq)]
enum Step<'a> {
    Field(&'a str),
    Element(usize),
}

/// The steps of a path: `$.detail.items[0].name`, `$['detail-type']`.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("['") {
            let (name, after) = after.split_once("']")?;
            steps.push(Step::Field(name));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (number, after) = after.split_once(']')?;
            steps.push(Step::Element(number.parse().ok()?));
            rest = after;
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            if name.is_empty() || name.contains(['*', '?', '@']) {
                return None;
            }
            steps.push(Step::Field(name));
            rest = after;
        }
    }
    Some(steps)
}

fn find<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    steps(path)?.into_iter().try_fold(event, |value, step| match step {
        Step::Field(name) => value.get(name),
        Step::Element(at) => value.get(at),
    })
}

#[cfg(test)]
mod tests {
    use events_api::InputTransformer;
    use serde_json::json;

    use super::*;

    fn sent(target: Target) -> String {
        check(&target).unwrap();
        let event = json!({
            "detail-type": "T",
            "detail": {"name": "a\"b", "n": 1, "list": [{"x": true}]},
        });
        let known = Known {
            rule_arn: "arn",
            rule_name: "r",
            ingestion_time: "2026-01-01T00:00:00Z".into(),
        };
        of(&target, &event, &known)
    }

    fn made(template: &str) -> String {
        let paths = [
            ("name", "$.detail.name"),
            ("n", "$.detail.n"),
            ("x", "$.detail.list[0].x"),
            ("kind", "$['detail-type']"),
            ("gone", "$.detail.gone"),
            ("list", "$.detail.list"),
        ];
        let map = paths.map(|(name, path)| (name.to_owned(), path.to_owned()));
        let input_transformer = Some(InputTransformer {
            input_paths_map: Some(map.into()),
            input_template: template.to_owned(),
        });
        sent(Target { input_transformer, ..Target::default() })
    }

    #[test]
    fn a_target_is_sent_what_it_asks_for() {
        assert_eq!(
            sent(Target { input: Some("{\"a\":1}".into()), ..Target::default() }),
            "{\"a\":1}"
        );
        let part = Target { input_path: Some("$.detail.list".into()), ..Target::default() };
        assert_eq!(sent(part), "[{\"x\":true}]");
        assert!(sent(Target::default()).contains("\"detail-type\":\"T\""));
    }

    #[test]
    fn texts_are_made_of_parts() {
        assert_eq!(made("{\"n\": <n>, \"k\": <kind>}"), "{\"n\": 1, \"k\": \"T\"}");
        assert_eq!(made("\"<kind> has <n>, <x>\""), "\"T has 1, true\"");
        assert_eq!(made("{\"q\": \"<name>\"}"), "{\"q\": \"a\\\"b\"}");
        assert_eq!(made("<list>"), "[{\"x\":true}]");
        assert_eq!(made("{\"g\": <gone>, \"h\": \"<gone>\"}"), "{\"g\": null, \"h\": \"\"}");
        assert_eq!(made("\"<aws.events.rule-name> <other>\""), "\"r <other>\"");
    }

    #[test]
    fn paths_are_plain_ones() {
        assert!(steps("$").is_some() && steps("$.a.b[1]['c d']").is_some());
        for bad in ["", "a", "$a", "$.", "$..a", "$.a[*]", "$.*"] {
            assert!(steps(bad).is_none(), "{bad}");
        }
    }
}
