//! A filter bound to columns: names resolved, literals read, ready for any number of partitions.

use std::cmp::Ordering;

use thiserror::Error;

use super::like::Like;
use super::value::{Kind, Value};
use super::{CompareOp, Expr, NULL_PARTITION, Operand, PartitionExpr, same_name};

/// The filter does not fit the columns.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EvalError {
    /// A column the table is not partitioned by.
    #[error("'{0}' is not a partition column")]
    UnknownColumn(String),
    /// A column of a type that cannot be compared.
    #[error("partition column '{column}' has unsupported type '{declared}'")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Its declared type.
        declared: String,
    },
    /// A literal that is no value of the kind it is compared with.
    #[error("'{literal}' is not a valid {kind}")]
    InvalidLiteral {
        /// The literal.
        literal: String,
        /// What it should have been: `number`, `date`, `timestamp`, `boolean`.
        kind: &'static str,
    },
}

/// A filter ready to be applied.
#[derive(Debug, Clone)]
pub struct BoundExpr(Node);

#[derive(Debug, Clone)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Compare { kind: Kind, left: Side, op: CompareOp, right: Side },
    Like { side: Side, pattern: Like },
    IsNull { kind: Kind, side: Side },
}

/// One side of a comparison.
#[derive(Debug, Clone)]
enum Side {
    /// A column, by its place.
    Column(usize),
    Value(Value),
}

impl PartitionExpr {
    /// Binds the filter to columns given as (name, declared type), in the order of the values
    /// that will follow.
    pub fn bind(&self, columns: &[(&str, &str)]) -> Result<BoundExpr, EvalError> {
        Binder { columns }.expr(&self.0).map(BoundExpr)
    }
}

impl BoundExpr {
    /// Whether a partition with these values, in the order of the bound columns, passes.
    pub fn matches(&self, values: &[&str]) -> bool {
        self.0.truth(values) == Some(true)
    }
}

struct Binder<'a> {
    columns: &'a [(&'a str, &'a str)],
}

impl Binder<'_> {
    fn expr(&self, expr: &Expr) -> Result<Node, EvalError> {
        let all = |parts: &[Expr]| -> Result<Vec<Node>, EvalError> {
            parts.iter().map(|part| self.expr(part)).collect()
        };
        Ok(match expr {
            Expr::And(parts) => Node::And(all(parts)?),
            Expr::Or(parts) => Node::Or(all(parts)?),
            Expr::Not(inner) => Node::Not(Box::new(self.expr(inner)?)),
            Expr::Compare { left, op, right } => self.compare(left, *op, right)?,
            Expr::In { operand, negated, list } => {
                let alternatives = list
                    .iter()
                    .map(|item| self.compare(operand, CompareOp::Equal, item))
                    .collect::<Result<Vec<Node>, EvalError>>()?;
                negate(*negated, Node::Or(alternatives))
            }
            Expr::Between { operand, negated, low, high } => {
                let above = self.compare(operand, CompareOp::GreaterOrEqual, low)?;
                let below = self.compare(operand, CompareOp::LessOrEqual, high)?;
                negate(*negated, Node::And(vec![above, below]))
            }
            Expr::Like { operand, negated, pattern, escape } => {
                let side = self.side(operand, Kind::Text)?;
                negate(*negated, Node::Like { side, pattern: Like::new(pattern, *escape) })
            }
            Expr::IsNull { operand, negated } => {
                let kind = self.kind(operand)?.unwrap_or(Kind::Text);
                negate(*negated, Node::IsNull { kind, side: self.side(operand, kind)? })
            }
        })
    }

    fn compare(&self, left: &Operand, op: CompareOp, right: &Operand) -> Result<Node, EvalError> {
        let kind = match (self.kind(left)?, self.kind(right)?) {
            (Some(left), Some(right)) => left.meet(right),
            (Some(kind), None) | (None, Some(kind)) => kind,
            (None, None) => match (left, right) {
                (Operand::Bare(_), Operand::Bare(_)) => self.literal_kind(left, right),
                _ => Kind::Text,
            },
        };
        Ok(Node::Compare { kind, left: self.side(left, kind)?, op, right: self.side(right, kind)? })
    }

    /// The kind in which two bare literals compare: numbers if they are, else text.
    fn literal_kind(&self, left: &Operand, right: &Operand) -> Kind {
        let is_number = |operand: &Operand| match operand {
            Operand::Bare(text) => Kind::Exact.parse(text).is_some(),
            Operand::Text(_) | Operand::Column(_) => false,
        };
        if is_number(left) && is_number(right) { Kind::Exact } else { Kind::Text }
    }

    /// The kind of a column; `None` for a literal, which takes the kind of the other side.
    fn kind(&self, operand: &Operand) -> Result<Option<Kind>, EvalError> {
        let Operand::Column(name) = operand else { return Ok(None) };
        let (_, (_, declared)) = self.column(name)?;
        match Kind::of(declared) {
            Some(kind) => Ok(Some(kind)),
            None => Err(EvalError::UnsupportedType {
                column: name.clone(),
                declared: (*declared).to_owned(),
            }),
        }
    }

    fn side(&self, operand: &Operand, kind: Kind) -> Result<Side, EvalError> {
        match operand {
            Operand::Column(name) => {
                self.kind(operand)?;
                Ok(Side::Column(self.column(name)?.0))
            }
            Operand::Text(literal) | Operand::Bare(literal) => {
                kind.parse(literal).map(Side::Value).ok_or_else(|| EvalError::InvalidLiteral {
                    literal: literal.clone(),
                    kind: kind.name(),
                })
            }
        }
    }

    fn column(&self, name: &str) -> Result<(usize, &(&str, &str)), EvalError> {
        self.columns
            .iter()
            .enumerate()
            .find(|(_, (column, _))| same_name(column, name))
            .ok_or_else(|| EvalError::UnknownColumn(name.to_owned()))
    }
}

fn negate(negated: bool, node: Node) -> Node {
    if negated { Node::Not(Box::new(node)) } else { node }
}

impl Node {
    /// True, false, or neither.
    fn truth(&self, values: &[&str]) -> Option<bool> {
        match self {
            Node::And(parts) => all_true(parts.iter().map(|part| part.truth(values))),
            Node::Or(parts) => {
                let opposite = parts.iter().map(|part| part.truth(values).map(|t| !t));
                all_true(opposite).map(|t| !t)
            }
            Node::Not(inner) => inner.truth(values).map(|truth| !truth),
            Node::Compare { kind, left, op, right } => {
                let order = match (left, right) {
                    (Side::Column(at), Side::Value(value)) => {
                        column(*at, *kind, values)?.compare(value)
                    }
                    (Side::Value(value), Side::Column(at)) => {
                        value.compare(&column(*at, *kind, values)?)
                    }
                    (Side::Column(left), Side::Column(right)) => {
                        column(*left, *kind, values)?.compare(&column(*right, *kind, values)?)
                    }
                    (Side::Value(left), Side::Value(right)) => left.compare(right),
                };
                Some(op.holds(order?))
            }
            Node::Like { side, pattern } => match side {
                Side::Column(at) => match column(*at, Kind::Text, values)? {
                    Value::Text(text) => Some(pattern.matches(&text)),
                    _ => None,
                },
                Side::Value(Value::Text(text)) => Some(pattern.matches(text)),
                Side::Value(_) => None,
            },
            Node::IsNull { kind, side: Side::Column(at) } => {
                Some(column(*at, *kind, values).is_none())
            }
            Node::IsNull { side: Side::Value(_), .. } => Some(false),
        }
    }
}

/// The conjunction of three-valued truths: false wins, then what is unknown.
fn all_true(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

/// A column's value; `None` for null and for what is no value of the kind.
fn column(at: usize, kind: Kind, values: &[&str]) -> Option<Value> {
    let text = *values.get(at)?;
    if text == NULL_PARTITION { None } else { kind.parse(text) }
}

impl CompareOp {
    fn holds(self, order: Ordering) -> bool {
        match self {
            CompareOp::Equal => order.is_eq(),
            CompareOp::NotEqual => order.is_ne(),
            CompareOp::Less => order.is_lt(),
            CompareOp::LessOrEqual => order.is_le(),
            CompareOp::Greater => order.is_gt(),
            CompareOp::GreaterOrEqual => order.is_ge(),
        }
    }
}
