//! HTTP bindings of restJson and restXml: headers, queries, labels, payloads.

use std::collections::BTreeMap;

use aquifer_schema::{
    Bytes, Kind, Location, Member, Protocol, Seen, Slot, Structure, TimestampFormat, Validator,
    View,
};
use http::HeaderMap;

use crate::error::WireError;
use crate::headers::{quoted, split_dates, split_list};
use crate::json::{self, Names};
use crate::request::{Call, Payload};
use crate::text::{format_of, from_text, to_text};
use crate::xml;

/// Fills everything that is bound outside the body.
pub(crate) fn read_bindings(
    call: &Call<'_>,
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let schema = value.schema();
    for (index, member) in schema.members.iter().enumerate() {
        check.enter(member);
        let shape = value.member_mut(index);
        let found = match member.location {
            Location::Header => read_header(call.headers, member, shape, check)?,
            Location::Headers => read_prefixed(call.headers, member, shape, check)?,
            Location::Query => read_query(call.query, member, shape, check)?,
            Location::QueryMap => read_query_map(call.query, shape, check)?,
            Location::Uri => match call.labels.iter().find(|(name, _)| *name == member.wire) {
                Some((_, text)) => {
                    from_text(member, shape, text, check, TimestampFormat::DateTime)?;
                    true
                }
                None => false,
            },
            Location::Body | Location::StatusCode => false,
        };
        if found {
            seen.mark(index);
        }
        check.leave();
    }
    Ok(())
}

fn read_header(
    headers: &HeaderMap,
    member: &'static Member,
    shape: &mut dyn aquifer_schema::Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    let mut values = headers.get_all(member.wire).iter().peekable();
    if values.peek().is_none() {
        return Ok(false);
    }
    let mut texts = Vec::new();
    for value in values {
        let text = std::str::from_utf8(value.as_bytes())
            .map_err(|_| WireError::malformed(format!("header {} is not UTF-8", member.wire)))?;
        texts.push(text.trim());
    }
    if member.target.kind == Kind::List {
        let Slot::List(list) = shape.fill() else { return Ok(false) };
        let element = member.target.element();
        let dates = element.target.kind == Kind::Timestamp
            && format_of(element, TimestampFormat::HttpDate) == TimestampFormat::HttpDate;
        let split = if dates { split_dates } else { split_list };
        for (index, item) in texts.iter().flat_map(|text| split(text)).enumerate() {
            check.enter_index(index);
            from_text(element, list.push(), &item, check, TimestampFormat::HttpDate)?;
            check.leave();
        }
        check.list(member.target, list);
        return Ok(true);
    }
    // An empty header of a type other than text says nothing.
    let text = texts.join(",");
    if text.is_empty() && member.target.kind != Kind::String {
        return Ok(false);
    }
    from_text(member, shape, &text, check, TimestampFormat::HttpDate)?;
    Ok(true)
}

fn read_prefixed(
    headers: &HeaderMap,
    member: &'static Member,
    shape: &mut dyn aquifer_schema::Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    let prefix = member.wire.to_ascii_lowercase();
    let mut found = false;
    for name in headers.keys() {
        let Some(key) = name.as_str().strip_prefix(&prefix) else { continue };
        let mut texts = Vec::new();
        for value in headers.get_all(name) {
            let text = std::str::from_utf8(value.as_bytes())
                .map_err(|_| WireError::malformed(format!("header {name} is not UTF-8")))?;
            texts.push(text.trim());
        }
        let Slot::Map(map) = shape.fill_once(&mut found) else { return Ok(false) };
        let (key_member, value_member) = member.target.entry();
        check.key(key_member.target, key);
        check.enter_key(key);
        let place = map.insert(key.to_owned());
        from_text(value_member, place, &texts.join(","), check, TimestampFormat::HttpDate)?;
        check.leave();
    }
    if found && let Slot::Map(map) = shape.fill_once(&mut found) {
        check.map(member.target, map);
    }
    Ok(found)
}

fn read_query(
    query: &[(String, String)],
    member: &'static Member,
    shape: &mut dyn aquifer_schema::Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    let mut values = query.iter().filter(|(name, _)| name == member.wire).peekable();
    if values.peek().is_none() {
        return Ok(false);
    }
    if member.target.kind == Kind::List {
        let Slot::List(list) = shape.fill() else { return Ok(false) };
        for (index, (_, text)) in values.enumerate() {
            check.enter_index(index);
            let element = member.target.element();
            from_text(element, list.push(), text, check, TimestampFormat::DateTime)?;
            check.leave();
        }
        check.list(member.target, list);
        return Ok(true);
    }
    if let Some((_, text)) = values.next() {
        // `?max-keys=` is the same as leaving it out.
        if text.is_empty() && member.target.kind != Kind::String {
            return Ok(false);
        }
        from_text(member, shape, text, check, TimestampFormat::DateTime)?;
    }
    Ok(true)
}

/// All parameters, those bound elsewhere too, as AWS's own servers give them.
fn read_query_map(
    query: &[(String, String)],
    shape: &mut dyn aquifer_schema::Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, text) in query {
        values.entry(name).or_default().push(text);
    }
    if values.is_empty() {
        return Ok(false);
    }
    let Slot::Map(map) = shape.fill() else { return Ok(false) };
    for (name, texts) in values {
        check.enter_key(name);
        match map.insert(name.to_owned()).fill() {
            Slot::Str(slot) => {
                texts.first().copied().unwrap_or_default().clone_into(slot);
            }
            Slot::List(list) => {
                for text in texts {
                    if let Slot::Str(slot) = list.push().fill() {
                        text.clone_into(slot);
                    }
                }
            }
            _ => return Ok(false),
        }
        check.leave();
    }
    Ok(true)
}

/// Fills the body: a payload member, or all members without a binding.
pub(crate) fn read_body(
    call: &Call<'_>,
    payload: Payload,
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let schema = value.schema();
    let Some(index) = schema.payload else {
        if !schema.members.iter().any(|member| member.location == Location::Body) {
            return Ok(());
        }
        let Payload::Whole(body) = payload else {
            return Err(WireError::malformed("the body of this operation is not a stream"));
        };
        if body.is_empty() {
            return Ok(());
        }
        return match call.protocol {
            Protocol::RestJson => json::read(&body, value, Names::Wire, check, seen),
            _ => xml::read_struct(&xml::parse(&body)?, value, check, seen),
        };
    };
    let member = &schema.members[index];
    check.enter(member);
    read_payload(call.protocol, member, payload, index, value, check, seen)?;
    check.leave();
    Ok(())
}

fn read_payload(
    protocol: Protocol,
    member: &'static Member,
    payload: Payload,
    index: usize,
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let shape = value.member_mut(index);
    let body: Bytes = match payload {
        Payload::Stream(stream) => {
            if let Slot::Stream(slot) = shape.slot() {
                *slot = stream;
                seen.mark(index);
                return Ok(());
            }
            return Err(WireError::malformed("the body of this operation is not a stream"));
        }
        Payload::Whole(body) => body,
    };
    if let Slot::Stream(slot) = shape.slot() {
        *slot = body.into();
        seen.mark(index);
        return Ok(());
    }
    if body.is_empty() {
        return Ok(());
    }
    match member.target.kind {
        Kind::Blob => {
            if let Slot::Blob(slot) = shape.fill() {
                let length = body.len();
                *slot = body;
                check.blob(member.target, length);
            }
        }
        Kind::String | Kind::Enum => {
            let text = std::str::from_utf8(&body)
                .map_err(|_| WireError::malformed("the body is not UTF-8"))?;
            from_text(member, shape, text, check, TimestampFormat::DateTime)?;
        }
        _ if protocol == Protocol::RestJson => json::read_value(&body, member, shape, check)?,
        _ => {
            let root = xml::parse(&body)?;
            let expected = payload_name(member);
            if root.name != expected && root.name != member.wire && root.name != member.target.name
            {
                return Err(WireError::malformed(format!(
                    "the root element is {}, expected {expected}",
                    root.name
                )));
            }
            xml::read_value(&root, member, shape, check)?;
        }
    }
    seen.mark(index);
    Ok(())
}

/// The root element of a payload: the member's own name where the model states one, then its shape's.
pub(crate) fn payload_name(member: &'static Member) -> &'static str {
    if member.wire != member.name {
        return member.wire;
    }
    member.target.xml_name.unwrap_or(member.target.name)
}

/// Headers and status that an output's members ask for.
pub(crate) fn write_bindings(
    value: &dyn Structure,
    headers: &mut Vec<(String, String)>,
    status: &mut u16,
) {
    for (index, member) in value.schema().members.iter().enumerate() {
        let view = value.member(index).view();
        match member.location {
            Location::Header => {
                if let View::List(list) = view {
                    let element = member.target.element();
                    let items: Vec<String> = (0..list.len())
                        .filter_map(|at| {
                            let view = list.get(at).view();
                            let text = to_text(element, &view, TimestampFormat::HttpDate)?;
                            Some(if matches!(view, View::Str(_)) { quoted(text) } else { text })
                        })
                        .collect();
                    if !items.is_empty() {
                        headers.push((member.wire.to_owned(), items.join(", ")));
                    }
                } else if let Some(text) = to_text(member, &view, TimestampFormat::HttpDate) {
                    headers.push((member.wire.to_owned(), text));
                }
            }
            Location::Headers => {
                if let View::Map(map) = view {
                    let (_, value_member) = member.target.entry();
                    map.each(&mut |key, value| {
                        let text = to_text(value_member, &value.view(), TimestampFormat::HttpDate);
                        if let Some(text) = text {
                            headers.push((format!("{}{key}", member.wire), text));
                        }
                    });
                }
            }
            Location::StatusCode => {
                if let View::Int(code) = view
                    && let Ok(code) = u16::try_from(code)
                    && code >= 100
                {
                    *status = code;
                }
            }
            _ => {}
        }
    }
}
