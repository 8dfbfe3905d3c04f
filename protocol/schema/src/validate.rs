//! Constraints of the model, checked while a request is read, in AWS's wording.
//!
//! All violations of a request are collected, because AWS reports them together:
//! `2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must
//! not be null; Value '' at …`. What an element of a list or map violates is reported of the list or
//! map, with everything the model asks of its elements: `Value '[a, ]' at 'keys' failed to satisfy
//! constraint: Member must satisfy constraint: [Member must have length …]`.

use crate::pattern::matches;
use crate::render::{Raw, list_text, map_text, number_text};
use crate::{Kind, ListShape, MapShape, Member, Schema, Structure, View};

/// AWS reports at most this many violations of one request.
const VIOLATIONS_MAX: usize = 10;
/// Nesting no model reaches; recursive shapes could otherwise exhaust the stack.
const DEPTH_MAX: usize = 96;
/// More elements in all than any request within AWS's limits on sizes has. An element may be a byte
/// of the request and hundreds in memory.
const ELEMENTS_MAX: usize = 2_000_000;
/// So many elements that no slot can hold are kept to be shown.
const RAW_MAX: usize = 100;
/// Longer values are cut in a report, in characters.
pub(crate) const SHOWN_VALUE_MAX: usize = 1_024;

/// One constraint that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, as in `databaseInput.name`.
    pub path: String,
    pub value: Offender,
    /// `Member must have length greater than or equal to 1`.
    pub rule: String,
    /// Set when the model requires the member and it is absent.
    pub missing: Option<&'static str>,
}

/// What a report shows of an offending value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offender {
    /// It is absent.
    Null,
    /// Never to be shown.
    Hidden,
    Text(String),
}

enum Segment {
    Member(&'static Member),
    Index(usize),
    /// The key is the text from here to the next key, or to the end.
    Key(usize),
}

/// Collects violations; knows where in the request the reader is.
#[derive(Default)]
pub struct Validator {
    path: Vec<Segment>,
    /// Text of the keys in `path`, one after the other: no allocation for each.
    keys: String,
    violations: Vec<Violation>,
    /// Violations of elements, which show their list or map once it is read.
    open: Vec<Open>,
    /// Elements that no slot can hold, by the depth of their list or map.
    raw: Vec<(usize, Raw)>,
    elements: usize,
    /// The shapes down to the first violation.
    within: Vec<&'static str>,
    unchecked: bool,
}

struct Open {
    violation: usize,
    /// Of the list or map.
    depth: usize,
    whose: &'static str,
    /// What was violated; `None` where it is that no element may be null.
    schema: Option<&'static Schema>,
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
    /// For values that were checked before: only follows the reader's depth.
    pub fn unchecked() -> Self {
        Self { unchecked: true, ..Self::default() }
    }

    /// Whether constraints are of no interest.
    pub fn is_unchecked(&self) -> bool {
        self.unchecked
    }

    /// Nesting of the value being read.
    pub fn depth(&self) -> usize {
        self.path.len()
    }

    /// Whether the request is no deeper and has no more elements than a reader has to bear.
    pub fn bears(&self) -> bool {
        self.path.len() <= DEPTH_MAX && self.elements <= ELEMENTS_MAX
    }

    pub fn enter(&mut self, member: &'static Member) {
        self.path.push(Segment::Member(member));
    }

    pub fn enter_index(&mut self, index: usize) {
        self.elements += 1;
        self.path.push(Segment::Index(index));
    }

    pub fn enter_key(&mut self, key: &str) {
        self.elements += 1;
        self.path.push(Segment::Key(self.keys.len()));
        self.keys.push_str(key);
    }

    pub fn leave(&mut self) {
        if let Some(Segment::Key(from)) = self.path.pop() {
            self.keys.truncate(from);
        }
    }

    /// All violations so far.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The names of the shapes down to the first violation; those of elements are left out.
    pub fn within(&self) -> &[&'static str] {
        &self.within
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
                    Offender::Null => "Value null".to_owned(),
                    Offender::Hidden => "Value".to_owned(),
                    Offender::Text(text) => format!("Value '{text}'"),
                };
                format!(
                    "{value} at '{}' failed to satisfy constraint: {}",
                    violation.path, violation.rule
                )
            })
            .collect();
        Some(format!("{count} validation {errors} detected: {}", list.join("; ")))
    }

    /// The end of a structure: every required member has been seen.
    pub fn structure(&mut self, schema: &'static Schema, seen: &Seen) {
        if self.unchecked {
            return;
        }
        for (index, member) in schema.members.iter().enumerate() {
            if member.required && !seen.contains(index) {
                self.path.push(Segment::Member(member));
                let rule = "Member must not be null".to_owned();
                self.push(self.path.len(), Offender::Null, rule, Some(member.name));
                self.path.pop();
            }
        }
    }

    /// A text value: length and pattern.
    pub fn text(&mut self, schema: &'static Schema, value: &str) {
        let bounds = schema.constraints;
        if self.unchecked {
            return;
        }
        if bounds.min.is_some() || bounds.max.is_some() {
            self.length(schema, value.chars().count(), || value.to_owned());
        }
        if let Some(pattern) = bounds.pattern
            && !matches(pattern, value)
        {
            let rule = || format!("Member must satisfy regular expression pattern: {pattern}");
            self.report(schema, rule, || value.to_owned());
        }
    }

    /// A text that is none of an enumeration's values.
    pub fn not_in_enum(&mut self, schema: &'static Schema, value: &str) {
        if self.unchecked {
            return;
        }
        self.keep(value);
        self.report(schema, || enum_rule(schema), || value.to_owned());
    }

    /// An element that is null, of a list or map that has no nulls.
    pub fn null_element(&mut self) {
        if !self.unchecked {
            self.keep("null");
            self.element(None);
        }
    }

    /// Remembers an element that no slot can hold.
    fn keep(&mut self, text: &str) {
        if self.raw.len() >= RAW_MAX {
            return;
        }
        let raw = match self.path.last() {
            Some(Segment::Index(index)) => Raw::item(*index, text),
            Some(Segment::Key(from)) => {
                Raw::entry(self.keys.get(*from..).unwrap_or_default(), text)
            }
            _ => return,
        };
        self.raw.push((self.path.len() - 1, raw));
    }

    /// A blob by its length in bytes.
    pub fn blob(&mut self, schema: &'static Schema, length: usize) {
        // As the services' Java prints it.
        self.length(schema, length, || {
            format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
        });
    }

    /// A list, once its elements have been read.
    pub fn list(&mut self, schema: &'static Schema, list: &dyn ListShape) {
        self.length(schema, list.len(), || list_text(schema, list, &[]));
        self.close(schema, |raw| list_text(schema, list, raw));
    }

    /// The key of a map, before its value is entered.
    pub fn key(&mut self, schema: &'static Schema, key: &str) {
        let bounds = schema.constraints;
        let length = i64::try_from(key.chars().count()).unwrap_or(i64::MAX);
        let fits = bounds.min.is_none_or(|min| length >= min)
            && bounds.max.is_none_or(|max| length <= max)
            && (schema.values.is_empty() || schema.values.contains(&key))
            && bounds.pattern.is_none_or(|pattern| matches(pattern, key));
        if !fits {
            self.push_open(self.path.len(), "Map keys", Some(schema));
        }
    }

    /// A map, once its entries have been read.
    pub fn map(&mut self, schema: &'static Schema, map: &dyn MapShape) {
        self.length(schema, map.len(), || map_text(schema, map, &[]));
        self.close(schema, |raw| map_text(schema, map, raw));
    }

    /// A number by its range.
    pub fn number(&mut self, schema: &'static Schema, value: f64, text: impl Fn() -> String) {
        let bounds = schema.constraints;
        if self.unchecked {
            return;
        }
        if let Some(min) = bounds.min
            && value < min as f64
        {
            let bound = || number_text(schema, min);
            let rule = || format!("Member must have value greater than or equal to {}", bound());
            self.report(schema, rule, &text);
        }
        if let Some(max) = bounds.max
            && value > max as f64
        {
            let bound = || number_text(schema, max);
            let rule = || format!("Member must have value less than or equal to {}", bound());
            self.report(schema, rule, &text);
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
            View::Blob(value) => self.blob(schema, value.len()),
            View::Struct(value) => self.walk(value),
            View::List(list) => {
                let element = schema.element();
                for index in 0..list.len() {
                    self.enter_index(index);
                    self.walk_value(element.target, list.get(index).view());
                    self.leave();
                }
                self.list(schema, list);
            }
            View::Map(map) => {
                let (key, element) = schema.entry();
                map.each(&mut |name, value| {
                    self.key(key.target, name);
                    self.enter_key(name);
                    self.walk_value(element.target, value.view());
                    self.leave();
                });
                self.map(schema, map);
            }
        }
    }

    fn length(&mut self, schema: &'static Schema, length: usize, text: impl Fn() -> String) {
        let bounds = schema.constraints;
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        if self.unchecked {
            return;
        }
        if let Some(min) = bounds.min
            && length < min
        {
            let rule = || format!("Member must have length greater than or equal to {min}");
            self.report(schema, rule, &text);
        }
        if let Some(max) = bounds.max
            && length > max
        {
            let rule = || format!("Member must have length less than or equal to {max}");
            self.report(schema, rule, &text);
        }
    }

    fn report(
        &mut self,
        schema: &'static Schema,
        rule: impl Fn() -> String,
        text: impl Fn() -> String,
    ) {
        if let Some(Segment::Index(_) | Segment::Key(_)) = self.path.last() {
            return self.element(Some(schema));
        }
        if self.violations.len() >= VIOLATIONS_MAX {
            return;
        }
        let value = if schema.sensitive { Offender::Hidden } else { Offender::Text(cut(text())) };
        self.push(self.path.len(), value, rule(), None);
    }

    /// The element being read violates what its schema asks.
    fn element(&mut self, schema: Option<&'static Schema>) {
        let whose = match self.path.last() {
            Some(Segment::Key(_)) => "Map value",
            _ => "Member",
        };
        self.push_open(self.path.len() - 1, whose, schema);
    }

    fn push_open(&mut self, depth: usize, whose: &'static str, schema: Option<&'static Schema>) {
        let same = |left: &'static Schema, right| std::ptr::eq(left, right);
        let known = self.open.iter().any(|open| {
            open.depth == depth
                && open.whose == whose
                && match (open.schema, schema) {
                    (Some(left), Some(right)) => same(left, right),
                    (left, right) => left.is_none() && right.is_none(),
                }
        });
        let violation = self.violations.len();
        if known || self.unchecked || violation >= VIOLATIONS_MAX {
            return;
        }
        let rules = schema.map_or_else(|| "Member must not be null".to_owned(), rules);
        let rule = format!("{whose} must satisfy constraint: [{rules}]");
        self.push(depth, Offender::Hidden, rule, None);
        self.open.push(Open { violation, depth, whose, schema });
    }

    /// The end of a list or map: what its elements violated can now show it.
    fn close(&mut self, schema: &'static Schema, text: impl Fn(&[Raw]) -> String) {
        if self.open.is_empty() && self.raw.is_empty() {
            return;
        }
        let depth = self.path.len();
        let raw: Vec<Raw> =
            self.raw.extract_if(.., |(of, _)| *of == depth).map(|(_, raw)| raw).collect();
        let hidden =
            schema.sensitive || schema.members.iter().any(|member| member.target.sensitive);
        for open in self.open.extract_if(.., |open| open.depth == depth) {
            if let Some(violation) = self.violations.get_mut(open.violation)
                && !hidden
            {
                violation.value = Offender::Text(cut(text(&raw)));
            }
        }
    }

    fn push(&mut self, depth: usize, value: Offender, rule: String, missing: Option<&'static str>) {
        if !self.unchecked && self.violations.len() < VIOLATIONS_MAX {
            let path = self.path(depth);
            if self.violations.is_empty() {
                let members = self.path.iter().take(depth).filter_map(|segment| match segment {
                    Segment::Member(member) => Some(member.target.name),
                    Segment::Index(_) | Segment::Key(_) => None,
                });
                self.within = members.collect();
            }
            self.violations.push(Violation { path, value, rule, missing });
        }
    }

    fn path(&self, depth: usize) -> String {
        let mut text = String::new();
        for (at, segment) in self.path.iter().enumerate().take(depth) {
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
                Segment::Key(from) => {
                    let next = self.path.iter().skip(at + 1).find_map(|segment| match segment {
                        Segment::Key(next) => Some(*next),
                        _ => None,
                    });
                    let key = self.keys.get(*from..next.unwrap_or(self.keys.len()));
                    text.push_str(key.unwrap_or_default());
                    text.push_str(".member");
                }
            }
        }
        text
    }
}

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(SHOWN_VALUE_MAX) {
        text.truncate(at);
    }
    text
}

fn enum_rule(schema: &Schema) -> String {
    format!("Member must satisfy enum value set: [{}]", schema.values.join(", "))
}

/// Everything the model asks of a value, in AWS's order.
fn rules(schema: &Schema) -> String {
    let bounds = schema.constraints;
    let is_number = matches!(schema.kind, Kind::Integer | Kind::Long | Kind::Float | Kind::Double);
    let what = if is_number { "value" } else { "length" };
    let mut rules = Vec::new();
    if let Some(max) = bounds.max {
        let max = number_text(schema, max);
        rules.push(format!("Member must have {what} less than or equal to {max}"));
    }
    if let Some(min) = bounds.min {
        let min = number_text(schema, min);
        rules.push(format!("Member must have {what} greater than or equal to {min}"));
    }
    if let Some(pattern) = bounds.pattern {
        rules.push(format!("Member must satisfy regular expression pattern: {pattern}"));
    }
    if !schema.values.is_empty() {
        rules.push(enum_rule(schema));
    }
    rules.join(", ")
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
