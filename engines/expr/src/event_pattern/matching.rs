//! Patterns against events.

use serde_json::Value;

use super::parse::bits_of;
use super::text;
use super::{Field, Fields, Network, Test};

/// Whether a value has all that is asked of an object; of a list one element must.
pub(super) fn fields(wanted: &Fields, value: Option<&Value>) -> bool {
    if let Some(Value::Array(list)) = value
        && !list.is_empty()
    {
        return list.iter().any(|element| fields(wanted, Some(element)));
    }
    let object = value.and_then(Value::as_object);
    let field = |(name, field): &(String, Field)| {
        let value = object.and_then(|object| object.get(name));
        match field {
            Field::Object(wanted) => fields(wanted, value),
            Field::Leaf(tests) => tests.iter().any(|test| leaf(test, value)),
        }
    };
    wanted.fields.iter().all(field)
        && wanted.either.iter().all(|group| group.iter().any(|wanted| fields(wanted, value)))
}

/// Whether a value that is no object passes; of a list one element must.
fn leaf(test: &Test, value: Option<&Value>) -> bool {
    let there = match value {
        None | Some(Value::Object(_)) => false,
        Some(Value::Array(list)) => {
            return match test {
                Test::Exists(false) => list.is_empty(),
                test => list.iter().any(|element| leaf(test, Some(element))),
            };
        }
        Some(_) => true,
    };
    match (test, value) {
        (Test::Exists(wanted), _) => *wanted == there,
        (test, Some(value)) if there => passes(test, value),
        _ => false,
    }
}

fn passes(test: &Test, value: &Value) -> bool {
    match (test, value) {
        (Test::Exact(wanted), value) => wanted == value,
        (Test::AnythingBut(tests), value) => !tests.iter().any(|test| passes(test, value)),
        (Test::Text(test), Value::String(value)) => text::passes(test, value),
        (Test::Cidr(network), Value::String(value)) => within(network, value),
        (Test::Numeric { low, high }, Value::Number(number)) => {
            let Some(number) = number.as_f64() else { return false };
            let above = low.is_none_or(|(low, with)| number > low || (with && number == low));
            let below = high.is_none_or(|(high, with)| number < high || (with && number == high));
            above && below
        }
        _ => false,
    }
}

fn within(network: &Network, text: &str) -> bool {
    let Ok(address) = text.parse() else { return false };
    let (bits, v4) = bits_of(address);
    let width = if v4 { 32 } else { 128 };
    let shift = width - network.prefix.min(width);
    let cut = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
    v4 == network.v4 && cut(bits) == cut(network.bits)
}
