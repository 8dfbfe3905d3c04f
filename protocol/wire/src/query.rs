//! The query protocols: an input as form parameters with dotted names.
//!
//! awsQuery: `Tags.member.1.Key=a`; ec2Query: `Tag.1.Key=a`. Answers are XML (see `xml`). Parameters
//! are sorted and looked up by prefix, so a request costs no more memory than its parameters.

use std::borrow::Cow;

use aquifer_schema::{Kind, Member, Seen, Shape, Slot, Structure, TimestampFormat, Validator};

use crate::error::WireError;
use crate::text::from_text;

/// No call has more parameters than this; a longer form is refused before it is sorted.
const PARAMETERS_MAX: usize = 20_000;

/// Everything below a name: the parameters that begin with it.
#[derive(Clone, Copy)]
struct Node<'a> {
    /// Sorted by name.
    pairs: &'a [(&'a str, &'a str)],
    /// So much of their names is the name of this node and its dot.
    prefix: usize,
    value: Option<&'a str>,
}

impl<'a> Node<'a> {
    fn child(self, name: &str) -> Option<Self> {
        let tail = |pair: &(&'a str, &'a str)| pair.0.get(self.prefix..).unwrap_or_default();
        let start = self.pairs.partition_point(|pair| tail(pair) < name);
        let rest = self.pairs.get(start..).unwrap_or_default();
        // Of a parameter that is there several times, the last counts.
        let same = rest.partition_point(|pair| tail(pair) <= name);
        let value = rest.get(..same).and_then(<[_]>::last).map(|pair| pair.1);
        let inside = |pair: &(&'a str, &'a str)| {
            tail(pair).strip_prefix(name).is_some_and(|tail| tail.starts_with('.'))
        };
        // Between a name and its dotted ones others may stand: `a`, `a-b`, `a.b`.
        let dotted = || name.bytes().chain(std::iter::once(b'.'));
        let from = rest.partition_point(|pair| tail(pair).bytes().lt(dotted()));
        let below = rest.get(from..).unwrap_or_default();
        let end = below.partition_point(inside);
        if value.is_none() && end == 0 {
            return None;
        }
        let pairs = below.get(..end).unwrap_or_default();
        Some(Self { pairs, prefix: self.prefix + name.len() + 1, value })
    }

    /// Children named by numbers, in the order of the numbers.
    fn numbered(self) -> Vec<Self> {
        let mut items: Vec<(u64, Self)> = Vec::new();
        let mut last = "";
        for (name, _) in self.pairs {
            let tail = name.get(self.prefix..).unwrap_or_default();
            let segment = tail.split('.').next().unwrap_or_default();
            if segment == last {
                continue;
            }
            last = segment;
            if let Ok(number) = segment.parse()
                && let Some(child) = self.child(segment)
            {
                items.push((number, child));
            }
        }
        items.sort_by_key(|(number, _)| *number);
        items.dedup_by_key(|(number, _)| *number);
        items.into_iter().map(|(_, child)| child).collect()
    }
}

pub(crate) fn read(
    pairs: &[(String, String)],
    value: &mut dyn Structure,
    ec2: bool,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    if pairs.len() > PARAMETERS_MAX {
        return Err(WireError::malformed("too many parameters"));
    }
    let mut sorted: Vec<(&str, &str)> =
        pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    sorted.sort_by_key(|(name, _)| *name);
    let root = Node { pairs: &sorted, prefix: 0, value: None };
    Reader { ec2, check }.structure(root, value, seen)
}

struct Reader<'a> {
    ec2: bool,
    check: &'a mut Validator,
}

impl Reader<'_> {
    fn structure(
        &mut self,
        node: Node<'_>,
        value: &mut dyn Structure,
        seen: &mut Seen,
    ) -> Result<(), WireError> {
        if !self.check.bears() {
            return Err(WireError::TooDeep);
        }
        for (index, member) in value.schema().members.iter().enumerate() {
            let schema = member.target;
            let flattened = self.ec2 || member.flattened || schema.flattened;
            let mut child = self.member(node, member);
            if child.is_none() && flattened && schema.kind == Kind::List {
                // A flattened list travels under its element's name where that has one of its own.
                let element = schema.element().wire;
                child = (element != "member").then(|| node.child(element)).flatten();
            }
            let Some(child) = child else { continue };
            self.check.enter(member);
            self.value(child, member, value.member_mut(index), flattened)?;
            self.check.leave();
            seen.mark(index);
        }
        Ok(())
    }

    fn member<'a>(&self, node: Node<'a>, member: &'static Member) -> Option<Node<'a>> {
        if !self.ec2 {
            return node.child(member.wire);
        }
        match member.query_name {
            Some(name) => node.child(name),
            None => node.child(&capital(member.wire)).or_else(|| node.child(member.wire)),
        }
    }

    fn value(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        shape: &mut dyn Shape,
        flattened: bool,
    ) -> Result<(), WireError> {
        let schema = member.target;
        match shape.fill() {
            Slot::Struct(value) => {
                let mut seen = Seen::default();
                self.structure(node, value, &mut seen)?;
                self.check.structure(schema, &seen);
            }
            Slot::List(list) => {
                let element = schema.element();
                let items = if flattened {
                    Some(node)
                } else {
                    node.child(element.wire).or_else(|| node.child("member"))
                };
                let items = items.map(Node::numbered).unwrap_or_default();
                for (index, item) in items.into_iter().enumerate() {
                    self.check.enter_index(index);
                    self.value(item, element, list.push(), self.ec2)?;
                    self.check.leave();
                }
                self.check.list(schema, list);
            }
            Slot::Map(map) => {
                let (key_member, value_member) = schema.entry();
                let entries = if flattened { Some(node) } else { node.child("entry") };
                for entry in entries.map(Node::numbered).unwrap_or_default() {
                    let key = entry.child(key_member.wire).and_then(|node| node.value);
                    let Some(key) = key else { continue };
                    self.check.key(key_member.target, key);
                    self.check.enter_key(key);
                    let place = map.insert(key.to_owned());
                    match entry.child(value_member.wire) {
                        Some(value) => self.value(value, value_member, place, self.ec2)?,
                        None => self.check.null_element(),
                    }
                    self.check.leave();
                }
                self.check.map(schema, map);
            }
            _ => {
                let text = node.value.unwrap_or_default();
                from_text(member, shape, text, self.check, TimestampFormat::DateTime)?;
            }
        }
        Ok(())
    }
}

/// ec2Query writes names with a capital.
fn capital(name: &str) -> Cow<'_, str> {
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Cow::Borrowed(name);
    }
    let (first, rest) = name.split_at(1);
    Cow::Owned(first.to_ascii_uppercase() + rest)
}
