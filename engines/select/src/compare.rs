//! Which of two values is greater, or whether that can be said.

use std::cmp::Ordering;

use crate::decimal::Decimal;
use crate::value::{Number, Tree, Value};

/// The order of two values of one kind. Untyped text takes the kind of what it is compared with;
/// `None` when the two are not comparable.
pub(crate) fn compare(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    use Value::{Bool, Decimal, Field, Float, Int, Nested, Text, Time};
    match (left, right) {
        (Text(_) | Field(_), Text(_) | Field(_)) => {
            left.as_str().zip(right.as_str()).map(|(left, right)| left.cmp(right))
        }
        (Int(_) | Decimal(_) | Float(_), _) | (_, Int(_) | Decimal(_) | Float(_)) => {
            let (left, right) = left.as_number().zip(right.as_number())?;
            compare_numbers(left, right)
        }
        (Time(_), _) | (_, Time(_)) => {
            left.as_time().zip(right.as_time()).map(|(left, right)| left.compare(&right))
        }
        (Bool(_), _) | (_, Bool(_)) => {
            left.as_bool().zip(right.as_bool()).map(|(left, right)| left.cmp(&right))
        }
        (Nested(left), Nested(right)) => same(left, right).then_some(Ordering::Equal),
        _ => None,
    }
}

pub(crate) fn compare_numbers(left: Number, right: Number) -> Option<Ordering> {
    let decimal = |number| match number {
        Number::Int(value) => Some(Decimal::from(value)),
        Number::Decimal(value) => Some(value),
        Number::Float(_) => None,
    };
    if let (Number::Int(left), Number::Int(right)) = (left, right) {
        return Some(left.cmp(&right));
    }
    match decimal(left).zip(decimal(right)) {
        Some((left, right)) => Some(left.compare(right)),
        None => left.to_f64().partial_cmp(&right.to_f64()),
    }
}

/// Whether two nested values are the same all through.
fn same(left: &Tree, right: &Tree) -> bool {
    match (left, right) {
        (Tree::Null, Tree::Null) => true,
        (Tree::List(left), Tree::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Tree::Struct(left), Tree::Struct(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.iter().any(|(other, there)| name == other && same(value, there))
                })
        }
        _ => compare(&left.value(), &right.value()) == Some(Ordering::Equal),
    }
}
