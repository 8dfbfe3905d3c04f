//! Patterns as text.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::{Field, Fields, Network, Test, TextTest};

/// Patterns within patterns beyond this are refused.
const DEPTH_MAX: usize = 64;
/// Ways through all `$or`s together beyond this are refused.
const WAYS_MAX: usize = 1_000;
/// Numbers beyond this, either way, are refused.
const NUMBER_MAX: f64 = 5_000_000_000.0;

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

type Result<T> = std::result::Result<T, PatternError>;

fn wrong<T>(what: impl Into<String>) -> Result<T> {
    Err(PatternError(what.into()))
}

pub(super) fn pattern(text: &str) -> Result<Fields> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return wrong(format!("Filter is not valid JSON: {error}")),
    };
    let Value::Object(map) = value else { return wrong("Filter is not an object") };
    if map.is_empty() {
        return wrong("Empty objects are not allowed");
    }
    let fields = fields(&map, DEPTH_MAX)?;
    if ways(&fields) > WAYS_MAX {
        return wrong(format!("Filter has more than {WAYS_MAX} combinations of \"$or\""));
    }
    Ok(fields)
}

fn ways(of: &Fields) -> usize {
    let groups = of
        .either
        .iter()
        .map(|group| group.iter().fold(0_usize, |sum, fields| sum.saturating_add(ways(fields))));
    let objects = of.fields.iter().map(|(_, field)| match field {
        Field::Object(fields) => ways(fields),
        Field::Leaf(_) => 1,
    });
    groups.chain(objects).fold(1, usize::saturating_mul)
}

fn fields(map: &Map<String, Value>, depth: usize) -> Result<Fields> {
    if depth == 0 {
        return wrong("Filter is nested too deep");
    }
    let mut found = Fields::default();
    for (name, value) in map {
        match value {
            Value::Array(list) if name == "$or" => found.either.push(either(list, depth)?),
            Value::Array(list) => {
                found.fields.push((name.clone(), Field::Leaf(leaf(name, list)?)));
            }
            Value::Object(inner) if inner.is_empty() => {
                return wrong(format!("Empty objects are not allowed: \"{name}\""));
            }
            Value::Object(inner) => {
                found.fields.push((name.clone(), Field::Object(fields(inner, depth - 1)?)));
            }
            _ => return wrong(format!("\"{name}\" must be an object or an array")),
        }
    }
    Ok(found)
}

fn either(list: &[Value], depth: usize) -> Result<Vec<Fields>> {
    if list.len() < 2 {
        return wrong("\"$or\" must have at least two patterns");
    }
    let pattern = |value: &Value| match value {
        Value::Object(map) if !map.is_empty() => fields(map, depth - 1),
        _ => wrong("Each element of \"$or\" must be an object that is not empty"),
    };
    list.iter().map(pattern).collect()
}

fn leaf(name: &str, list: &[Value]) -> Result<Vec<Test>> {
    if list.is_empty() {
        return wrong(format!("Empty arrays are not allowed: \"{name}\""));
    }
    list.iter().map(test).collect()
}

fn test(value: &Value) -> Result<Test> {
    let map = match value {
        Value::Object(map) => map,
        Value::Array(_) => {
            return wrong("Match value must be String, number, true, false, or null");
        }
        exact => return Ok(Test::Exact(exact.clone())),
    };
    let mut entries = map.iter();
    let (Some((kind, operand)), None) = (entries.next(), entries.next()) else {
        return wrong("Only one key allowed in match expression");
    };
    match (kind.as_str(), operand) {
        ("exists", Value::Bool(there)) => Ok(Test::Exists(*there)),
        ("exists", _) => wrong("exists match pattern must be either true or false."),
        ("numeric", Value::Array(list)) => numeric(list),
        ("numeric", _) => wrong("Invalid numeric match: an array is expected"),
        ("cidr", Value::String(text)) => network(text).map(Test::Cidr),
        ("cidr", _) => wrong("Malformed CIDR, a string is expected"),
        ("anything-but", operand) => anything_but(operand),
        (kind, operand) => text_test(kind, operand).map(Test::Text),
    }
}

fn text_test(kind: &str, operand: &Value) -> Result<TextTest> {
    let (text, ignore_case) = match operand {
        Value::String(text) => (text, false),
        Value::Object(map) if matches!(kind, "prefix" | "suffix") && map.len() == 1 => {
            match map.get("equals-ignore-case") {
                Some(Value::String(text)) => (text, true),
                _ => return wrong(format!("Unsupported {kind} pattern")),
            }
        }
        _ if ["prefix", "suffix", "equals-ignore-case", "wildcard"].contains(&kind) => {
            return wrong(format!("{kind} match pattern must be a string"));
        }
        _ => return wrong(format!("Unrecognized match type {kind}")),
    };
    let text = text.clone();
    match kind {
        "prefix" => Ok(TextTest::Prefix { text, ignore_case }),
        "suffix" => Ok(TextTest::Suffix { text, ignore_case }),
        "equals-ignore-case" => Ok(TextTest::EqualsIgnoreCase(text)),
        "wildcard" => wildcard(&text).map(TextTest::Wildcard),
        kind => wrong(format!("Unrecognized match type {kind}")),
    }
}

fn wildcard(text: &str) -> Result<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let last = parts.len() - 1;
        match c {
            '*' if chars.peek() == Some(&'*') => {
                return wrong("Consecutive wildcard characters");
            }
            '*' => parts.push(String::new()),
            '\\' => match chars.next() {
                Some(escaped @ ('*' | '\\')) => parts[last].push(escaped),
                _ => return wrong("Invalid escape character in a wildcard"),
            },
            c => parts[last].push(c),
        }
    }
    Ok(parts)
}

fn anything_but(operand: &Value) -> Result<Test> {
    let simple = |value: &Value| match value {
        Value::String(_) | Value::Number(_) => Ok(Test::Exact(value.clone())),
        _ => wrong("Inside anything but list, start|null|boolean is not supported."),
    };
    let tests = match operand {
        Value::Array(list) if list.is_empty() => return wrong("Empty arrays are not allowed"),
        Value::Array(list) => list.iter().map(simple).collect::<Result<Vec<_>>>()?,
        Value::Object(map) => {
            let mut entries = map.iter();
            let (Some((kind, operand)), None) = (entries.next(), entries.next()) else {
                return wrong("Only one key allowed in match expression");
            };
            let one = |value: &Value| text_test(kind, value).map(Test::Text);
            match operand {
                Value::Array(list) if list.is_empty() => {
                    return wrong("Empty arrays are not allowed");
                }
                Value::Array(list) => list.iter().map(one).collect::<Result<Vec<_>>>()?,
                value => vec![one(value)?],
            }
        }
        value => vec![simple(value)?],
    };
    Ok(Test::AnythingBut(tests))
}

fn numeric(list: &[Value]) -> Result<Test> {
    let (mut low, mut high) = (None, None);
    if !matches!(list.len(), 2 | 4) {
        return wrong("Invalid numeric match: one or two comparisons are expected");
    }
    for pair in list.chunks(2) {
        let [Value::String(operator), Value::Number(number)] = pair else {
            return wrong("Value of a numeric match must be numeric, after an operator");
        };
        let number = number.as_f64().filter(|number| number.abs() <= NUMBER_MAX);
        let Some(number) = number else {
            return wrong("Value must be between -5.0E9 and 5.0E9, inclusive");
        };
        let place = match operator.as_str() {
            "=" if list.len() == 2 => {
                return Ok(Test::Numeric { low: Some((number, true)), high: Some((number, true)) });
            }
            ">" | ">=" => &mut low,
            "<" | "<=" => &mut high,
            other => return wrong(format!("Unrecognized numeric range operator: {other}")),
        };
        if place.replace((number, operator.ends_with('='))).is_some() {
            return wrong("Invalid numeric match: two bounds on the same side");
        }
    }
    if let (Some((low, _)), Some((high, _))) = (low, high)
        && low >= high
    {
        return wrong("Bottom must be less than top");
    }
    Ok(Test::Numeric { low, high })
}

fn network(text: &str) -> Result<Network> {
    let malformed = || PatternError(format!("Malformed CIDR, one '/' required: {text}"));
    let (address, prefix) = text.split_once('/').ok_or_else(malformed)?;
    let address = address.parse().map_err(|_| malformed())?;
    let (bits, v4) = bits_of(address);
    let prefix = prefix.parse().map_err(|_| malformed())?;
    if prefix > if v4 { 32 } else { 128 } {
        return Err(malformed());
    }
    Ok(Network { bits, v4, prefix })
}

pub(super) fn bits_of(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), true),
        IpAddr::V6(address) => (u128::from(address), false),
    }
}
