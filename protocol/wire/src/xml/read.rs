//! A document's tree into shapes.

use aquifer_schema::{
    Kind, Location, Member, Schema, Seen, Shape, Slot, Structure, TimestampFormat, Validator,
};

use super::document::Element;
use super::element_name;
use crate::error::WireError;
use crate::text::from_text;

/// Fills a structure from a document that is no request of its own, but stands within one.
///
/// # Errors
/// [`WireError::Malformed`] for what is no such document, [`WireError::Invalid`] for violations of
/// the model's constraints.
pub fn read_document(body: &[u8], value: &mut dyn Structure) -> Result<(), WireError> {
    let root = super::parse(body)?;
    let schema = value.schema();
    if root.name != schema.name {
        let message = format!("the root element is {}, expected {}", root.name, schema.name);
        return Err(WireError::malformed(message));
    }
    let (mut check, mut seen) = (Validator::default(), Seen::default());
    read_struct(&root, value, &mut check, &mut seen)?;
    check.structure(schema, &seen);
    match check.sentence() {
        None => Ok(()),
        Some(sentence) => Err(WireError::Malformed(sentence)),
    }
}

/// Fills a structure from an element's children and attributes.
pub(crate) fn read_struct(
    from: &Element,
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    if !check.bears() {
        return Err(WireError::TooDeep);
    }
    for (index, member) in value.schema().members.iter().enumerate() {
        if member.location != Location::Body {
            continue;
        }
        let shape = value.member_mut(index);
        check.enter(member);
        let found = if member.xml_attribute {
            read_attribute(from, member, shape, check)?
        } else {
            read_member(from, member, shape, check)?
        };
        check.leave();
        if found {
            seen.mark(index);
        }
    }
    Ok(())
}

fn read_attribute(
    from: &Element,
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    // A model names an attribute with its prefix; a client may choose another.
    let local = |name: &str| name.rsplit_once(':').map_or(0, |(prefix, _)| prefix.len() + 1);
    let wanted = member.wire.get(local(member.wire)..);
    let exact = from.attributes.iter().find(|(name, _)| name == member.wire);
    let found = exact.or_else(|| {
        from.attributes
            .iter()
            .find(|(name, _)| !name.starts_with("xmlns") && name.get(local(name)..) == wanted)
    });
    if let Some((_, text)) = found {
        from_text(member, shape, text, check, TimestampFormat::DateTime)?;
    }
    Ok(found.is_some())
}

fn read_member(
    from: &Element,
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    let schema = member.target;
    let flattened = member.flattened || schema.flattened;
    let name = element_name(member);
    if flattened && matches!(schema.kind, Kind::List | Kind::Map) {
        let items = || from.children.iter().filter(|child| child.name == name);
        if items().next().is_none() {
            return Ok(false);
        }
        return read_items(items(), schema, shape, check).map(|()| true);
    }
    let Some(child) = from.children.iter().find(|child| child.name == name) else {
        return Ok(false);
    };
    read_value(child, member, shape, check)?;
    Ok(true)
}

pub(crate) fn read_value(
    from: &Element,
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<(), WireError> {
    let schema = member.target;
    match schema.kind {
        Kind::Structure | Kind::Union => {
            let Slot::Struct(value) = shape.fill() else {
                return Err(WireError::malformed(format!("{} is not a structure", member.name)));
            };
            let mut seen = Seen::default();
            read_struct(from, value, check, &mut seen)?;
            check.structure(schema, &seen);
            Ok(())
        }
        Kind::List | Kind::Map => {
            let name = if schema.kind == Kind::List { schema.element().wire } else { "entry" };
            let items = from.children.iter().filter(|child| child.name == name);
            read_items(items, schema, shape, check)
        }
        _ => from_text(member, shape, &from.text, check, TimestampFormat::DateTime),
    }
}

fn read_items<'a>(
    items: impl Iterator<Item = &'a Element>,
    schema: &'static Schema,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<(), WireError> {
    match shape.fill() {
        Slot::List(list) => {
            for (index, item) in items.enumerate() {
                check.enter_index(index);
                read_value(item, schema.element(), list.push(), check)?;
                check.leave();
            }
            check.list(schema, list);
        }
        Slot::Map(map) => {
            let (key_member, value_member) = schema.entry();
            for item in items {
                let part = |name: &str| item.children.iter().find(|child| child.name == name);
                let Some(key) = part(key_member.wire) else { continue };
                check.key(key_member.target, &key.text);
                check.enter_key(&key.text);
                let place = map.insert(key.text.clone());
                match part(value_member.wire) {
                    Some(value) => read_value(value, value_member, place, check)?,
                    None => check.null_element(),
                }
                check.leave();
            }
            check.map(schema, map);
        }
        _ => return Err(WireError::malformed(format!("{} is not a list or map", schema.name))),
    }
    Ok(())
}
