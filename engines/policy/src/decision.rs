//! The outcome of an evaluation, and its explanation.

use std::fmt;

/// May it be done?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Yes.
    Allow,
    /// No, for nothing allows it.
    ImplicitDeny,
    /// No, for a statement forbids it.
    ExplicitDeny,
}

/// The kinds of policies that have a say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// What an organisation lets be done with its resources.
    ResourceControl,
    /// What an organisation lets its accounts do.
    ServiceControl,
    /// What a network endpoint lets through.
    Endpoint,
    /// What is attached to the resource.
    Resource,
    /// What is attached to the user, its groups, or the role.
    Identity,
    /// The most that identity policies can give.
    Boundary,
    /// The most that a session can do.
    Session,
}

impl Layer {
    /// The name in refusals: `identity-based policy`.
    pub fn name(self) -> &'static str {
        match self {
            Layer::ResourceControl => "resource control policy",
            Layer::ServiceControl => "service control policy",
            Layer::Endpoint => "VPC endpoint policy",
            Layer::Resource => "resource-based policy",
            Layer::Identity => "identity-based policy",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
        }
    }

    fn with_article(self) -> String {
        let article = if self == Layer::Identity { "an" } else { "a" };
        format!("{article} {}", self.name())
    }
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A policy of this layer allows it, and no other layer objects.
    AllowedBy(Layer),
    /// The account's own root needs no permission.
    Root,
    /// A policy of this layer forbids it.
    DeniedBy(Layer),
    /// This layer would have to allow it and does not.
    NotAllowedBy(Layer),
}

/// A statement that had its part in the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The layer of its policy.
    pub layer: Layer,
    /// The name its policy was given.
    pub policy: String,
    /// The statement's place in the document, from zero.
    pub index: usize,
    /// The statement's id.
    pub sid: Option<String>,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer itself.
    pub outcome: Outcome,
    /// What decided.
    pub reason: Reason,
    /// For an explicit denial the statements that forbid, else those that allow.
    pub matched: Vec<Matched>,
}

impl Decision {
    /// Whether the request may proceed.
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }

    /// The end of a refusal's sentence: `because no identity-based policy allows the … action`,
    /// or `with an explicit deny in a resource-based policy`. Empty if it was allowed.
    pub fn because(&self, action: &str) -> String {
        match self.reason {
            Reason::AllowedBy(_) | Reason::Root => String::new(),
            Reason::NotAllowedBy(layer) => {
                format!("because no {} allows the {action} action", layer.name())
            }
            Reason::DeniedBy(layer) => {
                format!("with an explicit deny in {}", layer.with_article())
            }
        }
    }

    /// The decision and every statement behind it, one a line.
    pub fn explain(&self) -> String {
        let mut text = match self.reason {
            Reason::AllowedBy(layer) => format!("allowed by {}", layer.with_article()),
            Reason::Root => "allowed: the root of an account needs no permission in it".to_owned(),
            Reason::DeniedBy(layer) => format!("denied explicitly by {}", layer.with_article()),
            Reason::NotAllowedBy(layer) => format!("denied: no {} allows it", layer.name()),
        };
        for matched in &self.matched {
            text.push_str(&format!("\n  {matched}"));
        }
        text
    }
}

impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}", self.index + 1)?;
        if let Some(sid) = &self.sid {
            write!(f, " '{sid}'")?;
        }
        write!(f, " of {} '{}'", self.layer.name(), self.policy)
    }
}
