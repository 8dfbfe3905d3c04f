//! Partition filters: `year = '2026' AND month BETWEEN 1 AND 3 AND name LIKE 'a%'`.
//!
//! The language is the part of SQL's `WHERE` that metastores accept: comparisons, `AND`, `OR`,
//! `NOT`, `IN`, `BETWEEN`, `LIKE`, `IS NULL` over partition columns and literals. A filter is
//! parsed once ([`PartitionExpr::parse`]), bound once to the columns of a table
//! ([`PartitionExpr::bind`]), and then applied to the text values of each partition
//! ([`BoundExpr::matches`]).
//!
//! Values are compared by the declared type of their column. A partition value that is no value
//! of that type, and Hive's `__HIVE_DEFAULT_PARTITION__`, are null; null makes a comparison
//! neither true nor false, as SQL has it. There are no functions and no arithmetic.

mod bind;
mod lex;
mod like;
mod parse;
mod value;

use std::fmt;

pub use bind::{BoundExpr, EvalError};
pub use lex::ParseError;
pub use value::canonical;

/// No filter is longer than this many bytes.
pub const EXPRESSION_LEN_MAX: usize = 65_536;

/// A partition value that stands for null.
pub const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// A parsed filter. Its `Display` is text that parses to the same filter.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionExpr(pub(crate) Expr);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// Two or more.
    And(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare {
        left: Operand,
        op: CompareOp,
        right: Operand,
    },
    In {
        operand: Operand,
        negated: bool,
        list: Vec<Operand>,
    },
    Between {
        operand: Operand,
        negated: bool,
        low: Operand,
        high: Operand,
    },
    Like {
        operand: Operand,
        negated: bool,
        pattern: String,
        escape: Option<char>,
    },
    IsNull {
        operand: Operand,
        negated: bool,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Column(String),
    /// A quoted literal, `DATE '…'` and `TIMESTAMP '…'` included: the column decides the type.
    Text(String),
    /// A number, `TRUE` or `FALSE`, as written.
    Bare(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl PartitionExpr {
    /// The names of the columns the filter asks about, as written, in order, repeats included.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        self.0.visit_operands(&mut |operand| {
            if let Operand::Column(name) = operand {
                columns.push(name.as_str());
            }
        });
        columns
    }

    /// Applies the filter to one partition given as (column, declared type, value).
    ///
    /// For many partitions of one table, [`bind`](Self::bind) once instead.
    pub fn eval(&self, partition: &[(&str, &str, &str)]) -> Result<bool, EvalError> {
        let columns: Vec<(&str, &str)> = partition.iter().map(|(n, t, _)| (*n, *t)).collect();
        let values: Vec<&str> = partition.iter().map(|(_, _, value)| *value).collect();
        Ok(self.bind(&columns)?.matches(&values))
    }

    /// The values that the leading columns must have exactly, as far as the filter fixes them.
    ///
    /// Meant for a lookup by raw value text, so it stops at the first column whose type gives
    /// one value several spellings: only `string` and `varchar` columns count.
    pub fn equality_prefix(&self, columns: &[(&str, &str)]) -> Vec<String> {
        self.prefix(columns, |declared, literal| {
            value::is_plain_text(declared).then(|| literal.to_owned())
        })
    }

    /// Like [`equality_prefix`](Self::equality_prefix), for a lookup by [`canonical`] values.
    pub fn canonical_prefix(&self, columns: &[(&str, &str)]) -> Vec<String> {
        self.prefix(columns, canonical)
    }

    fn prefix(
        &self,
        columns: &[(&str, &str)],
        spell: impl Fn(&str, &str) -> Option<String>,
    ) -> Vec<String> {
        let mut conjuncts = Vec::new();
        self.0.visit_conjuncts(&mut conjuncts);
        columns
            .iter()
            .map_while(|(name, declared)| {
                conjuncts
                    .iter()
                    .find_map(|conjunct| fixed_value(conjunct, name))
                    .and_then(|literal| spell(declared, literal))
            })
            .collect()
    }
}

/// The literal a conjunct sets the column equal to.
fn fixed_value<'a>(conjunct: &'a Expr, name: &str) -> Option<&'a str> {
    let (column, literal) = match conjunct {
        Expr::Compare { left, op: CompareOp::Equal, right } => match (left, right) {
            (Operand::Column(column), literal) | (literal, Operand::Column(column)) => {
                (column, literal)
            }
            _ => return None,
        },
        Expr::In { operand: Operand::Column(column), negated: false, list } => {
            match list.as_slice() {
                [only] => (column, only),
                _ => return None,
            }
        }
        _ => return None,
    };
    match literal {
        Operand::Text(text) | Operand::Bare(text) if same_name(column, name) => Some(text),
        _ => None,
    }
}

/// Column names are the same whatever their case.
pub(crate) fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || left.to_lowercase() == right.to_lowercase()
}

impl Expr {
    /// What must all hold, however it is nested.
    fn visit_conjuncts<'a>(&'a self, conjuncts: &mut Vec<&'a Expr>) {
        match self {
            Expr::And(all) => all.iter().for_each(|part| part.visit_conjuncts(conjuncts)),
            one => conjuncts.push(one),
        }
    }

    fn visit_operands<'a>(&'a self, visit: &mut impl FnMut(&'a Operand)) {
        match self {
            Expr::And(all) | Expr::Or(all) => all.iter().for_each(|e| e.visit_operands(visit)),
            Expr::Not(inner) => inner.visit_operands(visit),
            Expr::Compare { left, right, .. } => [left, right].into_iter().for_each(visit),
            Expr::In { operand, list, .. } => {
                visit(operand);
                list.iter().for_each(visit);
            }
            Expr::Between { operand, low, high, .. } => {
                [operand, low, high].into_iter().for_each(visit);
            }
            Expr::Like { operand, .. } | Expr::IsNull { operand, .. } => visit(operand),
        }
    }
}

impl fmt::Display for PartitionExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        match self {
            Expr::And(all) => join(f, all, " AND "),
            Expr::Or(all) => join(f, all, " OR "),
            Expr::Not(inner) => {
                f.write_str("NOT ")?;
                join(f, std::slice::from_ref(inner), "")
            }
            Expr::Compare { left, op, right } => write!(f, "{left} {op} {right}"),
            Expr::In { operand, negated, list } => {
                write!(f, "{operand} {}IN (", not(negated))?;
                for (i, item) in list.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Expr::Between { operand, negated, low, high } => {
                write!(f, "{operand} {}BETWEEN {low} AND {high}", not(negated))
            }
            Expr::Like { operand, negated, pattern, escape } => {
                write!(f, "{operand} {}LIKE {}", not(negated), Quoted(pattern, '\''))?;
                match escape {
                    Some(escape) => {
                        write!(f, " ESCAPE {}", Quoted(&escape.to_string(), '\''))
                    }
                    None => Ok(()),
                }
            }
            Expr::IsNull { operand, negated } => write!(f, "{operand} IS {}NULL", not(negated)),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, all: &[Expr], separator: &str) -> fmt::Result {
    for (i, expr) in all.iter().enumerate() {
        let separator = if i == 0 { "" } else { separator };
        match expr {
            Expr::And(_) | Expr::Or(_) => write!(f, "{separator}({expr})")?,
            _ => write!(f, "{separator}{expr}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Column(name) if lex::is_plain_name(name) => f.write_str(name),
            Operand::Column(name) => Quoted(name, '"').fmt(f),
            Operand::Text(text) => Quoted(text, '\'').fmt(f),
            Operand::Bare(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for CompareOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CompareOp::Equal => "=",
            CompareOp::NotEqual => "<>",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
        })
    }
}

/// Text between quotes, the quotes within doubled.
struct Quoted<'a>(&'a str, char);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Quoted(text, quote) = *self;
        let doubled = format!("{quote}{quote}");
        write!(f, "{quote}{}{quote}", text.replace(quote, &doubled))
    }
}

#[cfg(test)]
mod tests;
