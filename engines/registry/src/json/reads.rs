//! Whether all that one schema lets pass, another does.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Map, Value};

use super::check::DEPTH_MAX;
use super::{Schema, resolve};
use crate::Incompatible;

/// Whether every document of the writer's passes the reader's schema.
pub(crate) fn reads(reader: &Schema, writer: &Schema) -> Result<(), Incompatible> {
    Pair { reader: &reader.0, writer: &writer.0 }.schemas(&reader.0, &writer.0, "#", 0)
}

struct Pair<'a> {
    reader: &'a Value,
    writer: &'a Value,
}

type Verdict = Result<(), Incompatible>;

static ANYTHING: Value = Value::Bool(true);

impl Pair<'_> {
    fn schemas(&self, reader: &Value, writer: &Value, at: &str, depth: usize) -> Verdict {
        // What holds itself is held equal as far as it was followed.
        if depth > DEPTH_MAX / 4 {
            return Ok(());
        }
        let (reader, writer) = (follow(self.reader, reader), follow(self.writer, writer));
        if reader == writer || is_anything(reader) || *writer == Value::Bool(false) {
            return Ok(());
        }
        let (Value::Object(r), Value::Object(w)) = (reader, writer) else {
            return match (reader, writer) {
                (Value::Object(r), _) => self.keywords(r, &Map::new(), at, depth),
                _ => Err(wrong(at, "nothing is let pass any more")),
            };
        };
        // Each alternative of the writer may be what is written.
        for key in ["anyOf", "oneOf"] {
            let Some(Value::Array(parts)) = w.get(key) else { continue };
            if r.get(key) == w.get(key) {
                continue;
            }
            for part in parts {
                self.schemas(reader, &merged(w, key, part), at, depth + 1)?;
            }
            return Ok(());
        }
        if let Some(Value::Array(parts)) = w.get("allOf")
            && r.get("allOf") != w.get("allOf")
        {
            let all = parts.iter().fold(Value::Object(without(w, "allOf")), |all, part| {
                both(&all, follow(self.writer, part))
            });
            return self.schemas(reader, &all, at, depth + 1);
        }
        self.keywords(r, w, at, depth)
    }

    fn keywords(
        &self,
        r: &Map<String, Value>,
        w: &Map<String, Value>,
        at: &str,
        depth: usize,
    ) -> Verdict {
        self.combined(r, w, at, depth)?;
        if let Some(values) = finite(w) {
            return values.iter().try_for_each(|value| self.passes(value, r, at, depth));
        }
        if finite(r).is_some() {
            return Err(wrong(at, "only some values are let pass now"));
        }
        let (readers, writers) = (types(r), types(w));
        if let Some(kind) = writers.iter().find(|kind| !has(&readers, kind)) {
            return Err(wrong(at, &format!("type {kind} is not let pass")));
        }
        for kind in &writers {
            match *kind {
                "string" => strings(r, w, at)?,
                "number" | "integer" => numbers(r, w, at)?,
                "array" => self.arrays(r, w, at, depth)?,
                "object" => self.objects(r, w, at, depth)?,
                _ => {}
            }
        }
        for key in ["if", "then", "else", "not"] {
            if r.contains_key(key) && r.get(key) != w.get(key) {
                return Err(wrong(at, &format!("{key} is new or changed")));
            }
        }
        Ok(())
    }

    /// The alternatives of the reader.
    fn combined(
        &self,
        r: &Map<String, Value>,
        w: &Map<String, Value>,
        at: &str,
        depth: usize,
    ) -> Verdict {
        let writer = Value::Object(w.clone());
        if let Some(Value::Array(parts)) = r.get("allOf")
            && r.get("allOf") != w.get("allOf")
        {
            for part in parts {
                self.schemas(part, &writer, at, depth + 1)?;
            }
        }
        for key in ["anyOf", "oneOf"] {
            let Some(Value::Array(parts)) = r.get(key) else { continue };
            if r.get(key) == w.get(key) {
                continue;
            }
            if !parts.iter().any(|part| self.schemas(part, &writer, at, depth + 1).is_ok()) {
                return Err(wrong(at, &format!("no alternative of {key} lets it pass")));
            }
        }
        Ok(())
    }

    /// Whether one value passes the reader's schema, as far as its kind and the list of values go.
    fn passes(&self, value: &Value, r: &Map<String, Value>, at: &str, depth: usize) -> Verdict {
        if let Some(values) = finite(r) {
            return match values.contains(&value) {
                true => Ok(()),
                false => Err(wrong(at, &format!("{value} is not let pass"))),
            };
        }
        let mut one = Map::new();
        one.insert("type".to_owned(), Value::String(kind_of(value).to_owned()));
        match value {
            Value::String(text) => {
                let length = Value::from(text.chars().count());
                one.insert("minLength".to_owned(), length.clone());
                one.insert("maxLength".to_owned(), length);
                if let Some(pattern) = r.get("pattern").and_then(Value::as_str)
                    && Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
                {
                    one.insert("pattern".to_owned(), Value::from(pattern));
                }
            }
            Value::Number(_) => {
                one.insert("minimum".to_owned(), value.clone());
                one.insert("maximum".to_owned(), value.clone());
                let multiple = r.get("multipleOf").and_then(Value::as_f64);
                if let (Some(multiple), Some(number)) = (multiple, value.as_f64())
                    && (number / multiple).fract() == 0.0
                {
                    one.insert("multipleOf".to_owned(), Value::from(multiple));
                }
            }
            _ => {}
        }
        self.keywords(r, &one, at, depth + 1)
    }

    fn arrays(
        &self,
        r: &Map<String, Value>,
        w: &Map<String, Value>,
        at: &str,
        depth: usize,
    ) -> Verdict {
        at_least(r, w, "minItems", at)?;
        at_most(r, w, "maxItems", at)?;
        if r.get("uniqueItems") == Some(&Value::Bool(true))
            && w.get("uniqueItems") != Some(&Value::Bool(true))
        {
            return Err(wrong(at, "items must be unique now"));
        }
        let places =
            |s: &Map<String, Value>| s.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        for place in 0..=places(r).max(places(w)) {
            let at = format!("{at}/items/{place}");
            self.schemas(item(r, place), item(w, place), &at, depth + 1)?;
        }
        match r.get("contains") {
            Some(part) if w.get("contains") != Some(part) => {
                Err(wrong(at, "contains is new or changed"))
            }
            _ => Ok(()),
        }
    }

    fn objects(
        &self,
        r: &Map<String, Value>,
        w: &Map<String, Value>,
        at: &str,
        depth: usize,
    ) -> Verdict {
        at_least(r, w, "minProperties", at)?;
        at_most(r, w, "maxProperties", at)?;
        let (needed, given) = (required(r), required(w));
        if let Some(name) = needed.difference(&given).next() {
            return Err(wrong(at, &format!("property {name} is required now")));
        }
        let names = |s: &Map<String, Value>| -> Vec<String> {
            let names = s.get("properties").and_then(Value::as_object);
            names.map(|names| names.keys().cloned().collect()).unwrap_or_default()
        };
        let all: BTreeSet<String> = names(r).into_iter().chain(names(w)).collect();
        for name in &all {
            let at = format!("{at}/properties/{name}");
            self.schemas(property(r, name), property(w, name), &at, depth + 1)?;
        }
        let patterns = |s: &Map<String, Value>| -> Vec<(String, Value)> {
            let patterns = s.get("patternProperties").and_then(Value::as_object).cloned();
            patterns.into_iter().flatten().collect()
        };
        let (known, written) = (patterns(r), patterns(w));
        for (pattern, part) in &known {
            let theirs = written.iter().find(|(other, _)| other == pattern).map(|(_, part)| part);
            let theirs = theirs.unwrap_or_else(|| rest(w));
            self.schemas(part, theirs, &format!("{at}/patternProperties"), depth + 1)?;
        }
        for (_, part) in written.iter().filter(|(p, _)| !known.iter().any(|(other, _)| other == p))
        {
            self.schemas(rest(r), part, &format!("{at}/patternProperties"), depth + 1)?;
        }
        self.schemas(rest(r), rest(w), &format!("{at}/additionalProperties"), depth + 1)?;
        for key in ["propertyNames", "dependencies"] {
            if r.contains_key(key) && r.get(key) != w.get(key) {
                return Err(wrong(at, &format!("{key} is new or changed")));
            }
        }
        Ok(())
    }
}

/// A schema behind its references.
fn follow<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
    for _ in 0..DEPTH_MAX {
        match schema.get("$ref").and_then(Value::as_str).and_then(|text| resolve(root, text)) {
            Some(meant) => schema = meant,
            None => break,
        }
    }
    schema
}

fn is_anything(schema: &Value) -> bool {
    match schema {
        Value::Bool(lets) => *lets,
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn without(schema: &Map<String, Value>, key: &str) -> Map<String, Value> {
    let mut rest = schema.clone();
    rest.remove(key);
    rest
}

/// One alternative, with what holds for all of them.
fn merged(schema: &Map<String, Value>, key: &str, part: &Value) -> Value {
    both(&Value::Object(without(schema, key)), part)
}

/// What passes two schemas, where their keywords do not collide; else the second one's decide.
fn both(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let mut all = a.clone();
            for (key, value) in b {
                let joined = match (all.get(key), value) {
                    (Some(Value::Object(x)), Value::Object(y)) if key == "properties" => {
                        let mut names = x.clone();
                        names.extend(y.clone());
                        Value::Object(names)
                    }
                    (Some(Value::Array(x)), Value::Array(y)) if key == "required" => {
                        Value::Array(x.iter().chain(y).cloned().collect())
                    }
                    _ => value.clone(),
                };
                all.insert(key.clone(), joined);
            }
            Value::Object(all)
        }
        (_, b) => b.clone(),
    }
}

/// The values that alone pass, if they are listed.
fn finite(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(Value::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

fn types(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec!["array", "boolean", "null", "number", "object", "string"],
    }
}

fn has(kinds: &[&str], kind: &str) -> bool {
    kinds.contains(&kind) || (kind == "integer" && kinds.contains(&"number"))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn strings(r: &Map<String, Value>, w: &Map<String, Value>, at: &str) -> Verdict {
    at_least(r, w, "minLength", at)?;
    at_most(r, w, "maxLength", at)?;
    for key in ["pattern", "format"] {
        if r.contains_key(key) && r.get(key) != w.get(key) {
            return Err(wrong(at, &format!("{key} is new or changed")));
        }
    }
    Ok(())
}

fn numbers(r: &Map<String, Value>, w: &Map<String, Value>, at: &str) -> Verdict {
    let low = (bound(r, "minimum", "exclusiveMinimum"), bound(w, "minimum", "exclusiveMinimum"));
    let high = (bound(r, "maximum", "exclusiveMaximum"), bound(w, "maximum", "exclusiveMaximum"));
    let tighter = |ours: (f64, bool), theirs: (f64, bool), beyond: bool| {
        beyond || (ours.0 == theirs.0 && ours.1 && !theirs.1)
    };
    match low {
        (Some(ours), Some(theirs)) if !tighter(ours, theirs, ours.0 > theirs.0) => {}
        (None, _) => {}
        _ => return Err(wrong(at, "the minimum has risen")),
    }
    match high {
        (Some(ours), Some(theirs)) if !tighter(ours, theirs, ours.0 < theirs.0) => {}
        (None, _) => {}
        _ => return Err(wrong(at, "the maximum has sunk")),
    }
    let step = |s: &Map<String, Value>| s.get("multipleOf").and_then(Value::as_f64);
    match (step(r), step(w)) {
        (Some(ours), Some(theirs)) if (theirs / ours).fract() == 0.0 => Ok(()),
        (None, _) => Ok(()),
        _ => Err(wrong(at, "multipleOf is new or changed")),
    }
}

/// A bound, and whether it is itself out of bounds: draft 4 says so by a flag.
fn bound(schema: &Map<String, Value>, key: &str, exclusive: &str) -> Option<(f64, bool)> {
    let plain = schema.get(key).and_then(Value::as_f64);
    match schema.get(exclusive) {
        Some(Value::Bool(flag)) => plain.map(|bound| (bound, *flag)),
        Some(value) => value.as_f64().map(|bound| (bound, true)),
        None => plain.map(|bound| (bound, false)),
    }
}

fn at_least(r: &Map<String, Value>, w: &Map<String, Value>, key: &str, at: &str) -> Verdict {
    let count = |s: &Map<String, Value>| s.get(key).and_then(Value::as_f64).unwrap_or(0.0);
    if count(r) > count(w) { Err(wrong(at, &format!("{key} has risen"))) } else { Ok(()) }
}

fn at_most(r: &Map<String, Value>, w: &Map<String, Value>, key: &str, at: &str) -> Verdict {
    let count =
        |s: &Map<String, Value>| s.get(key).and_then(Value::as_f64).unwrap_or(f64::INFINITY);
    if count(r) < count(w) { Err(wrong(at, &format!("{key} has sunk"))) } else { Ok(()) }
}

fn required(schema: &Map<String, Value>) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What a property must be.
fn property<'a>(schema: &'a Map<String, Value>, name: &str) -> &'a Value {
    if let Some(part) = schema.get("properties").and_then(|names| names.get(name)) {
        return part;
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    let matching = patterns
        .into_iter()
        .flatten()
        .find(|(pattern, _)| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(name)));
    matching.map_or_else(|| rest(schema), |(_, part)| part)
}

/// What properties must be that are not named.
fn rest(schema: &Map<String, Value>) -> &Value {
    schema.get("additionalProperties").unwrap_or(&ANYTHING)
}

/// What the item at a place must be.
fn item(schema: &Map<String, Value>, place: usize) -> &Value {
    match schema.get("items") {
        Some(Value::Array(parts)) => {
            parts.get(place).unwrap_or_else(|| schema.get("additionalItems").unwrap_or(&ANYTHING))
        }
        Some(part) => part,
        None => &ANYTHING,
    }
}

fn wrong(at: &str, what: &str) -> Incompatible {
    Incompatible(format!("Incompatible at {at}: {what}."))
}
