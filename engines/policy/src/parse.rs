//! From text to a validated document.

use std::collections::HashSet;

use crate::condition::{Condition, ConditionError};
use crate::document::{Choice, DOCUMENT_LEN_MAX, Document, DocumentKind, Effect, Statement};
use crate::error::{PolicyError, PolicyErrorKind as Kind};
use crate::json::Node;
use crate::pattern::Pattern;
use crate::principal::PrincipalSet;
use crate::wildcard::Wildcard;

type Result<T> = std::result::Result<T, PolicyError>;

const CURRENT_VERSION: &str = "2012-10-17";
const FIRST_VERSION: &str = "2008-10-17";

impl Document {
    /// Parses and validates a document for what it is to be attached to.
    ///
    /// The first fault found is reported, with its place. Quotas of particular owners are theirs
    /// to check (see [`quota_len`](crate::quota_len)).
    pub fn parse(text: &str, kind: DocumentKind) -> Result<Document> {
        if text.len() > DOCUMENT_LEN_MAX {
            return Err(fault("", Kind::TooLong { len_max: DOCUMENT_LEN_MAX }));
        }
        let node: Node = serde_json::from_str(text).map_err(|error| {
            let kind = Kind::Json {
                line: error.line(),
                column: error.column(),
                message: error.to_string(),
            };
            fault("", kind)
        })?;
        document(node, kind)
    }
}

fn fault(location: &str, kind: Kind) -> PolicyError {
    PolicyError::new(location, kind)
}

fn document(node: Node, kind: DocumentKind) -> Result<Document> {
    let (mut version, mut id, mut statements) = (None, None, None);
    for (name, value) in object("", node)? {
        match name.as_str() {
            "Version" => version = Some(text("Version", value)?),
            "Id" => id = Some(text("Id", value)?),
            "Statement" => statements = Some(one_or_many(value)),
            _ => return Err(fault("", Kind::UnknownElement(name))),
        }
    }
    match version.as_deref() {
        Some(CURRENT_VERSION) => {}
        None | Some(FIRST_VERSION) if kind == DocumentKind::Identity => {
            return Err(fault("Version", Kind::VersionTooOld));
        }
        None | Some(FIRST_VERSION) => {}
        Some(other) => return Err(fault("Version", Kind::UnknownVersion(other.to_owned()))),
    }
    let statements = statements.ok_or_else(|| fault("", Kind::MissingElement("Statement")))?;
    if statements.is_empty() {
        return Err(fault("Statement", Kind::MissingElement("Statement")));
    }
    let reader = StatementReader { kind, variables: version.as_deref() == Some(CURRENT_VERSION) };
    let statements = statements
        .into_iter()
        .enumerate()
        .map(|(index, node)| reader.statement(&format!("Statement[{index}]"), node))
        .collect::<Result<Vec<Statement>>>()?;
    let mut sids = HashSet::new();
    for sid in statements.iter().filter_map(|statement| statement.sid.as_deref()) {
        if !sid.is_empty() && !sids.insert(sid) {
            return Err(fault("Statement", Kind::RepeatedSid(sid.to_owned())));
        }
    }
    Ok(Document::new(id, statements))
}

struct StatementReader {
    kind: DocumentKind,
    /// Whether the document's version knows policy variables.
    variables: bool,
}

#[derive(Default)]
struct Elements {
    sid: Option<String>,
    effect: Option<Effect>,
    principals: Option<Choice<PrincipalSet>>,
    actions: Option<Choice<Vec<String>>>,
    resources: Option<Choice<Vec<String>>>,
    conditions: Vec<Condition>,
}

impl StatementReader {
    fn statement(&self, at: &str, node: Node) -> Result<Statement> {
        let elements = self.elements(at, node)?;
        let effect = elements.effect.ok_or_else(|| fault(at, Kind::MissingElement("Effect")))?;
        self.check_principals(at, &elements)?;
        let actions = elements.actions.ok_or_else(|| fault(at, Kind::NoActions))?;
        let actions = choice(actions, |list| self.actions(at, &list))?;
        let resources = match (elements.resources, self.kind) {
            (None, DocumentKind::Trust) => None,
            (Some(_), DocumentKind::Trust) => return Err(fault(at, Kind::ResourceForbidden)),
            (None, _) => return Err(fault(at, Kind::NoResources)),
            (Some(resources), _) => Some(choice(resources, |list| self.resources(at, &list))?),
        };
        Ok(Statement {
            sid: elements.sid,
            effect,
            principals: elements.principals,
            actions,
            resources,
            conditions: elements.conditions,
        })
    }

    fn elements(&self, at: &str, node: Node) -> Result<Elements> {
        let mut elements = Elements::default();
        for (name, value) in object(at, node)? {
            let place = format!("{at}.{name}");
            match name.as_str() {
                "Sid" => elements.sid = Some(self.sid(&place, value)?),
                "Effect" => elements.effect = Some(read_effect(&place, value)?),
                "Principal" | "NotPrincipal" => {
                    let principals = read_principals(&place, value)?;
                    put(at, &mut elements.principals, &name, principals, PRINCIPALS)?;
                }
                "Action" | "NotAction" => {
                    let actions = texts(&place, value)?;
                    put(at, &mut elements.actions, &name, actions, ACTIONS)?;
                }
                "Resource" | "NotResource" => {
                    let resources = texts(&place, value)?;
                    put(at, &mut elements.resources, &name, resources, RESOURCES)?;
                }
                "Condition" => elements.conditions = self.conditions(&place, value)?,
                _ => return Err(fault(at, Kind::UnknownElement(name))),
            }
        }
        Ok(elements)
    }

    fn sid(&self, at: &str, node: Node) -> Result<String> {
        let sid = text(at, node)?;
        // Resource policies may use any text; identity policies letters and digits.
        let plain = sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if self.kind == DocumentKind::Identity && !plain {
            return Err(fault(at, Kind::InvalidSid(sid)));
        }
        Ok(sid)
    }

    fn check_principals(&self, at: &str, elements: &Elements) -> Result<()> {
        match (self.kind, &elements.principals) {
            (DocumentKind::Identity, Some(_)) => Err(fault(at, Kind::PrincipalForbidden)),
            (DocumentKind::Identity, None) => Ok(()),
            (_, None) => Err(fault(at, Kind::MissingElement("Principal"))),
            (_, Some(Choice::Only(set) | Choice::AllBut(set))) if set.is_empty() => {
                Err(fault(at, Kind::MissingElement("Principal")))
            }
            (_, Some(_)) => Ok(()),
        }
    }

    fn actions(&self, at: &str, list: &[String]) -> Result<Vec<Wildcard>> {
        if list.is_empty() {
            return Err(fault(at, Kind::NoActions));
        }
        list.iter()
            .map(|action| {
                check_action(action).map_err(|kind| fault(at, kind))?;
                // Actions are compared without regard to case: both sides are folded.
                Ok(Wildcard::new(&action.to_ascii_lowercase()))
            })
            .collect()
    }

    fn resources(&self, at: &str, list: &[String]) -> Result<Vec<Pattern>> {
        if list.is_empty() {
            return Err(fault(at, Kind::NoResources));
        }
        list.iter()
            .map(|resource| {
                if self.kind == DocumentKind::Identity {
                    check_resource(resource).map_err(|kind| fault(at, kind))?;
                }
                Ok(Pattern::new(&complete_arn(resource), self.variables))
            })
            .collect()
    }

    fn conditions(&self, at: &str, node: Node) -> Result<Vec<Condition>> {
        let mut conditions = Vec::new();
        for (operator, keys) in object(at, node)? {
            let place = format!("{at}.{operator}");
            for (key, values) in object(&place, keys)? {
                if !key.contains(':') {
                    return Err(fault(&place, Kind::KeyWithoutVendor(key)));
                }
                let values = scalars(&format!("{place}.{key}"), values)?;
                let condition =
                    Condition::new(&operator, &key, values, self.variables).map_err(|error| {
                        match error {
                            ConditionError::UnknownOperator => {
                                fault(at, Kind::UnknownOperator(operator.clone()))
                            }
                            ConditionError::Value(value) => fault(
                                &place,
                                Kind::InvalidConditionValue { operator: operator.clone(), value },
                            ),
                        }
                    })?;
                conditions.push(condition);
            }
        }
        Ok(conditions)
    }
}

const PRINCIPALS: [&str; 2] = ["Principal", "NotPrincipal"];
const ACTIONS: [&str; 2] = ["Action", "NotAction"];
const RESOURCES: [&str; 2] = ["Resource", "NotResource"];

/// Fills the slot of an element that may come in a plain or a `Not` form, but not in both.
fn put<T>(
    at: &str,
    slot: &mut Option<Choice<T>>,
    name: &str,
    value: T,
    [plain, negated]: [&'static str; 2],
) -> Result<()> {
    if slot.is_some() {
        return Err(fault(at, Kind::Conflict(plain, negated)));
    }
    *slot = Some(if name == plain { Choice::Only(value) } else { Choice::AllBut(value) });
    Ok(())
}

fn choice<T, U>(choice: Choice<T>, convert: impl FnOnce(T) -> Result<U>) -> Result<Choice<U>> {
    Ok(match choice {
        Choice::Only(value) => Choice::Only(convert(value)?),
        Choice::AllBut(value) => Choice::AllBut(convert(value)?),
    })
}

fn read_effect(at: &str, node: Node) -> Result<Effect> {
    match text(at, node)?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(fault(at, Kind::UnknownEffect(other.to_owned()))),
    }
}

fn read_principals(at: &str, node: Node) -> Result<PrincipalSet> {
    let members = match node {
        Node::Text(all) if all == "*" => return Ok(PrincipalSet::everyone()),
        Node::Text(value) => {
            return Err(fault(at, Kind::InvalidPrincipal { kind: "AWS".into(), value }));
        }
        Node::Object(members) => members,
        _ => return Err(fault(at, Kind::Type("\"*\" or an object"))),
    };
    let mut set = PrincipalSet::default();
    for (kind, values) in members {
        for value in texts(&format!("{at}.{kind}"), values)? {
            if !set.add(&kind, &value) {
                return Err(fault(at, Kind::InvalidPrincipal { kind, value }));
            }
        }
    }
    Ok(set)
}

/// An action is `*`, or a vendor, a colon and a name, either with wildcards.
fn check_action(action: &str) -> std::result::Result<(), Kind> {
    if action == "*" {
        return Ok(());
    }
    let Some((vendor, name)) = action.split_once(':') else {
        return Err(Kind::ActionWithoutVendor(action.to_owned()));
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-*?".contains(&byte);
    if vendor.is_empty() || !vendor.bytes().all(plain) {
        return Err(Kind::InvalidVendor(vendor.to_owned()));
    }
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(Kind::ActionWithoutVendor(action.to_owned()));
    }
    Ok(())
}

/// A resource of an identity policy is `*` or an ARN of a plausible partition.
fn check_resource(resource: &str) -> std::result::Result<(), Kind> {
    if resource == "*" {
        return Ok(());
    }
    let Some(rest) = resource.strip_prefix("arn:") else {
        return Err(Kind::ResourceNotArn(resource.to_owned()));
    };
    let (partition, has_more) = match rest.split_once(':') {
        Some((partition, _)) => (partition, true),
        None => (rest, false),
    };
    let known = partition == "aws" || partition.starts_with("aws-");
    let wild = partition.contains(['*', '?']) || partition.contains("${");
    match (known || wild, has_more || partition.ends_with('*')) {
        (true, true) => Ok(()),
        (false, _) => Err(Kind::InvalidPartition {
            partition: partition.to_owned(),
            resource: resource.to_owned(),
        }),
        (true, false) => Err(Kind::ResourceNotArn(resource.to_owned())),
    }
}

/// An ARN that ends early stands for everything it leaves open.
fn complete_arn(resource: &str) -> String {
    let missing = 5usize.saturating_sub(resource.matches(':').count());
    if !resource.starts_with("arn:") || missing == 0 || resource.ends_with('*') {
        return resource.to_owned();
    }
    format!("{resource}{}", ":*".repeat(missing))
}

fn object(at: &str, node: Node) -> Result<Vec<(String, Node)>> {
    match node {
        Node::Object(members) => Ok(members),
        _ => Err(fault(at, Kind::Type("an object"))),
    }
}

fn text(at: &str, node: Node) -> Result<String> {
    match node {
        Node::Text(text) => Ok(text),
        _ => Err(fault(at, Kind::Type("a string"))),
    }
}

fn one_or_many(node: Node) -> Vec<Node> {
    match node {
        Node::List(nodes) => nodes,
        one => vec![one],
    }
}

fn texts(at: &str, node: Node) -> Result<Vec<String>> {
    one_or_many(node).into_iter().map(|node| text(at, node)).collect()
}

/// Strings, numbers and booleans, all as text.
fn scalars(at: &str, node: Node) -> Result<Vec<String>> {
    one_or_many(node)
        .into_iter()
        .map(|node| match node {
            Node::Text(text) | Node::Number(text) => Ok(text),
            Node::Bool(value) => Ok(value.to_string()),
            _ => Err(fault(at, Kind::Type("a string, a number or a boolean"))),
        })
        .collect()
}
