//! What the names of a query mean in a file.

use crate::ast::{Expr, Item, Name, PathStep, Projection, Statement};
use crate::code::{Code, Error, Result};

/// What a record is made of.
pub(crate) enum Shape<'a> {
    /// Columns by position, and by name if a header names them.
    Fields { names: Option<&'a [String]>, width: usize },
    /// Columns by name, and by position.
    Columns(&'a [String]),
    /// Whatever a value holds.
    Tree,
}

/// Replaces every path of a statement by what it means.
pub(crate) fn bind(statement: &mut Statement, shape: &Shape<'_>) -> Result<()> {
    let alias = statement.alias.clone();
    let mut first = Ok(());
    let mut visit = |expr: &mut Expr| {
        if let Expr::Path(steps) = expr
            && first.is_ok()
        {
            match resolve(steps, &alias, shape) {
                Ok(bound) => *expr = bound,
                Err(error) => first = Err(error),
            }
        }
    };
    if let Projection::Items(items) = &mut statement.projection {
        for item in items {
            match item {
                Item::Column { expr, .. } => expr.visit(&mut visit),
                Item::Members(expr) => expr.visit(&mut visit),
            }
        }
    }
    if let Some(condition) = &mut statement.condition {
        condition.visit(&mut visit);
    }
    for aggregate in &mut statement.aggregates {
        if let Some(argument) = &mut aggregate.argument {
            argument.visit(&mut visit);
        }
    }
    first
}

fn resolve(steps: &[PathStep], alias: &Name, shape: &Shape<'_>) -> Result<Expr> {
    let Some((PathStep::Member(name), mut rest)) = steps.split_first() else {
        return Err(Code::InvalidKeyPath.into());
    };
    let qualified = is_alias(name, alias);
    if let Shape::Tree = shape {
        return Ok(Expr::Record(if qualified { rest.to_vec() } else { steps.to_vec() }));
    }
    let mut name = name;
    if qualified {
        match rest.split_first() {
            // The record as a whole, which only `*` can mean.
            None => return Ok(Expr::Record(Vec::new())),
            Some((PathStep::Member(column), more)) => {
                name = column;
                rest = more;
            }
            Some(_) => return Err(Code::InvalidKeyPath.into()),
        }
    } else if matches!(rest.first(), Some(PathStep::Member(_))) && column(name, shape).is_err() {
        return Err(Code::InvalidTableAlias.into());
    }
    if !rest.is_empty() && matches!(shape, Shape::Fields { .. }) {
        return Err(Code::InvalidKeyPath.into());
    }
    Ok(Expr::Column(column(name, shape)?, rest.to_vec()))
}

/// Whether a name is what the query calls a record. Either may ask that case counts.
fn is_alias(name: &Name, alias: &Name) -> bool {
    match alias.exact {
        true => name.text == alias.text,
        false => name.is(&alias.text),
    }
}

fn column(name: &Name, shape: &Shape<'_>) -> Result<usize> {
    let (names, width) = match shape {
        Shape::Fields { names, width } => (*names, *width),
        Shape::Columns(names) => (Some(*names), names.len()),
        Shape::Tree => (None, 0),
    };
    if let Some(names) = names {
        let mut found = names.iter().enumerate().filter(|(_, other)| name.is(other));
        if let Some((index, _)) = found.next() {
            return match found.next() {
                Some(_) if !name.exact => Err(Code::AmbiguousFieldName.into()),
                _ => Ok(index),
            };
        }
    }
    match name.position() {
        Some(position) if (1..=width).contains(&position) => Ok(position - 1),
        Some(_) => {
            let message = format!("The column index {} is not valid.", name.text);
            Err(Error::new(Code::InvalidColumnIndex, message))
        }
        None => Err(Code::MissingHeaders.into()),
    }
}
