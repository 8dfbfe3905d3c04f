//! Data items into shapes.

use aquifer_schema::{
    Bytes, Kind, Member, Schema, Seen, Shape, Slot, Structure, Timestamp, Validator,
};

use super::token::{Token, Tokens};
use crate::error::WireError;

/// Seconds since the epoch.
const TAG_EPOCH: u64 = 1;
/// Large numbers, which no shape holds.
const TAG_BIG: [u64; 2] = [2, 3];
/// A power of ten, and what it is multiplied with.
pub(super) const TAG_DECIMAL: u64 = 4;
/// Tags before a value that are passed over.
const TAGS_MAX: usize = 8;

pub(crate) fn read(
    body: &[u8],
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let mut tokens = Tokens::new(body);
    let Token::Map(length) = tokens.next()? else {
        return Err(WireError::malformed("the body is not a CBOR map"));
    };
    read_struct(&mut tokens, length, value, check, seen)?;
    if tokens.is_empty() { Ok(()) } else { Err(tokens.bad("something follows the value")) }
}

fn read_struct(
    tokens: &mut Tokens<'_>,
    length: Option<u64>,
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let schema = value.schema();
    let (mut left, mut next) = (length, 0);
    while tokens.more(&mut left)? {
        let Token::Text(key) = tokens.next()? else {
            return Err(tokens.bad("a key that is not text"));
        };
        let Some((index, member)) = schema.find(&key, next, |member| member.name) else {
            tokens.skip()?;
            continue;
        };
        next = index + 1;
        if seen.contains(index) {
            return Err(tokens.bad("a member that is given twice"));
        }
        check.enter(member);
        if read_value(tokens, member, value.member_mut(index), check)? {
            seen.mark(index);
        }
        check.leave();
    }
    Ok(())
}

/// Whether a value was there (not null).
fn read_value(
    tokens: &mut Tokens<'_>,
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    if !check.bears() {
        return Err(WireError::TooDeep);
    }
    let schema = member.target;
    let wrong = |tokens: &Tokens<'_>| tokens.bad(&format!("not a value of {}", schema.name));
    let mut token = tokens.next()?;
    for tags in 0..=TAGS_MAX {
        match token {
            Token::Tag(TAG_DECIMAL) if schema.kind == Kind::Timestamp => {
                let at = read_decimal(tokens)?;
                if let Slot::Time(slot) = shape.fill() {
                    *slot = at;
                }
                return Ok(true);
            }
            Token::Tag(TAG_EPOCH) if schema.kind != Kind::Timestamp => return Err(wrong(tokens)),
            Token::Tag(tag) if TAG_BIG.contains(&tag) => return Err(wrong(tokens)),
            Token::Tag(_) => token = tokens.next()?,
            Token::Null if tags > 0 => return Err(wrong(tokens)),
            _ => break,
        }
    }
    match token {
        Token::Null => return Ok(false),
        Token::Bool(value) => match shape.fill() {
            Slot::Bool(slot) => *slot = value,
            _ => return Err(wrong(tokens)),
        },
        Token::Positive(value) => {
            let value = i64::try_from(value).ok();
            value
                .and_then(|value| fill_int(schema, shape, value, check))
                .ok_or_else(|| wrong(tokens))?;
        }
        Token::Negative(value) => {
            let value = i64::try_from(value).ok();
            value
                .and_then(|value| fill_int(schema, shape, -1 - value, check))
                .ok_or_else(|| wrong(tokens))?;
        }
        Token::Float(value) => {
            fill_float(schema, shape, value, check).ok_or_else(|| wrong(tokens))?;
        }
        Token::Text(text) => match shape.fill() {
            Slot::Str(slot) => {
                check.text(schema, &text);
                *slot = text.into_owned();
            }
            Slot::Enum(slot) => {
                if !slot.set(&text) {
                    if check.is_unchecked() {
                        return Err(wrong(tokens));
                    }
                    check.not_in_enum(schema, &text);
                }
            }
            Slot::Document(slot) => {
                *slot = serde_json::from_str(&text).map_err(|_| wrong(tokens))?;
            }
            _ => return Err(wrong(tokens)),
        },
        Token::Bytes(bytes) => {
            let Slot::Blob(slot) = shape.fill() else { return Err(wrong(tokens)) };
            *slot = Bytes::from(bytes.into_owned());
            let length = slot.len();
            check.blob(schema, length);
        }
        Token::Array(length) => {
            let Slot::List(list) = shape.fill() else { return Err(wrong(tokens)) };
            let (mut left, mut index) = (length, 0);
            while tokens.more(&mut left)? {
                check.enter_index(index);
                let place = list.push();
                let dense = !matches!(place.slot(), Slot::Option(_));
                if !read_value(tokens, schema.element(), place, check)? && dense {
                    check.null_element();
                }
                check.leave();
                index += 1;
            }
            check.list(schema, list);
        }
        Token::Map(length) => read_map(tokens, length, schema, shape, check)?,
        Token::Break | Token::Tag(_) => return Err(wrong(tokens)),
    }
    Ok(true)
}

fn read_map(
    tokens: &mut Tokens<'_>,
    length: Option<u64>,
    schema: &'static Schema,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<(), WireError> {
    match shape.fill() {
        Slot::Struct(value) => {
            let mut seen = Seen::default();
            read_struct(tokens, length, value, check, &mut seen)?;
            check.structure(schema, &seen);
        }
        Slot::Map(map) => {
            let (key_member, value_member) = schema.entry();
            let mut left = length;
            while tokens.more(&mut left)? {
                let Token::Text(key) = tokens.next()? else {
                    return Err(tokens.bad("a key that is not text"));
                };
                check.key(key_member.target, &key);
                check.enter_key(&key);
                let place = map.insert(key.into_owned());
                let dense = !matches!(place.slot(), Slot::Option(_));
                if !read_value(tokens, value_member, place, check)? && dense {
                    check.null_element();
                }
                check.leave();
            }
            check.map(schema, map);
        }
        _ => return Err(tokens.bad(&format!("not a value of {}", schema.name))),
    }
    Ok(())
}

/// `[-6, microseconds]`, or with another power of ten.
fn read_decimal(tokens: &mut Tokens<'_>) -> Result<Timestamp, WireError> {
    let Token::Array(length) = tokens.next()? else {
        return Err(tokens.bad("not a decimal fraction"));
    };
    let mut left = length;
    let mut numbers = [0_i64; 2];
    for number in &mut numbers {
        if !tokens.more(&mut left)? {
            return Err(tokens.bad("not a decimal fraction"));
        }
        let value = match tokens.next()? {
            Token::Positive(value) => i64::try_from(value).ok(),
            Token::Negative(value) => i64::try_from(value).ok().map(|value| -1 - value),
            _ => None,
        };
        *number = value.ok_or_else(|| tokens.bad("not a decimal fraction"))?;
    }
    if tokens.more(&mut left)? {
        return Err(tokens.bad("not a decimal fraction"));
    }
    let [power, mantissa] = numbers;
    // Microseconds are the millionths of a second.
    let micros = match u32::try_from(power.saturating_add(6)) {
        Ok(up) => 10_i64.checked_pow(up).and_then(|unit| mantissa.checked_mul(unit)),
        Err(_) => {
            let down = u32::try_from(power.saturating_add(6).unsigned_abs()).ok();
            down.and_then(|down| 10_i64.checked_pow(down)).map(|unit| mantissa.div_euclid(unit))
        }
    };
    micros.map(Timestamp::from_micros).ok_or_else(|| tokens.bad("a time out of range"))
}

fn fill_int(
    schema: &'static Schema,
    shape: &mut dyn Shape,
    value: i64,
    check: &mut Validator,
) -> Option<()> {
    match shape.fill() {
        Slot::Int(slot) => *slot = i32::try_from(value).ok()?,
        Slot::Long(slot) => *slot = value,
        Slot::Float(slot) => *slot = value as f32,
        Slot::Double(slot) => *slot = value as f64,
        Slot::Time(slot) => {
            *slot = Timestamp::from_micros(value.checked_mul(1_000_000)?);
        }
        _ => return None,
    }
    check.number(schema, value as f64, || value.to_string());
    Some(())
}

fn fill_float(
    schema: &'static Schema,
    shape: &mut dyn Shape,
    value: f64,
    check: &mut Validator,
) -> Option<()> {
    match shape.fill() {
        Slot::Float(slot) => *slot = value as f32,
        Slot::Double(slot) => *slot = value,
        Slot::Time(slot) => *slot = Timestamp::from_secs_f64(value)?,
        _ => return None,
    }
    check.number(schema, value, || value.to_string());
    Some(())
}
