//! `INTERSECT ALL` and `EXCEPT ALL`: a selection from a factor of both sides, which is planned
//! apart, because the engine's own joins would count a row once however often it occurs.

use datafusion::sql::sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, Query, SetExpr, SetOperator, SetQuantifier, TableAlias,
    TableFactor, TableWithJoins,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::build;

/// The alias of a factor that stands for `INTERSECT ALL`.
pub(crate) const INTERSECT_ALL: &str = "$intersect_all";
/// The alias of a factor that stands for `EXCEPT ALL`.
pub(crate) const EXCEPT_ALL: &str = "$except_all";

/// Rewrites the operations of a query's body; those of its subqueries come with them.
pub(super) fn open(body: &mut SetExpr) {
    let SetExpr::SetOperation { op, set_quantifier, left, right } = body else { return };
    open(left);
    open(right);
    let alias = match (op, set_quantifier) {
        (SetOperator::Intersect, SetQuantifier::All) => INTERSECT_ALL,
        (SetOperator::Except | SetOperator::Minus, SetQuantifier::All) => EXCEPT_ALL,
        _ => return,
    };
    let join = Join {
        relation: side(right),
        global: false,
        join_operator: JoinOperator::CrossJoin(JoinConstraint::None),
    };
    let both = TableWithJoins { relation: side(left), joins: vec![join] };
    let name = build::ident(alias, Span::empty());
    let factor = TableFactor::NestedJoin {
        table_with_joins: Box::new(both),
        alias: Some(TableAlias { explicit: true, name, columns: vec![], at: None }),
    };
    *body = super::relation::whole(factor);
}

fn side(body: &mut SetExpr) -> TableFactor {
    let subquery = match body {
        SetExpr::Query(query) => query.clone(),
        other => {
            Box::new(Query { body: Box::new(other.clone()), ..*super::relation::empty_query() })
        }
    };
    TableFactor::Derived { lateral: false, subquery, alias: None, sample: None }
}
