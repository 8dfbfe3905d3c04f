//! Grok: lines of text read by named patterns.
//!
//! `%{IP:client} %{WORD:verb} %{NUMBER:bytes:int}` names patterns, the columns their matches go to,
//! and types. Patterns are made of regular expressions and of other patterns; those everybody knows
//! are in `patterns`, others come with the expression, one a line: a name, then its definition.
//!
//! Expressions are bounded: how deep patterns may lie in each other, and how long the regular
//! expression may become. Look-around is not known here, since it is not linear.

mod patterns;

use std::collections::HashMap;
use std::fmt::Write;

use regex::bytes::{Regex, RegexBuilder};

use crate::hive::HiveType;
use patterns::PATTERNS;

/// Deeper patterns are taken to contain themselves.
const DEPTH_MAX: usize = 32;
/// Longer regular expressions are refused.
const EXPANDED_MAX: usize = 256 << 10;
/// Bytes a compiled expression may take.
const COMPILED_MAX: usize = 16 << 20;
/// Groups made here; no other name begins so.
const GROUP: &str = "aquifer_";

/// A grok expression, ready for use.
#[derive(Debug, Clone)]
pub struct Grok {
    regex: Regex,
    columns: Vec<(String, HiveType)>,
    /// By column, its group.
    groups: Vec<usize>,
}

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrokError {
    /// No pattern has this name.
    #[error("there is no pattern named {0}")]
    Unknown(String),
    /// A `%{` is not closed, or what is between is no name.
    #[error("{0} is not of the form %{{PATTERN:column:type}}")]
    Malformed(String),
    /// No column has such a type.
    #[error("{0} is not one of byte, boolean, short, int, long, float, double and string")]
    Type(String),
    /// Patterns contain themselves, or are too many.
    #[error("its patterns lie too deep in each other or are too long together")]
    TooLarge,
    /// No column is named.
    #[error("it names no column")]
    NoColumns,
    /// What the patterns make together is no regular expression known here.
    #[error("it is not a regular expression: {0}")]
    Regex(String),
}

impl Grok {
    /// Reads an expression and the patterns that come with it.
    ///
    /// # Errors
    /// If the expression or a pattern it uses is malformed.
    pub fn new(expression: &str, custom: &str) -> Result<Grok, GrokError> {
        Self::read(expression, custom, false)
    }

    /// As [`Grok::new`], to read rows by: a pattern of the expression itself that names no column
    /// is one of its own name.
    pub(crate) fn for_rows(expression: &str, custom: &str) -> Result<Grok, GrokError> {
        Self::read(expression, custom, true)
    }

    fn read(expression: &str, custom: &str, all: bool) -> Result<Grok, GrokError> {
        let mut patterns: HashMap<&str, &str> = PATTERNS.iter().copied().collect();
        let lines = custom.lines().map(str::trim).filter(|line| !line.is_empty());
        let named = lines.filter_map(|line| line.split_once(char::is_whitespace));
        patterns.extend(named.map(|(name, definition)| (name, definition.trim_start())));
        let mut expander = Expander { patterns, regex: String::new(), fields: Vec::new(), all };
        expander.expand(expression, 0)?;
        let regex = RegexBuilder::new(&expander.regex)
            .size_limit(COMPILED_MAX)
            .build()
            .map_err(|error| GrokError::Regex(error.to_string()))?;
        let (columns, groups) = columns(&regex, &expander.fields);
        if columns.is_empty() {
            return Err(GrokError::NoColumns);
        }
        Ok(Grok { regex, columns, groups })
    }

    /// The group that a column's values are in.
    pub(crate) fn group_of(&self, column: &str) -> Option<usize> {
        let at = self.columns.iter().position(|(name, _)| name.eq_ignore_ascii_case(column))?;
        self.groups.get(at).copied()
    }

    pub(crate) fn into_regex(self) -> Regex {
        self.regex
    }

    /// Names in lower case, each once, and types, in the order of the expression.
    pub fn columns(&self) -> &[(String, HiveType)] {
        &self.columns
    }

    /// Whether a line has what the expression describes.
    pub fn matches(&self, line: &[u8]) -> bool {
        self.regex.is_match(line)
    }
}

/// The columns of the groups of an expression, those made of fields and those it names itself, and
/// the group of each.
fn columns(regex: &Regex, fields: &[(String, HiveType)]) -> (Vec<(String, HiveType)>, Vec<usize>) {
    let mut columns: Vec<(String, HiveType)> = Vec::new();
    let mut groups = Vec::new();
    for (number, group) in regex.capture_names().enumerate() {
        let Some(group) = group else { continue };
        let field = group.strip_prefix(GROUP).and_then(|number| number.parse::<usize>().ok());
        let (name, ty) = match field.and_then(|number| fields.get(number)) {
            Some((name, ty)) => (name.to_lowercase(), ty.clone()),
            None => (group.to_lowercase(), HiveType::String),
        };
        if !columns.iter().any(|(known, _)| *known == name) {
            columns.push((name, ty));
            groups.push(number);
        }
    }
    (columns, groups)
}

/// Writes a grok expression out as a regular expression.
struct Expander<'a> {
    patterns: HashMap<&'a str, &'a str>,
    regex: String,
    fields: Vec<(String, HiveType)>,
    /// Whether unnamed patterns of the expression itself are columns too.
    all: bool,
}

impl<'a> Expander<'a> {
    fn expand(&mut self, expression: &'a str, depth: usize) -> Result<(), GrokError> {
        if depth > DEPTH_MAX {
            return Err(GrokError::TooLarge);
        }
        let mut rest = expression;
        while let Some((before, after)) = rest.split_once("%{") {
            self.regex.push_str(before);
            let malformed = || GrokError::Malformed(format!("%{{{after}"));
            let (inside, after) = after.split_once('}').ok_or_else(malformed)?;
            self.field(inside, depth)?;
            rest = after;
        }
        self.regex.push_str(rest);
        if self.regex.len() > EXPANDED_MAX { Err(GrokError::TooLarge) } else { Ok(()) }
    }

    /// `PATTERN`, `PATTERN:column` or `PATTERN:column:type`.
    fn field(&mut self, inside: &'a str, depth: usize) -> Result<(), GrokError> {
        let mut parts = inside.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let definition = *self.patterns.get(name).ok_or_else(|| match name {
            "" => GrokError::Malformed(format!("%{{{inside}}}")),
            name => GrokError::Unknown(name.to_owned()),
        })?;
        let column = parts.next().map(str::trim).filter(|column| !column.is_empty());
        let own = (self.all && depth == 0).then_some(name);
        match (column.or(own), parts.next()) {
            (None, _) => self.regex.push_str("(?:"),
            (Some(column), ty) => {
                let ty = ty.map_or(Ok(HiveType::String), field_type)?;
                write!(self.regex, "(?P<{GROUP}{}>", self.fields.len())
                    .map_err(|_| GrokError::TooLarge)?;
                self.fields.push((column.to_owned(), ty));
            }
        }
        self.expand(definition, depth + 1)?;
        self.regex.push(')');
        Ok(())
    }
}

fn field_type(name: &str) -> Result<HiveType, GrokError> {
    Ok(match name.trim() {
        "byte" => HiveType::TinyInt,
        "boolean" => HiveType::Boolean,
        "short" => HiveType::SmallInt,
        "int" => HiveType::Int,
        "long" => HiveType::BigInt,
        "float" => HiveType::Float,
        "double" => HiveType::Double,
        "string" => HiveType::String,
        other => return Err(GrokError::Type(other.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(expression: &str, custom: &str) -> Result<Vec<String>, GrokError> {
        let grok = Grok::new(expression, custom)?;
        Ok(grok.columns().iter().map(|(name, ty)| format!("{name} {ty}")).collect())
    }

    #[test]
    fn every_pattern_is_one() {
        for (name, _) in PATTERNS {
            let grok = Grok::new(&format!("^%{{{name}:it}}$"), "");
            assert!(grok.is_ok(), "{name}: {grok:?}");
        }
    }

    #[test]
    fn patterns_match_what_they_are_named_after() {
        for (name, yes, no) in [
            ("INT", "-12", "1.5"),
            ("NUMBER", "1.5", "1.5.2"),
            ("BASE16NUM", "0xFF", "0xFG"),
            ("WORD", "abc_1", "a b"),
            ("QS", r#""a \" b""#, r#""a" b""#),
            ("UUID", "123e4567-e89b-12d3-a456-426614174000", "123e4567"),
            ("MAC", "00:1B:44:11:3A:B7", "00:1B:44:11:3A"),
            ("IP", "10.0.0.255", "10.0.0.256"),
            ("IP", "2001:db8::ff00:42:8329", "2001:db8:zz::"),
            ("IP", "::1", ":1"),
            ("HOSTNAME", "db-1.example.com", "-x"),
            ("HOSTPORT", "example.com:80", "example.com:"),
            ("PATH", "/var/log/x.log", "var"),
            ("URI", "https://u@example.com:8080/a/b?c=d", "example.com"),
            ("TIMESTAMP_ISO8601", "2024-01-31T10:00:00.123Z", "2024-13-31T10:00:00"),
            ("HTTPDATE", "10/Oct/2000:13:55:36 -0700", "10/10/2000:13:55:36 -0700"),
            ("SYSLOGTIMESTAMP", "Feb  3 10:00:00", "Feb 33"),
            ("DATESTAMP", "01/31/2024 10:00:00", "2024"),
            ("LOGLEVEL", "WARNING", "WARNINGS"),
        ] {
            let grok = Grok::new(&format!("^%{{{name}:it}}$"), "").unwrap();
            assert!(grok.matches(yes.as_bytes()), "{name} {yes}");
            assert!(!grok.matches(no.as_bytes()), "{name} {no}");
        }
    }

    #[test]
    fn lines_of_a_web_server_are_read() {
        let columns = told("%{COMBINEDAPACHELOG}", "").unwrap();
        let names: Vec<_> =
            columns.iter().map(|column| column.split(' ').next().unwrap()).collect();
        let want = "clientip ident auth timestamp verb request httpversion rawrequest response \
                    bytes referrer agent";
        assert_eq!(names.join(" "), want);
        let grok = Grok::new("%{COMBINEDAPACHELOG}", "").unwrap();
        let line = concat!(
            r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "#,
            r#""http://example.com/start" "Mozilla/4.08""#,
        );
        assert!(grok.matches(line.as_bytes()));
        assert!(!grok.matches(b"127.0.0.1 - frank"));
    }

    #[test]
    fn columns_have_types_and_own_patterns_and_groups() {
        let custom = "CODE [A-Z]{3}\n  PAIR %{CODE:left}-%{CODE:Right}\n";
        let columns = told("%{PAIR} %{INT:n:int} (?<rest>.*) %{WORD:n}", custom).unwrap();
        assert_eq!(columns, ["left string", "right string", "n int", "rest string"]);
        assert_eq!(told("%{NOSUCH:x}", ""), Err(GrokError::Unknown("NOSUCH".to_owned())));
        assert!(matches!(told("%{INT:n:date}", ""), Err(GrokError::Type(_))));
        assert!(matches!(told("%{INT:n", ""), Err(GrokError::Malformed(_))));
        assert!(matches!(told("%{}", ""), Err(GrokError::Malformed(_))));
        assert!(matches!(told("(", ""), Err(GrokError::Regex(_))));
        assert_eq!(told("%{INT}", ""), Err(GrokError::NoColumns));
        assert_eq!(told("%{A:x}", "A b%{A}"), Err(GrokError::TooLarge));
        // Each pattern is ten of the next: together they would be very long.
        let bomb: String = (0..30)
            .map(|n| format!("P{n} {}\n", format!("%{{P{}}}", n + 1).repeat(10)))
            .chain(["P30 x".to_owned()])
            .collect();
        assert_eq!(told("%{P0:x}", &bomb), Err(GrokError::TooLarge));
    }
}
