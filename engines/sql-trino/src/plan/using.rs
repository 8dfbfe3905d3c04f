//! `JOIN … USING`: the shared columns once and first, then what is left of both sides. The shared
//! columns belong to neither side, so that only their bare names find them.

use std::sync::atomic::{AtomicUsize, Ordering};

use aquifer_sql::SqlError;
use datafusion::common::{Column, TableReference, plan_err};
use datafusion::error::Result;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::{Expr, ExprSchemable, JoinType, LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Ident, JoinConstraint, JoinOperator, ObjectName, TableFactor,
};

use super::operators::require_fit;
use crate::rewrite::constraint;

/// Plans joins of two factors with USING, as rewriting nests them.
#[derive(Debug, Default)]
pub(crate) struct UsingPlanner {
    /// How many joins there were: each has a name for its shared columns.
    joins: AtomicUsize,
}

impl RelationPlanner for UsingPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let TableFactor::NestedJoin { table_with_joins, alias } = relation else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let using = match table_with_joins.joins.as_slice() {
            [join] => match constraint(&join.join_operator) {
                Some(JoinConstraint::Using(names)) => Some((kind(&join.join_operator), names)),
                _ => None,
            },
            _ => None,
        };
        let Some((kind, names)) = using else {
            let original = TableFactor::NestedJoin { table_with_joins, alias };
            return Ok(RelationPlanning::Original(Box::new(original)));
        };
        let left = context.plan(table_with_joins.relation.clone())?;
        let right = context.plan(table_with_joins.joins[0].relation.clone())?;
        let shared = names
            .iter()
            .map(|name| {
                let ident = bare(name)?;
                let name = context.normalize_ident(ident.clone());
                let pair = (key(&left, &name, "left", ident)?, key(&right, &name, "right", ident)?);
                let (from, to) =
                    (pair.0.get_type(left.schema())?, pair.1.get_type(right.schema())?);
                require_fit(&BinaryOperator::Eq, &from, &to).map_err(|e| e.at_span(ident.span))?;
                Ok((name, pair))
            })
            .collect::<Result<Vec<_>>>()?;
        let number = self.joins.fetch_add(1, Ordering::Relaxed);
        let plan = join(left, right, kind, shared, &format!("$using{number}"))?;
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, alias))))
    }
}

fn kind(operator: &JoinOperator) -> JoinType {
    use JoinOperator::*;
    match operator {
        Left(_) | LeftOuter(_) => JoinType::Left,
        Right(_) | RightOuter(_) => JoinType::Right,
        FullOuter(_) => JoinType::Full,
        _ => JoinType::Inner,
    }
}

fn bare(name: &ObjectName) -> Result<&Ident> {
    match name.0.as_slice() {
        [part] if part.as_ident().is_some() => Ok(part.as_ident().expect("it was just looked at")),
        _ => plan_err!("mismatched input '.'. Expecting: ')', ','"),
    }
}

/// The column of a side that has the name.
fn key(side: &LogicalPlan, name: &str, word: &str, ident: &Ident) -> Result<Expr> {
    match side.schema().qualified_fields_with_unqualified_name(name).as_slice() {
        [(table, field)] => Ok(Expr::Column(Column::new((*table).cloned(), field.name()))),
        [] => {
            let message = format!("Column '{name}' is missing from {word} side of join");
            Err(SqlError::user("COLUMN_NOT_FOUND", message).at_span(ident.span).into())
        }
        _ => {
            let message = format!("Column '{name}' is ambiguous");
            Err(SqlError::user("AMBIGUOUS_NAME", message).at_span(ident.span).into())
        }
    }
}

fn join(
    left: LogicalPlan,
    right: LogicalPlan,
    kind: JoinType,
    shared: Vec<(String, (Expr, Expr))>,
    table: &str,
) -> Result<LogicalPlan> {
    let columns = left.schema().columns().into_iter().chain(right.schema().columns());
    let rest: Vec<Expr> = columns
        .map(Expr::Column)
        .filter(|column| !shared.iter().any(|(_, (l, r))| column == l || column == r))
        .collect();
    let conditions: Vec<Expr> = shared.iter().map(|(_, (l, r))| l.clone().eq(r.clone())).collect();
    let same_types = shared
        .iter()
        .map(|(_, (l, r))| Ok(l.get_type(left.schema())? == r.get_type(right.schema())?))
        .collect::<Result<Vec<bool>>>()?;
    let plan = LogicalPlanBuilder::from(left).join_on(right, kind, conditions)?.build()?;
    let keys = shared.into_iter().zip(same_types).map(|((name, (l, r)), same_type)| {
        let value = match kind {
            // Where one side is always there, it alone says the same.
            JoinType::Inner | JoinType::Left if same_type => l,
            JoinType::Right if same_type => r,
            _ => coalesce(vec![l, r]),
        };
        value.alias_qualified(Some(TableReference::bare(table)), name)
    });
    let outputs: Vec<Expr> = keys.chain(rest).collect();
    LogicalPlanBuilder::from(plan).project(outputs)?.build()
}
