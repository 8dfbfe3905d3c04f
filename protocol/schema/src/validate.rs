//! Constraints of the model, checked while a request is read, in AWS's wording.
//!
//! All violations of a request are collected, because AWS reports them together:
//! `2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must
//! not be null; Value '' at …`.

use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use regex::Regex;

use crate::{Member, Schema, Structure, View};

/// AWS reports at most this many violations of one request.
const VIOLATIONS_MAX: usize = 10;
/// Longer values are cut in a report.
const SHOWN_VALUE_MAX: usize = 1_024;

/// One constraint that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, as in `databaseInput.name`.
    pub path: String,
    /// The offending value, or `None` where it is absent.
    pub value: Option<String>,
    /// `Member must have length greater than or equal to 1`.
    pub rule: String,
    /// Set when the model requires the member and it is absent.
    pub missing: Option<&'static str>,
}

enum Segment {
    Member(&'static Member),
    Index(usize),
    Key(String),
}

/// Collects violations; knows where in the request the reader is.
#[derive(Default)]
pub struct Validator {
    path: Vec<Segment>,
    violations: Vec<Violation>,
}

/// Which members of a structure were read.
#[derive(Default)]
pub struct Seen([u64; 4]);

impl Seen {
    pub fn mark(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    pub fn contains(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }
}

impl Validator {
    /// Nesting of the value being read.
    pub fn depth(&self) -> usize {
        self.path.len()
    }

    pub fn enter(&mut self, member: &'static Member) {
        self.path.push(Segment::Member(member));
    }

    pub fn enter_index(&mut self, index: usize) {
        self.path.push(Segment::Index(index));
    }

    pub fn enter_key(&mut self, key: &str) {
        self.path.push(Segment::Key(key.to_owned()));
    }

    pub fn leave(&mut self) {
        self.path.pop();
    }

    /// All violations so far.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// AWS's sentence for all violations; `None` when there are none.
    pub fn sentence(&self) -> Option<String> {
        let count = self.violations.len();
        if count == 0 {
            return None;
        }
        let errors = if count == 1 { "error" } else { "errors" };
        let list: Vec<String> = self
            .violations
            .iter()
            .map(|violation| {
                let value = match &violation.value {
                    Some(value) => format!("'{value}'"),
                    None => "null".to_owned(),
                };
                format!(
                    "Value {value} at '{}' failed to satisfy constraint: {}",
                    violation.path, violation.rule
                )
            })
            .collect();
        Some(format!("{count} validation {errors} detected: {}", list.join("; ")))
    }

    /// The end of a structure: every required member has been seen.
    pub fn structure(&mut self, schema: &'static Schema, seen: &Seen) {
        for (index, member) in schema.members.iter().enumerate() {
            if member.required && !seen.contains(index) {
                self.path.push(Segment::Member(member));
                self.report(None, "Member must not be null".to_owned(), Some(member.name));
                self.path.pop();
            }
        }
    }

    /// A text value: length and pattern.
    pub fn text(&mut self, schema: &'static Schema, value: &str) {
        self.length(schema, || value.chars().count(), || value.to_owned());
        if let Some(pattern) = schema.constraints.pattern
            && !matches(pattern, value)
        {
            self.report(
                Some(value.to_owned()),
                format!("Member must satisfy regular expression pattern: {pattern}"),
                None,
            );
        }
    }

    /// Checks a value that was never on a wire: an in-process call passes the same bounds.
    pub fn walk(&mut self, value: &dyn Structure) {
        let schema = value.schema();
        for (index, member) in schema.members.iter().enumerate() {
            self.enter(member);
            self.walk_value(member.target, value.member(index).view());
            self.leave();
        }
    }

    fn walk_value(&mut self, schema: &'static Schema, view: View<'_>) {
        match view {
            View::Absent | View::Bool(_) | View::Time(_) | View::Document(_) | View::Stream => {}
            View::Int(value) => self.number(schema, value as f64, || value.to_string()),
            View::Float(value) => self.number(schema, value.into(), || value.to_string()),
            View::Double(value) => self.number(schema, value, || value.to_string()),
            View::Str(value) => self.text(schema, value),
            View::Blob(value) => self.size(schema, value.len()),
            View::Struct(value) => self.walk(value),
            View::List(list) => {
                self.size(schema, list.len());
                let element = schema.element();
                for index in 0..list.len() {
                    self.enter_index(index);
                    self.walk_value(element.target, list.get(index).view());
                    self.leave();
                }
            }
            View::Map(map) => {
                self.size(schema, map.len());
                let (key, element) = schema.entry();
                map.each(&mut |name, value| {
                    self.enter_key(name);
                    self.text(key.target, name);
                    self.walk_value(element.target, value.view());
                    self.leave();
                });
            }
        }
    }

    /// A text that is none of an enumeration's values.
    pub fn not_in_enum(&mut self, schema: &'static Schema, value: &str) {
        self.report(
            Some(value.to_owned()),
            format!("Member must satisfy enum value set: [{}]", schema.values.join(", ")),
            None,
        );
    }

    /// A list, map or blob by its length.
    pub fn size(&mut self, schema: &'static Schema, length: usize) {
        self.length(schema, || length, String::new);
    }

    /// A number by its range.
    pub fn number(&mut self, schema: &'static Schema, value: f64, text: impl Fn() -> String) {
        let bounds = schema.constraints;
        if let Some(min) = bounds.min
            && value < min as f64
        {
            let rule = format!("Member must have value greater than or equal to {min}");
            self.report(Some(text()), rule, None);
        }
        if let Some(max) = bounds.max
            && value > max as f64
        {
            let rule = format!("Member must have value less than or equal to {max}");
            self.report(Some(text()), rule, None);
        }
    }

    fn length(
        &mut self,
        schema: &'static Schema,
        length: impl Fn() -> usize,
        text: impl Fn() -> String,
    ) {
        let bounds = schema.constraints;
        if bounds.min.is_none() && bounds.max.is_none() {
            return;
        }
        let length = i64::try_from(length()).unwrap_or(i64::MAX);
        if let Some(min) = bounds.min
            && length < min
        {
            let rule = format!("Member must have length greater than or equal to {min}");
            self.report(Some(text()), rule, None);
        }
        if let Some(max) = bounds.max
            && length > max
        {
            let rule = format!("Member must have length less than or equal to {max}");
            self.report(Some(text()), rule, None);
        }
    }

    fn report(&mut self, value: Option<String>, rule: String, missing: Option<&'static str>) {
        if self.violations.len() >= VIOLATIONS_MAX {
            return;
        }
        let value = value.map(|mut value| {
            if let Some((cut, _)) = value.char_indices().nth(SHOWN_VALUE_MAX) {
                value.truncate(cut);
            }
            value
        });
        self.violations.push(Violation { path: self.path(), value, rule, missing });
    }

    fn path(&self) -> String {
        let mut text = String::new();
        for segment in &self.path {
            if !text.is_empty() {
                text.push('.');
            }
            match segment {
                Segment::Member(member) => {
                    let mut chars = member.name.chars();
                    text.extend(chars.next().map(|first| first.to_ascii_lowercase()));
                    text.push_str(chars.as_str());
                }
                // AWS counts from one and names the element.
                Segment::Index(index) => text.push_str(&format!("{}.member", index + 1)),
                Segment::Key(key) => text.push_str(&format!("{key}.member")),
            }
        }
        text
    }
}

/// Compiled patterns, shared by the process: a model states a few hundred and requests repeat few.
static PATTERNS: LazyLock<RwLock<HashMap<&'static str, Option<Regex>>>> =
    LazyLock::new(RwLock::default);

fn matches(pattern: &'static str, value: &str) -> bool {
    if let Ok(known) = PATTERNS.read()
        && let Some(compiled) = known.get(pattern)
    {
        return compiled.as_ref().is_none_or(|regex| regex.is_match(value));
    }
    let compiled = compile(pattern);
    let matched = compiled.as_ref().is_none_or(|regex| regex.is_match(value));
    if let Ok(mut known) = PATTERNS.write() {
        known.insert(pattern, compiled);
    }
    matched
}

/// The model writes Java's dialect. What it says of surrogates has no meaning for Unicode text and
/// is dropped; a pattern that is still not understood is not checked, as AWS's own SDKs do.
fn compile(pattern: &str) -> Option<Regex> {
    let mut text = pattern
        .replace("\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\u{10000}-\\u{10FFFF}")
        .replace("\\ud800\\udc00-\\udbff\\udfff", "\\u{10000}-\\u{10FFFF}")
        .replace("\\p{IsAlphabetic}", "\\p{Alphabetic}")
        .replace("\\/", "/");
    while let Some(at) = text.find("\\u") {
        let Some(hex) =
            text.get(at + 2..at + 6).filter(|h| h.chars().all(|c| c.is_ascii_hexdigit()))
        else {
            // Already in braces: protect it from being found again.
            text.replace_range(at..at + 2, "\\x");
            continue;
        };
        let hex = hex.to_owned();
        text.replace_range(at..at + 6, &format!("\\x{{{hex}}}"));
    }
    Regex::new(&format!("^(?:{text})$")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Constraints, Kind, Location};

    const fn schema(kind: Kind, constraints: Constraints) -> Schema {
        Schema {
            name: "Name",
            kind,
            members: &[],
            constraints,
            values: &[],
            flattened: false,
            payload: None,
            xml_name: None,
            xml_namespace: None,
            timestamp_format: None,
            sensitive: false,
            error: None,
        }
    }

    static NAME: Schema = schema(
        Kind::String,
        Constraints {
            min: Some(1),
            max: Some(3),
            pattern: Some("[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*"),
        },
    );
    static MEMBER: Member = Member {
        name: "DatabaseName",
        wire: "DatabaseName",
        query_name: None,
        target: &NAME,
        location: Location::Body,
        required: true,
        flattened: false,
        xml_attribute: false,
        xml_namespace: None,
        timestamp_format: None,
        stream: false,
        idempotency_token: false,
        event_header: false,
        event_payload: false,
    };

    #[test]
    fn violations_read_as_aws_words_them() {
        let mut validator = Validator::default();
        validator.enter(&MEMBER);
        validator.text(&NAME, "");
        validator.text(&NAME, "abcd");
        validator.text(&NAME, "a\n");
        validator.leave();
        assert_eq!(
            validator.sentence().expect("three violations"),
            "3 validation errors detected: Value '' at 'databaseName' failed to satisfy \
             constraint: Member must have length greater than or equal to 1; Value 'abcd' at \
             'databaseName' failed to satisfy constraint: Member must have length less than or \
             equal to 3; Value 'a\n' at 'databaseName' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: \
             [\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*"
        );
    }

    #[test]
    fn characters_beyond_the_basic_plane_satisfy_the_usual_pattern() {
        let mut validator = Validator::default();
        validator.text(&NAME, "\u{1F600}");
        assert_eq!(validator.violations(), []);
    }
}
