//! `?` parameters: literals put in their place before planning.

use std::ops::ControlFlow;

use aquifer_sql::{Explain, SqlError, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, Query, Statement as AstStatement, Value, ValueWithSpan, Visit, VisitMut, Visitor,
    VisitorMut,
};
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Location;

use super::dialect::TrinoDialect;
use super::errors::syntax_error;
use super::tokens::tokens;

/// Replaces parameters by the literals given, in the order both are written.
pub(crate) fn bind(statement: &mut Statement, parameters: &[String]) -> Result<(), SqlError> {
    let parsed = parameters.iter().map(|text| literal(text)).collect::<Result<Vec<_>, _>>()?;
    let mut marks = Marks::default();
    match Bound::of(statement) {
        Some(Bound::Query(query)) => drop(Visit::visit(query, &mut marks)),
        Some(Bound::Change(change)) => drop(Visit::visit(change, &mut marks)),
        None => {}
    }
    // The syntax tree is not visited in the order it is written in: LIMIT stands before OFFSET.
    marks.places.sort_unstable();
    let (expected, found) = (marks.places.len(), parameters.len());
    if expected != found {
        return Err(SqlError::user(
            "INVALID_PARAMETER_USAGE",
            format!("Incorrect number of parameters: expected {expected} but found {found}"),
        )
        .at(1, 1));
    }
    let mut binder = Binder { places: marks.places, parameters: parsed };
    match Bound::of(statement) {
        Some(Bound::Query(query)) => drop(VisitMut::visit(query, &mut binder)),
        Some(Bound::Change(change)) => drop(VisitMut::visit(change, &mut binder)),
        None => {}
    }
    Ok(())
}

/// Where a statement has parameters.
enum Bound<'a> {
    Query(&'a mut Query),
    Change(&'a mut AstStatement),
}

impl<'a> Bound<'a> {
    fn of(statement: &'a mut Statement) -> Option<Self> {
        Some(Self::Query(match statement {
            Statement::Query(query) => &mut query.ast,
            Statement::CreateTableAs(create) => &mut create.query.ast,
            Statement::InsertInto(insert) => &mut insert.query.ast,
            Statement::Unload(unload) => &mut unload.query.ast,
            Statement::CreateView(view) => &mut view.query.ast,
            Statement::Explain(Explain { statement, .. }) => return Self::of(statement),
            Statement::ModifyRows { change, .. } => return Some(Self::Change(change)),
            _ => return None,
        }))
    }
}

fn literal(text: &str) -> Result<Expr, SqlError> {
    let tokens = tokens(text)?.tokens;
    let mut parser = Parser::new(&TrinoDialect).with_tokens_with_locations(tokens);
    let expr = parser.parse_expr().map_err(|e| syntax_error(e, (1, 1)))?;
    let rest = parser.peek_token();
    if rest.token != datafusion::sql::sqlparser::tokenizer::Token::EOF {
        let message = format!("mismatched input '{}'. Expecting: <EOF>", rest.token);
        return Err(SqlError::user("SYNTAX_ERROR", message).at_span(rest.span));
    }
    // A parameter is one operand, whatever stands around it.
    Ok(match expr {
        atom @ (Expr::Value(_) | Expr::TypedString(_) | Expr::Function(_)) => atom,
        other => Expr::Nested(Box::new(other)),
    })
}

/// Where the parameters stand.
#[derive(Default)]
struct Marks {
    places: Vec<Location>,
}

fn place(expr: &Expr) -> Option<Location> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Placeholder(mark), span }) if mark == "?" => {
            Some(span.start)
        }
        _ => None,
    }
}

impl Visitor for Marks {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.places.extend(place(expr));
        ControlFlow::Continue(())
    }
}

struct Binder {
    places: Vec<Location>,
    parameters: Vec<Expr>,
}

impl VisitorMut for Binder {
    type Break = ();

    // After its parts: what was put in place is not looked through again.
    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Some(at) = place(expr)
            && let Ok(number) = self.places.binary_search(&at)
            && let Some(parameter) = self.parameters.get(number)
        {
            *expr = parameter.clone();
        }
        ControlFlow::Continue(())
    }
}
