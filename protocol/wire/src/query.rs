//! The query protocols: an input as form parameters with dotted names.
//!
//! awsQuery: `Tags.member.1.Key=a`; ec2Query: `Tag.1.Key=a`. Answers are XML (see `xml`).

use std::collections::BTreeMap;

use aquifer_schema::{Kind, Member, Seen, Shape, Slot, Structure, TimestampFormat, Validator};

use crate::error::WireError;
use crate::text::{check_size, from_text};

/// No call has more parameters than this; a longer form is refused before it is sorted.
const PARAMETERS_MAX: usize = 20_000;
const SEGMENTS_MAX: usize = 64;

/// Parameters as a tree over the segments of their names.
#[derive(Default)]
struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
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
    let mut root = Node::default();
    for (name, text) in pairs {
        let mut node = &mut root;
        for (depth, segment) in name.split('.').enumerate() {
            if depth >= SEGMENTS_MAX {
                return Err(WireError::TooDeep);
            }
            node = node.children.entry(segment.to_owned()).or_default();
        }
        node.value = Some(text.clone());
    }
    read_struct(&root, value, ec2, check, seen)
}

fn read_struct(
    node: &Node,
    value: &mut dyn Structure,
    ec2: bool,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    for (index, member) in value.schema().members.iter().enumerate() {
        let schema = member.target;
        let flattened = ec2 || member.flattened || schema.flattened;
        let mut child = node.children.get(member.wire);
        if child.is_none() && flattened && schema.kind == Kind::List {
            // A flattened list travels under its element's name where that has one of its own.
            child = node.children.get(schema.element().wire);
        }
        let Some(child) = child else { continue };
        check.enter(member);
        read_value(child, member, value.member_mut(index), flattened, ec2, check)?;
        check.leave();
        seen.mark(index);
    }
    Ok(())
}

fn read_value(
    node: &Node,
    member: &'static Member,
    shape: &mut dyn Shape,
    flattened: bool,
    ec2: bool,
    check: &mut Validator,
) -> Result<(), WireError> {
    let schema = member.target;
    match shape.fill() {
        Slot::Struct(value) => {
            let mut seen = Seen::default();
            read_struct(node, value, ec2, check, &mut seen)?;
            check.structure(schema, &seen);
        }
        Slot::List(list) => {
            let element = schema.element();
            let items = if flattened {
                Some(node)
            } else {
                node.children.get(element.wire).or_else(|| node.children.get("member"))
            };
            let items = numbered(items);
            for (index, item) in items.iter().enumerate() {
                check.enter_index(index);
                read_value(item, element, list.push(), ec2, ec2, check)?;
                check.leave();
            }
            check_size(schema, items.len(), check);
        }
        Slot::Map(map) => {
            let (key_member, value_member) = schema.entry();
            let entries = if flattened { Some(node) } else { node.children.get("entry") };
            for entry in numbered(entries) {
                let Some(key) = entry.children.get(key_member.wire).and_then(|n| n.value.as_ref())
                else {
                    continue;
                };
                check.enter_key(key);
                let place = map.insert(key.clone());
                if let Some(value) = entry.children.get(value_member.wire) {
                    read_value(value, value_member, place, ec2, ec2, check)?;
                }
                check.leave();
            }
            let length = map.len();
            check_size(schema, length, check);
        }
        _ => {
            let text = node.value.as_deref().unwrap_or_default();
            from_text(member, shape, text, check, TimestampFormat::DateTime)?;
        }
    }
    Ok(())
}

/// Children named by numbers, in the order of the numbers.
fn numbered(node: Option<&Node>) -> Vec<&Node> {
    let Some(node) = node else { return Vec::new() };
    let mut items: Vec<(u64, &Node)> = node
        .children
        .iter()
        .filter_map(|(name, child)| Some((name.parse().ok()?, child)))
        .collect();
    items.sort_by_key(|(number, _)| *number);
    items.into_iter().map(|(_, child)| child).collect()
}
