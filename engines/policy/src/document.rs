//! A policy document, parsed: what the evaluator works on.

use crate::condition::Condition;
use crate::pattern::Pattern;
use crate::principal::PrincipalSet;
use crate::wildcard::Wildcard;

/// No document is longer than this many bytes, whatever quota its owner has.
pub const DOCUMENT_LEN_MAX: usize = 131_072;

/// What a document is attached to, which decides what it must and must not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A user, group, role, session, boundary or organisation: resources, no principals.
    Identity,
    /// A resource: principals and resources.
    Resource,
    /// A role's trust, or another policy of a resource that goes without saying: principals only.
    Trust,
}

/// A validated policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The `Id` element.
    pub id: Option<String>,
    /// The statements in order; never empty.
    pub statements: Vec<Statement>,
    /// The condition keys it consults; sorted, lower case.
    keys: Vec<String>,
}

/// Whether a statement lets or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The statement lets.
    Allow,
    /// The statement forbids.
    Deny,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The `Sid` element.
    pub sid: Option<String>,
    /// The `Effect` element.
    pub effect: Effect,
    pub(crate) principals: Option<Choice<PrincipalSet>>,
    pub(crate) actions: Choice<Vec<Wildcard>>,
    pub(crate) resources: Option<Choice<Vec<Pattern>>>,
    pub(crate) conditions: Vec<Condition>,
}

/// An element or its `Not` form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Choice<T> {
    Only(T),
    AllBut(T),
}

impl Document {
    /// A document of statements, which may be none: then it says nothing.
    pub fn new(id: Option<String>, statements: Vec<Statement>) -> Document {
        let keys = keys_of(&statements);
        Document { id, statements, keys }
    }

    /// The condition keys the document consults, in conditions and variables; sorted, lower case.
    pub fn context_keys(&self) -> &[String] {
        &self.keys
    }

    /// Whether the document consults a condition key that begins with one of the prefixes, which
    /// are in lower case.
    pub fn asks_for(&self, prefixes: &[&str]) -> bool {
        self.keys.iter().any(|key| prefixes.iter().any(|prefix| key.starts_with(prefix)))
    }

    /// Whether any statement allows something to everyone without a condition.
    pub fn allows_everyone(&self) -> bool {
        self.statements.iter().any(|statement| {
            statement.effect == Effect::Allow
                && statement.conditions.is_empty()
                && match &statement.principals {
                    Some(Choice::Only(set)) => set.holds_everyone(),
                    Some(Choice::AllBut(_)) => true,
                    None => false,
                }
        })
    }
}

fn keys_of(statements: &[Statement]) -> Vec<String> {
    let mut keys = Vec::new();
    for statement in statements {
        if let Some(Choice::Only(list) | Choice::AllBut(list)) = &statement.resources {
            list.iter().for_each(|pattern| keys.extend(pattern.variables()));
        }
        for condition in &statement.conditions {
            keys.extend(condition.keys());
        }
    }
    let mut keys: Vec<String> = keys.into_iter().map(|key| key.to_ascii_lowercase()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The length of a document as quotas count it: characters other than white space.
pub fn quota_len(text: &str) -> usize {
    text.chars().filter(|char| !char.is_whitespace()).count()
}
