//! `INTERSECT ALL` and `EXCEPT ALL`: rows that are equal are numbered, and a row meets the row of
//! the same number on the other side, if there is one.

use aquifer_sql::SqlError;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, NullEquality, TableReference, plan_err};
use datafusion::error::Result;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::type_coercion::binary::type_union_coercion;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, JoinType, LogicalPlan, LogicalPlanBuilder, cast, ident,
};
use datafusion::sql::sqlparser::ast::{BinaryOperator, TableFactor};

use super::operators::require_fit;
use crate::rewrite::{EXCEPT_ALL, INTERSECT_ALL};
use crate::types::TrinoType;

const LEFT: &str = "$left";
const RIGHT: &str = "$right";
const NUMBER: &str = "$number";

/// Plans the factors that rewriting makes of the operations.
#[derive(Debug)]
pub(crate) struct MultisetPlanner;

impl RelationPlanner for MultisetPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let kind = match &relation {
            TableFactor::NestedJoin { alias: Some(alias), .. } => match alias.name.value.as_str() {
                INTERSECT_ALL => Some(("INTERSECT", JoinType::LeftSemi)),
                EXCEPT_ALL => Some(("EXCEPT", JoinType::LeftAnti)),
                _ => None,
            },
            _ => None,
        };
        let (Some((word, kind)), TableFactor::NestedJoin { table_with_joins, .. }) =
            (kind, &relation)
        else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let [join] = table_with_joins.joins.as_slice() else {
            return plan_err!("{word} ALL has two sides");
        };
        let left = context.plan(table_with_joins.relation.clone())?;
        let right = context.plan(join.relation.clone())?;
        let plan = combined(left, right, word, kind)?;
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
    }
}

fn combined(
    left: LogicalPlan,
    right: LogicalPlan,
    word: &str,
    kind: JoinType,
) -> Result<LogicalPlan> {
    let types = common_types(&left, &right, word)?;
    let names: Vec<(Option<TableReference>, String)> =
        left.schema().iter().map(|(table, f)| (table.cloned(), f.name().clone())).collect();
    let left = numbered(left, &types, LEFT)?;
    let right = numbered(right, &types, RIGHT)?;
    let keys = |table: &str| -> Vec<Column> {
        let own = (0..types.len()).map(|i| format!("${i}")).chain([NUMBER.to_owned()]);
        own.map(|name| Column::new(Some(TableReference::bare(table)), name)).collect()
    };
    let plan = LogicalPlanBuilder::from(left)
        .join_detailed(right, kind, (keys(LEFT), keys(RIGHT)), None, NullEquality::NullEqualsNull)?
        .build()?;
    let outputs = keys(LEFT).into_iter().zip(names);
    let outputs =
        outputs.map(|(own, (table, name))| Expr::Column(own).alias_qualified(table, name));
    LogicalPlanBuilder::from(plan).project(outputs.collect::<Vec<_>>())?.build()
}

/// The types both sides' columns are brought to.
fn common_types(left: &LogicalPlan, right: &LogicalPlan, word: &str) -> Result<Vec<DataType>> {
    let (left, right) = (left.schema().fields(), right.schema().fields());
    if left.len() != right.len() {
        let message =
            format!("{word} query has different number of fields: {}, {}", left.len(), right.len());
        return Err(SqlError::user("TYPE_MISMATCH", message).into());
    }
    let pairs = left.iter().zip(right).enumerate();
    pairs
        .map(|(i, (left, right))| {
            let (left, right) = (left.data_type(), right.data_type());
            let fits = require_fit(&BinaryOperator::Eq, left, right).is_ok();
            type_union_coercion(left, right).filter(|_| fits).ok_or_else(|| {
                let message = format!(
                    "column {} in {word} query has incompatible types: {}, {}",
                    i + 1,
                    TrinoType::of_arrow(left),
                    TrinoType::of_arrow(right)
                );
                SqlError::user("TYPE_MISMATCH", message).into()
            })
        })
        .collect()
}

/// A side under plain names, its equal rows numbered.
fn numbered(side: LogicalPlan, types: &[DataType], table: &str) -> Result<LogicalPlan> {
    let columns = side.schema().columns().into_iter().zip(side.schema().fields()).zip(types);
    let columns: Vec<Expr> = columns
        .enumerate()
        .map(|(i, ((column, field), wanted))| {
            let column = Expr::Column(column);
            let same = field.data_type() == wanted;
            (if same { column } else { cast(column, wanted.clone()) }).alias(format!("${i}"))
        })
        .collect();
    let names: Vec<Expr> = (0..types.len()).map(|i| ident(format!("${i}"))).collect();
    let number = row_number().partition_by(names.clone()).build()?;
    let plan = LogicalPlanBuilder::from(side).project(columns)?.window([number])?.build()?;
    let Some(number) = plan.schema().columns().pop() else {
        return plan_err!("a numbered row has a number");
    };
    let outputs = names.into_iter().chain([Expr::Column(number).alias(NUMBER)]);
    LogicalPlanBuilder::from(plan).project(outputs.collect::<Vec<_>>())?.alias(table)?.build()
}
