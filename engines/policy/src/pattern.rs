//! Wildcard patterns with policy variables: `arn:…/${team:name, 'none'}/*`.
//!
//! What a variable stands for is taken literally: a user named `*` owns one folder, not all.

use crate::request::Context;
use crate::wildcard::{Builder, Wildcard};

/// A pattern, compiled unless it waits for the request to fill in variables.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pattern {
    Fixed(Wildcard),
    Variable(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// Text in which `*` and `?` are special.
    Pattern(String),
    /// Text in which nothing is, from `${*}`, `${?}` and `${$}`.
    Literal(String),
    /// A condition key and what to use without it.
    Variable { key: String, default: Option<String> },
}

impl Pattern {
    /// Compiles text; variables are known only if the language version has them.
    pub(crate) fn new(text: &str, variables: bool) -> Pattern {
        if !variables || !text.contains("${") {
            return Pattern::Fixed(Wildcard::new(text));
        }
        let parts = parts(text);
        if parts.iter().any(|part| matches!(part, Part::Variable { .. })) {
            return Pattern::Variable(parts);
        }
        Pattern::Fixed(fill(&parts, &Context::default()).unwrap_or_else(|| Wildcard::new(text)))
    }

    /// Whether the text matches. A variable without value and default matches nothing.
    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        match self {
            Pattern::Fixed(wildcard) => wildcard.matches(text),
            Pattern::Variable(parts) => {
                fill(parts, context).is_some_and(|wildcard| wildcard.matches(text))
            }
        }
    }

    pub(crate) fn variables(&self) -> Vec<String> {
        match self {
            Pattern::Fixed(_) => Vec::new(),
            Pattern::Variable(parts) => variables(parts),
        }
    }
}

/// Text with variables, to be compared literally.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template(Vec<Part>);

impl Template {
    /// Text that may hold variables; wildcards are for [`Self::fill_pattern`] to see.
    pub(crate) fn new(text: &str, variables: bool) -> Template {
        Template(if variables { parts(text) } else { vec![Part::Pattern(text.to_owned())] })
    }

    /// The text with its variables filled in; `None` if one has no value and no default.
    pub(crate) fn fill(&self, context: &Context) -> Option<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Pattern(piece) | Part::Literal(piece) => text.push_str(piece),
                Part::Variable { key, default } => {
                    text.push_str(context.single(key).or(default.as_deref())?);
                }
            }
        }
        Some(text)
    }

    /// As a pattern of wildcards.
    pub(crate) fn fill_pattern(&self, context: &Context) -> Option<Wildcard> {
        fill(&self.0, context)
    }

    /// As several patterns, the text being cut at the first `pieces - 1` colons of its own:
    /// a colon inside a value does not cut.
    pub(crate) fn fill_split(&self, context: &Context, pieces: usize) -> Option<Vec<Wildcard>> {
        let mut done = Vec::new();
        let mut current = Builder::default();
        for part in &self.0 {
            match part {
                Part::Literal(text) => current.push_literal(text),
                Part::Variable { key, default } => {
                    current.push_literal(context.single(key).or(default.as_deref())?);
                }
                Part::Pattern(text) => {
                    let mut rest = text.as_str();
                    while done.len() + 1 < pieces {
                        let Some((head, tail)) = rest.split_once(':') else { break };
                        current.push_pattern(head);
                        done.push(std::mem::take(&mut current).build());
                        rest = tail;
                    }
                    current.push_pattern(rest);
                }
            }
        }
        done.push(current.build());
        Some(done)
    }

    pub(crate) fn variables(&self) -> Vec<String> {
        variables(&self.0)
    }
}

fn variables(parts: &[Part]) -> Vec<String> {
    parts
        .iter()
        .filter_map(|part| match part {
            Part::Variable { key, .. } => Some(key.clone()),
            _ => None,
        })
        .collect()
}

fn fill(parts: &[Part], context: &Context) -> Option<Wildcard> {
    let mut builder = Builder::default();
    for part in parts {
        match part {
            Part::Pattern(text) => builder.push_pattern(text),
            Part::Literal(text) => builder.push_literal(text),
            Part::Variable { key, default } => {
                builder.push_literal(context.single(key).or(default.as_deref())?);
            }
        }
    }
    Some(builder.build())
}

/// Cuts text into plain parts and variables. What only looks like a variable is plain text.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, tail)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Pattern(before.to_owned()));
        }
        parts.push(match inside {
            "*" | "?" | "$" => Part::Literal(inside.to_owned()),
            _ => variable(inside),
        });
        rest = tail;
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(Part::Pattern(rest.to_owned()));
    }
    parts
}

/// Reads `key` or `key, 'default'`.
fn variable(inside: &str) -> Part {
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => {
            let default = default.trim();
            let unquoted = default
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''))
                .unwrap_or(default);
            (key, Some(unquoted.to_owned()))
        }
        None => (inside, None),
    };
    Part::Variable { key: key.trim().to_owned(), default }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, user: Option<&str>, text: &str) -> bool {
        let mut context = Context::default();
        if let Some(user) = user {
            context.insert("aws:username", user);
        }
        Pattern::new(pattern, true).matches(text, &context)
    }

    #[test]
    fn variables_are_filled_in_literally() {
        assert!(check("b/${aws:username}/*", Some("ann"), "b/ann/x"));
        assert!(check("b/${AWS:UserName}/*", Some("ann"), "b/ann/x"));
        assert!(!check("b/${aws:username}/*", Some("ann"), "b/bob/x"));
        assert!(!check("b/${aws:username}/*", Some("*"), "b/bob/x"));
        assert!(check("b/${aws:username}/*", Some("*"), "b/*/x"));
    }

    #[test]
    fn missing_values_match_nothing_unless_there_is_a_default() {
        assert!(!check("b/${aws:username}/*", None, "b//x"));
        assert!(!check("*${aws:username}*", None, "b"));
        assert!(check("b/${aws:username, 'guest'}/*", None, "b/guest/x"));
        assert!(check("b/${aws:username,'guest'}/*", Some("ann"), "b/ann/x"));
    }

    #[test]
    fn escapes_and_things_that_only_look_like_variables() {
        assert!(check("a${*}b", None, "a*b"));
        assert!(!check("a${*}b", None, "axb"));
        assert!(check("a${$}{b}*", None, "a${b}c"));
        assert!(check("a${b", None, "a${b"));
        let old = Pattern::new("${aws:username}", false);
        assert!(old.matches("${aws:username}", &Context::default()));
    }
}
