//! `?` parameters: literals put in their place before planning.

use std::ops::ControlFlow;

use aquifer_sql::{Explain, SqlError, Statement};
use datafusion::sql::sqlparser::ast::{Expr, Query, Value, VisitMut, VisitorMut};
use datafusion::sql::sqlparser::parser::Parser;

use super::dialect::TrinoDialect;
use super::errors::syntax_error;
use super::tokens::tokens;

/// Replaces parameters by the literals given, in the order both are written.
pub(crate) fn bind(statement: &mut Statement, parameters: &[String]) -> Result<(), SqlError> {
    let parsed = parameters.iter().map(|text| literal(text)).collect::<Result<Vec<_>, _>>()?;
    let mut binder = Binder { parameters: parsed, used: 0 };
    if let Some(query) = query_of(statement) {
        // Breaks never happen: missing parameters are counted instead.
        let _ = VisitMut::visit(query, &mut binder);
    }
    let (expected, found) = (binder.used, parameters.len());
    if expected != found {
        return Err(SqlError::user(
            "INVALID_PARAMETER_USAGE",
            format!("Incorrect number of parameters: expected {expected} but found {found}"),
        )
        .at(1, 1));
    }
    Ok(())
}

fn query_of(statement: &mut Statement) -> Option<&mut Query> {
    Some(match statement {
        Statement::Query(query) => &mut query.ast,
        Statement::CreateTableAs(create) => &mut create.query.ast,
        Statement::InsertInto(insert) => &mut insert.query.ast,
        Statement::Unload(unload) => &mut unload.query.ast,
        Statement::CreateView(view) => &mut view.query.ast,
        Statement::Explain(Explain { statement, .. }) => return query_of(statement),
        _ => return None,
    })
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

struct Binder {
    parameters: Vec<Expr>,
    used: usize,
}

impl VisitorMut for Binder {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let Expr::Value(value) = expr else { return ControlFlow::Continue(()) };
        if matches!(&value.value, Value::Placeholder(mark) if mark == "?") {
            if let Some(parameter) = self.parameters.get(self.used) {
                *expr = parameter.clone();
            }
            self.used += 1;
        }
        ControlFlow::Continue(())
    }
}
