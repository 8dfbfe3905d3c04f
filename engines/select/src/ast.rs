//! A query as a tree.

use crate::time::Part;
use crate::value::Tree;

/// A name, and whether its case counts.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub text: String,
    pub exact: bool,
}

impl Name {
    pub fn is(&self, other: &str) -> bool {
        match self.exact {
            true => self.text == other,
            false => self.text.to_lowercase() == other.to_lowercase(),
        }
    }

    /// The number of a column by its position, from 1: `_3`.
    pub fn position(&self) -> Option<usize> {
        self.text.strip_prefix('_')?.parse().ok()
    }
}

/// A step into a value.
#[derive(Clone, Debug)]
pub(crate) enum PathStep {
    Member(Name),
    Element(usize),
    /// `[*]`: each element.
    Elements,
    /// `.*`: each member.
    Members,
}

/// `SELECT` what, `FROM` where, and which of it.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub projection: Projection,
    /// Steps from a root value to records.
    pub from: Vec<PathStep>,
    /// What queries call a record.
    pub alias: Name,
    pub condition: Option<Expr>,
    pub limit: Option<u64>,
    pub aggregates: Vec<Aggregate>,
}

#[derive(Clone, Debug)]
pub(crate) enum Projection {
    All,
    Items(Vec<Item>),
}

#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// `s.*`: all members of a value.
    Members(Expr),
    Column {
        expr: Expr,
        name: String,
    },
}

/// A sum over records.
#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    pub kind: AggregateKind,
    /// `None` for `COUNT(*)`.
    pub argument: Option<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AggregateKind {
    Count,
    Sum,
    Average,
    Min,
    Max,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Concatenate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Leading,
    Trailing,
    Both,
}

/// Functions of a fixed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    CharLength,
    Coalesce,
    Lower,
    NullIf,
    Substring,
    ToString,
    ToTimestamp,
    Trim(Side),
    Upper,
    UtcNow,
    Extract(Part),
    DateAdd(Part),
    DateDiff(Part),
}

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Literal(Tree),
    /// A name and steps from it, before it is known what they mean.
    Path(Vec<PathStep>),
    /// Steps from a record.
    Record(Vec<PathStep>),
    /// Steps from a column of a record.
    Column(usize, Vec<PathStep>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Comparison, Box<(Expr, Expr)>),
    Binary(Operator, Box<(Expr, Expr)>),
    /// Value, low, high.
    Between(Box<(Expr, Expr, Expr)>),
    In(Box<Expr>, Vec<Expr>),
    /// Value, pattern, escape character.
    Like(Box<(Expr, Expr, Option<Expr>)>),
    IsNull(Box<Expr>),
    IsMissing(Box<Expr>),
    /// What is compared with each condition, if anything is; conditions with results; what else.
    Case(Option<Box<Expr>>, Vec<(Expr, Expr)>, Box<Expr>),
    Cast(Box<Expr>, Type),
    Call(Function, Vec<Expr>),
    /// The outcome of one of the statement's aggregates.
    Aggregate(usize),
}

impl Expr {
    pub fn visit(&mut self, visit: &mut impl FnMut(&mut Expr)) {
        visit(self);
        match self {
            Self::Literal(_)
            | Self::Path(_)
            | Self::Record(_)
            | Self::Column(..)
            | Self::Aggregate(_) => {}
            Self::Not(inner)
            | Self::Negate(inner)
            | Self::IsNull(inner)
            | Self::IsMissing(inner)
            | Self::Cast(inner, _) => inner.visit(visit),
            Self::And(all) | Self::Or(all) | Self::Call(_, all) => {
                all.iter_mut().for_each(|one| one.visit(visit));
            }
            Self::Compare(_, two) | Self::Binary(_, two) => {
                two.0.visit(visit);
                two.1.visit(visit);
            }
            Self::Between(three) => {
                three.0.visit(visit);
                three.1.visit(visit);
                three.2.visit(visit);
            }
            Self::In(value, all) => {
                value.visit(visit);
                all.iter_mut().for_each(|one| one.visit(visit));
            }
            Self::Like(parts) => {
                parts.0.visit(visit);
                parts.1.visit(visit);
                if let Some(escape) = &mut parts.2 {
                    escape.visit(visit);
                }
            }
            Self::Case(subject, whens, otherwise) => {
                if let Some(subject) = subject {
                    subject.visit(visit);
                }
                for (condition, result) in whens {
                    condition.visit(visit);
                    result.visit(visit);
                }
                otherwise.visit(visit);
            }
        }
    }
}
