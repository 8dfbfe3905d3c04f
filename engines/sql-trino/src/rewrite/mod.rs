//! From Trino's syntax to what the planner understands with Trino's meaning.
//!
//! One pass over the syntax tree. Constructs whose meaning depends on types become calls of our
//! own functions (their names start with `$`, which no query can write); those decide when types
//! are known. Names and their places are kept, so that errors point at the author's text.

pub(crate) mod build;
mod expr;
mod join;
mod lambda;
mod like;
mod multiset;
mod projection;
mod query;
mod relation;
mod ties;

pub(crate) use join::constraint;
pub(crate) use like::escaped as escaped_pattern;
pub(crate) use multiset::{EXCEPT_ALL, INTERSECT_ALL};

use std::ops::ControlFlow;

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{Expr, Query, Select, TableFactor, VisitMut, VisitorMut};

/// Rewrites a query in place.
pub(crate) fn rewrite(query: &mut Query) -> Result<(), SqlError> {
    match VisitMut::visit(query, &mut Rewriter) {
        ControlFlow::Break(error) => Err(*error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Rewriter;

fn flow(result: Result<(), SqlError>) -> ControlFlow<Box<SqlError>> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(Box::new(error)),
    }
}

impl VisitorMut for Rewriter {
    type Break = Box<SqlError>;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        flow(query::before(query))
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        query::after(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        flow(query::before_select(select))
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        query::after_select(select);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Self::Break> {
        flow(relation::before(factor))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        flow(expr::before(expr))
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        flow(expr::after(expr))
    }
}
