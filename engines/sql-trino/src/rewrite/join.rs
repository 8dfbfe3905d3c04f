//! Joins that share columns: each `JOIN … USING` becomes a nested join of two factors, which is
//! planned apart, because what it brings forth depends on its sides' columns.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, TableFactor, TableWithJoins,
};

/// The constraint of a join that has one.
pub(crate) fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    use JoinOperator::*;
    match operator {
        Join(on) | Inner(on) | Left(on) | LeftOuter(on) | Right(on) | RightOuter(on)
        | FullOuter(on) | CrossJoin(on) => Some(on),
        _ => None,
    }
}

fn uses(join: &Join) -> bool {
    matches!(constraint(&join.join_operator), Some(JoinConstraint::Using(_)))
}

/// Nests every USING among the joins, together with what stands before it.
pub(super) fn nest(from: &mut TableWithJoins) -> Result<(), SqlError> {
    let natural = |j: &Join| constraint(&j.join_operator) == Some(&JoinConstraint::Natural);
    if from.joins.iter().any(natural) {
        return Err(SqlError::not_supported("Natural join not supported"));
    }
    if !from.joins.iter().any(uses) {
        return Ok(());
    }
    let mut joins: Vec<Join> = Vec::new();
    for join in std::mem::take(&mut from.joins) {
        let using = uses(&join);
        if using && !joins.is_empty() {
            nest_into(&mut from.relation, std::mem::take(&mut joins));
        }
        joins.push(join);
        if using {
            nest_into(&mut from.relation, std::mem::take(&mut joins));
        }
    }
    from.joins = joins;
    Ok(())
}

/// As [`nest`], inside parentheses: a single USING is nested there already.
pub(super) fn nest_within(factor: &mut TableFactor) -> Result<(), SqlError> {
    let TableFactor::NestedJoin { table_with_joins, .. } = factor else { return Ok(()) };
    match table_with_joins.joins.as_slice() {
        [only] if uses(only) => Ok(()),
        _ => nest(table_with_joins),
    }
}

fn nest_into(relation: &mut TableFactor, joins: Vec<Join>) {
    let nested = TableWithJoins { relation: relation.clone(), joins };
    *relation = TableFactor::NestedJoin { table_with_joins: Box::new(nested), alias: None };
}
