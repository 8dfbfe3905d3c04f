//! `UNNEST`, alone and after other tables whose columns it names.
//!
//! The planner turns `t CROSS JOIN UNNEST(t.a) AS u(x)` into a join whose right side names
//! columns of its left, which no plan can run. So UNNEST is planned as a projection of marks over
//! one empty row, and afterwards every join with such a projection becomes an unnest of the left
//! side; what is left over is an unnest of that one row.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{
    Column, NullHandling, ScalarValue, TableReference, UnnestOptions, not_impl_err, plan_err,
};
use datafusion::error::Result;
use datafusion::functions::core::expr_fn::{coalesce, get_field, greatest};
use datafusion::functions_nested::expr_fn::{cardinality, gen_series, map_entries};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::{
    Expr, ExprSchemable, Join, JoinType, LogicalPlan, LogicalPlanBuilder, Projection, ScalarUDF,
    SubqueryAlias, cast, ident, lit,
};
use datafusion::sql::sqlparser::ast::{TableAlias, TableFactor};

use aquifer_sql::SqlError;

use crate::semantics::{UNNEST_MARKER, UnnestMarker};

const WHOLE: i64 = -1;
const ORDINALITY: i64 = -2;

/// Plans `UNNEST` as marks.
#[derive(Debug)]
pub(crate) struct UnnestPlanner;

impl RelationPlanner for UnnestPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } = relation else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let input = LogicalPlanBuilder::empty(true).build()?;
        let mut marks = Vec::new();
        for expr in array_exprs {
            let container = context.sql_expr_to_logical_expr(expr, input.schema())?;
            let data_type = container.get_type(input.schema())?;
            for part in parts(&data_type)? {
                marks.push(mark(container.clone(), part));
            }
        }
        let Some(first) = marks.first().cloned() else {
            return plan_err!("UNNEST must have at least one argument");
        };
        if with_ordinality {
            let Expr::ScalarFunction(call) = first else {
                return plan_err!("UNNEST must have at least one argument");
            };
            marks.push(mark(call.args[0].clone(), ORDINALITY));
        }
        let marks = named(marks, alias, context)?;
        let plan = LogicalPlanBuilder::from(input).project(marks)?.build()?;
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
    }
}

/// What columns a container opens into: an array's elements, their fields if they are rows, a
/// map's keys and values.
fn parts(container: &DataType) -> Result<Vec<i64>> {
    let fields = |data_type: &DataType| match data_type {
        DataType::Struct(fields) if !fields.is_empty() => Some((0..fields.len() as i64).collect()),
        _ => None,
    };
    match container {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            Ok(fields(item.data_type()).unwrap_or_else(|| vec![WHOLE]))
        }
        DataType::Map(entries, _) => Ok(fields(entries.data_type()).unwrap_or_default()),
        other => {
            let shown = crate::types::TrinoType::of_arrow(other);
            let message = format!("Cannot unnest type: {shown}");
            Err(SqlError::user("INVALID_FUNCTION_ARGUMENT", message).into())
        }
    }
}

fn mark(container: Expr, part: i64) -> Expr {
    ScalarUDF::from(UnnestMarker::default()).call(vec![container, lit(part)])
}

/// The marks under the names of the alias.
fn named(
    marks: Vec<Expr>,
    alias: Option<TableAlias>,
    context: &mut dyn RelationPlannerContext,
) -> Result<Vec<Expr>> {
    let Some(alias) = alias else {
        let named = marks.into_iter().enumerate();
        return Ok(named.map(|(i, m)| m.alias(format!("_col{i}"))).collect());
    };
    let table = TableReference::bare(context.normalize_ident(alias.name));
    if !alias.columns.is_empty() && alias.columns.len() != marks.len() {
        let message = format!(
            "Column alias list has {} entries but '{table}' has {} columns available",
            alias.columns.len(),
            marks.len()
        );
        return Err(SqlError::user("MISMATCHED_COLUMN_ALIASES", message).into());
    }
    let mut names = alias.columns.into_iter();
    let mut out = Vec::with_capacity(marks.len());
    for (i, mark) in marks.into_iter().enumerate() {
        let name = match names.next() {
            Some(column) => context.normalize_ident(column.name),
            None => format!("_col{i}"),
        };
        out.push(mark.alias_qualified(Some(table.clone()), name));
    }
    Ok(out)
}

/// Replaces marks by unnests, everywhere in a plan.
pub(crate) fn open_unnests(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Join(join) => match marks_of(&join.right) {
            Some(marks) => open_join(join, marks).map(Transformed::yes),
            None => match computed_beside(&join) {
                Some(computed) => beside(join, computed).map(Transformed::yes),
                None => Ok(Transformed::no(LogicalPlan::Join(join))),
            },
        },
        other => Ok(Transformed::no(other)),
    })
    .data()?
    .transform_up_with_subqueries(|node| match marks_of(&node) {
        Some(marks) => {
            let one_row = LogicalPlanBuilder::empty(true).build()?;
            open(one_row, marks, false).map(Transformed::yes)
        }
        None => Ok(Transformed::no(node)),
    })
    .data()
}

/// What `LATERAL (SELECT expressions)` computes of the left side's columns, if the right side of a
/// join is that and nothing more.
fn computed_beside(join: &Join) -> Option<Vec<Expr>> {
    fn computed(plan: &LogicalPlan, table: Option<&TableReference>) -> Option<Vec<Expr>> {
        match plan {
            LogicalPlan::SubqueryAlias(SubqueryAlias { input, alias, .. }) => {
                computed(input, table.or(Some(alias)))
            }
            LogicalPlan::Subquery(subquery) => computed(&subquery.subquery, table),
            LogicalPlan::Projection(Projection { expr, input, .. })
                if matches!(**input, LogicalPlan::EmptyRelation(_))
                    && expr.iter().any(Expr::contains_outer) =>
            {
                let named = expr.iter().map(|e| {
                    let name = e.qualified_name().1;
                    e.clone().unalias().alias_qualified(table.cloned(), name)
                });
                Some(named.collect())
            }
            _ => None,
        }
    }
    matches!(join.join_type, JoinType::Inner).then(|| computed(&join.right, None)).flatten()
}

/// The left side with columns computed of it.
fn beside(join: Join, computed: Vec<Expr>) -> Result<LogicalPlan> {
    let left = Arc::unwrap_or_clone(join.left);
    let own: Vec<Expr> = left.schema().columns().into_iter().map(Expr::Column).collect();
    let computed = computed.into_iter().map(local).collect::<Result<Vec<_>>>()?;
    let plan = LogicalPlanBuilder::from(left).project(own.into_iter().chain(computed))?;
    let conditions = join.on.into_iter().map(|(l, r)| l.eq(r)).chain(join.filter);
    match conditions.reduce(Expr::and) {
        Some(condition) => plan.filter(condition)?.build(),
        None => plan.build(),
    }
}

/// The marks, if the plan is a projection of them.
fn marks_of(plan: &LogicalPlan) -> Option<Vec<Expr>> {
    match plan {
        LogicalPlan::Projection(Projection { expr, .. }) => {
            let all = !expr.is_empty() && expr.iter().all(|e| marked(e).is_some());
            all.then(|| expr.clone())
        }
        LogicalPlan::Subquery(subquery) => marks_of(&subquery.subquery),
        LogicalPlan::SubqueryAlias(SubqueryAlias { input, .. }) => marks_of(input),
        _ => None,
    }
}

/// The container and the part a mark stands for, and the name it is known by.
fn marked(expr: &Expr) -> Option<(&Expr, i64, Option<TableReference>, String)> {
    let (inner, table, name) = match expr {
        Expr::Alias(alias) => (alias.expr.as_ref(), alias.relation.clone(), alias.name.clone()),
        other => (other, None, other.schema_name().to_string()),
    };
    match inner {
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == UNNEST_MARKER => {
            match args.as_slice() {
                [container, Expr::Literal(ScalarValue::Int64(Some(part)), _)] => {
                    Some((container, *part, table, name))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn open_join(join: Join, marks: Vec<Expr>) -> Result<LogicalPlan> {
    let unconditional = join.on.is_empty()
        && join
            .filter
            .as_ref()
            .is_none_or(|f| matches!(f, Expr::Literal(ScalarValue::Boolean(Some(true)), _)));
    let left = Arc::unwrap_or_clone(join.left);
    match join.join_type {
        JoinType::Inner => {
            let plan = open(left, marks, false)?;
            let conditions = join.on.into_iter().map(|(l, r)| l.eq(r)).chain(join.filter);
            match conditions.reduce(Expr::and) {
                Some(condition) if !unconditional => {
                    LogicalPlanBuilder::from(plan).filter(condition)?.build()
                }
                _ => Ok(plan),
            }
        }
        JoinType::Left if unconditional => open(left, marks, true),
        _ => not_impl_err!("UNNEST in other than CROSS JOIN or LEFT JOIN … ON TRUE"),
    }
}

/// `input` with the marked containers opened: every row once per element.
fn open(input: LogicalPlan, marks: Vec<Expr>, keep_empty: bool) -> Result<LogicalPlan> {
    let own: Vec<Column> = input.schema().columns();
    let mut lists: Vec<(Expr, Expr, String)> = Vec::new();
    let mut outputs = Vec::new();
    let mut ordinality = None;
    for mark in &marks {
        let Some((container, part, table, name)) = marked(mark) else {
            return plan_err!("a mark is missing");
        };
        if part == ORDINALITY {
            ordinality = Some(outputs.len());
            outputs.push((None, table, name));
            continue;
        }
        let at = match lists.iter().position(|(own, ..)| own == container) {
            Some(at) => at,
            None => {
                let opened = local(container.clone())?;
                let list = match container.get_type(input.schema())? {
                    DataType::Map(..) => map_entries(opened),
                    DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                        cast(opened, DataType::List(item))
                    }
                    _ => opened,
                };
                lists.push((container.clone(), list, format!("$unnest{}", lists.len())));
                lists.len() - 1
            }
        };
        let column = lists[at].2.clone();
        let value = match part {
            WHOLE => ident(column),
            field => {
                let name = field_name(&lists[at].0, field, &input)?;
                get_field(ident(column), name.as_str())
            }
        };
        outputs.push((Some(value), table, name));
    }
    let mut projected: Vec<Expr> = own.iter().cloned().map(Expr::Column).collect();
    projected.extend(lists.iter().map(|(_, list, name)| list.clone().alias(name)));
    let mut opened: Vec<Column> = lists.iter().map(|(.., n)| Column::new_unqualified(n)).collect();
    if ordinality.is_some() {
        projected.push(series(&lists).alias(SERIES));
        opened.push(Column::new_unqualified(SERIES));
    }
    let handling =
        if keep_empty { NullHandling::PreserveAndExpandEmpty } else { NullHandling::Drop };
    let options = UnnestOptions::new().with_null_handling(handling);
    let plan = LogicalPlanBuilder::from(input)
        .project(projected)?
        .unnest_columns_with_options(opened, options)?
        .build()?;
    let named = outputs.into_iter().map(|(value, table, name)| {
        let value = value.unwrap_or_else(|| ident(SERIES));
        value.alias_qualified(table, name)
    });
    let columns: Vec<Expr> = own.into_iter().map(Expr::Column).chain(named).collect();
    LogicalPlanBuilder::from(plan).project(columns)?.build()
}

const SERIES: &str = "$ordinality";

/// `1, 2, …` as long as the longest list.
fn series(lists: &[(Expr, Expr, String)]) -> Expr {
    let length = |list: &Expr| {
        let count = cast(cardinality(list.clone()), DataType::Int64);
        coalesce(vec![count, lit(0_i64)])
    };
    let lengths: Vec<Expr> = lists.iter().map(|(_, list, _)| length(list)).collect();
    let longest = match lengths.as_slice() {
        [one] => one.clone(),
        _ => greatest(lengths),
    };
    gen_series(lit(1_i64), longest, lit(1_i64))
}

/// The name of a field of a container's elements, as it is after opening.
fn field_name(container: &Expr, field: i64, input: &LogicalPlan) -> Result<String> {
    let data_type = local(container.clone())?.get_type(input.schema())?;
    let names = |fields: &[FieldRef]| {
        usize::try_from(field).ok().and_then(|i| fields.get(i)).map(|f| f.name().clone())
    };
    let name = match &data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            match item.data_type() {
                DataType::Struct(fields) => names(fields),
                _ => None,
            }
        }
        // Opened maps are rows of `key` and `value` whatever their entries were called.
        DataType::Map(..) => Some(if field == 0 { "key" } else { "value" }.to_owned()),
        _ => None,
    };
    match name {
        Some(name) => Ok(name),
        None => plan_err!("there is no such field"),
    }
}

/// Names of columns outside become names of the columns they stand beside.
fn local(expr: Expr) -> Result<Expr> {
    expr.transform(|node| match node {
        Expr::OuterReferenceColumn(_, column) => Ok(Transformed::yes(Expr::Column(column))),
        other => Ok(Transformed::no(other)),
    })
    .data()
}
