//! What predicates say of one key that needs no trying: the values it must equal, and between
//! which values it lies. Whatever is not understood here is tried on every value later, so this
//! may say too little and never too much.

use aquifer_formats::HiveType;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use crate::table::Column;

/// What is known of a key.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Bounds {
    /// The only values it may have.
    pub(super) equal: Option<Vec<String>>,
    low: Option<String>,
    high: Option<String>,
    /// Whether the key is a number.
    numeric: bool,
}

impl Bounds {
    /// From conditions that all hold and name this key only.
    pub(super) fn of(key: &Column, asked: &[&Expr]) -> Self {
        let numeric = matches!(
            key.hive_type,
            HiveType::TinyInt | HiveType::SmallInt | HiveType::Int | HiveType::BigInt
        );
        let mut bounds = Bounds { numeric, ..Bounds::default() };
        for condition in asked {
            if let Some(values) = equal_to(condition) {
                bounds.equal = Some(match bounds.equal.take() {
                    None => values,
                    Some(known) => known.into_iter().filter(|v| values.contains(v)).collect(),
                });
                continue;
            }
            match condition {
                Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                    let (op, value) = match (&**left, &**right) {
                        (Expr::Column(_), Expr::Literal(value, _)) => (Some(*op), value),
                        (Expr::Literal(value, _), Expr::Column(_)) => (op.swap(), value),
                        _ => continue,
                    };
                    let Some(value) = text(value) else { continue };
                    match op {
                        Some(Operator::Gt | Operator::GtEq) => bounds.raise(value),
                        Some(Operator::Lt | Operator::LtEq) => bounds.lower(value),
                        _ => {}
                    }
                }
                Expr::Between(between) if !between.negated => {
                    let (Expr::Column(_), Expr::Literal(low, _), Expr::Literal(high, _)) =
                        (&*between.expr, &*between.low, &*between.high)
                    else {
                        continue;
                    };
                    if let Some(low) = text(low) {
                        bounds.raise(low);
                    }
                    if let Some(high) = text(high) {
                        bounds.lower(high);
                    }
                }
                _ => {}
            }
        }
        bounds
    }

    fn is_less(&self, a: &str, b: &str) -> bool {
        match (self.numeric, a.parse::<i64>(), b.parse::<i64>()) {
            (true, Ok(a), Ok(b)) => a < b,
            _ => a < b,
        }
    }

    fn raise(&mut self, value: String) {
        if self.low.as_ref().is_none_or(|low| self.is_less(low, &value)) {
            self.low = Some(value);
        }
    }

    fn lower(&mut self, value: String) {
        if self.high.as_ref().is_none_or(|high| self.is_less(&value, high)) {
            self.high = Some(value);
        }
    }

    /// The least the key may be, where it is a number.
    pub(super) fn low_number(&self) -> Option<i64> {
        self.low.as_ref().filter(|_| self.numeric)?.parse().ok()
    }

    /// The most the key may be, where it is a number.
    pub(super) fn high_number(&self) -> Option<i64> {
        self.high.as_ref().filter(|_| self.numeric)?.parse().ok()
    }

    /// The least the key may be, as text.
    pub(super) fn low_text(&self) -> Option<&str> {
        self.low.as_deref()
    }

    /// The most the key may be, as text.
    pub(super) fn high_text(&self) -> Option<&str> {
        self.high.as_deref()
    }
}

/// The literals that a condition allows, if it allows only such.
fn equal_to(condition: &Expr) -> Option<Vec<String>> {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let value = match (&**left, &**right) {
                (Expr::Column(_), Expr::Literal(value, _))
                | (Expr::Literal(value, _), Expr::Column(_)) => value,
                _ => return None,
            };
            text(value).map(|text| vec![text])
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let mut values = equal_to(left)?;
            values.extend(equal_to(right)?);
            Some(values)
        }
        Expr::InList(list) if !list.negated && matches!(*list.expr, Expr::Column(_)) => list
            .list
            .iter()
            .map(|item| match item {
                Expr::Literal(value, _) => text(value),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// A literal as a partition's value would spell it.
fn text(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Utf8(Some(text))
        | ScalarValue::Utf8View(Some(text))
        | ScalarValue::LargeUtf8(Some(text)) => Some(text.clone()),
        ScalarValue::Int8(Some(_))
        | ScalarValue::Int16(Some(_))
        | ScalarValue::Int32(Some(_))
        | ScalarValue::Int64(Some(_))
        | ScalarValue::Date32(Some(_))
        | ScalarValue::Boolean(Some(_)) => Some(value.to_string()),
        _ => None,
    }
}
