//! Semi joins done before the inner joins above whose rows they choose.
//!
//! `WHERE key IN (SELECT …)` over a join is planned as a semi join of all that the join gives. Where
//! its keys are of one joined relation, the rows of that one can be chosen first, and so can, by what
//! joins tell their other sides, the rows of all the others.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::JoinType;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::{HashJoinExec, HashJoinExecBuilder, PartitionMode};
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};

use super::estimate::estimate;
use super::graph::{is_plain, numbered, only_columns, replaced};
use super::join_order::is_shared;

/// What chooses: keys over the rows to choose of, and the rows that hold the keys to choose.
struct Choice<'a> {
    join: &'a HashJoinExec,
    /// Keys of each side; the first are over the plan the choice has come down to.
    keys: Vec<Arc<dyn PhysicalExpr>>,
    theirs: Vec<Arc<dyn PhysicalExpr>>,
    chosen: &'a Arc<dyn ExecutionPlan>,
}

/// Moves a semi join as far down as it goes.
pub(super) fn push(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(join) = plan.downcast_ref::<HashJoinExec>() else {
        return Ok(Transformed::no(plan));
    };
    let (of, chosen, left) = match join.join_type() {
        JoinType::LeftSemi => (join.left(), join.right(), true),
        JoinType::RightSemi => (join.right(), join.left(), false),
        _ => return Ok(Transformed::no(plan)),
    };
    if join.filter().is_some() || join.fetch().is_some() || join.on().is_empty() {
        return Ok(Transformed::no(plan));
    }
    let (ls, rs): (Vec<_>, Vec<_>) = join.on().iter().cloned().unzip();
    let (keys, theirs) = if left { (ls, rs) } else { (rs, ls) };
    let choice = Choice { join, keys, theirs, chosen };
    let Some(pushed) = into(of, choice, false)? else { return Ok(Transformed::no(plan)) };
    let Some(places) = &join.projection else { return Ok(Transformed::yes(pushed)) };
    let schema = pushed.schema();
    let expressions = places.iter().map(|at| {
        let name = schema.field(*at).name();
        ProjectionExpr { expr: Arc::new(Column::new(name, *at)), alias: name.clone() }
    });
    let projected = ProjectionExec::try_new(expressions.collect::<Vec<_>>(), pushed)?;
    Ok(Transformed::yes(Arc::new(projected)))
}

fn into(
    plan: &Arc<dyn ExecutionPlan>,
    choice: Choice<'_>,
    moved: bool,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>()
        && let Some(places) = only_columns(projection)
    {
        let keys = renumbered(&choice.keys, |at| places.get(at).copied())?;
        let Some(keys) = keys else { return Ok(None) };
        let input = into(projection.input(), Choice { keys, ..choice }, moved)?;
        return input.map(|input| replaced(plan, vec![input])).transpose();
    }
    if let Some(join) = plan.downcast_ref::<HashJoinExec>()
        && is_plain(join)
    {
        let columns = join.left().schema().fields().len();
        let place = |at: usize| match &join.projection {
            Some(places) => places.get(at).copied(),
            None => Some(at),
        };
        let in_left = |at| place(at).filter(|at| *at < columns);
        let in_right = |at| place(at).and_then(|at| at.checked_sub(columns));
        let (mut left, mut right) = (join.left().clone(), join.right().clone());
        let side = if let Some(keys) = renumbered(&choice.keys, in_left)? {
            into(&left.clone(), Choice { keys, ..choice }, true)?.map(|plan| left = plan)
        } else if let Some(keys) = renumbered(&choice.keys, in_right)? {
            into(&right.clone(), Choice { keys, ..choice }, true)?.map(|plan| right = plan)
        } else {
            None
        };
        return side.map(|()| replaced(plan, vec![left, right])).transpose();
    }
    if !moved {
        return Ok(None);
    }
    let (Some(rows), Some(choosing)) = (estimate(plan), estimate(choice.chosen)) else {
        return Ok(None);
    };
    if choosing.rows >= rows.rows {
        return Ok(None);
    }
    let mode = match is_shared(choosing.rows, rows.rows) {
        true => PartitionMode::CollectLeft,
        false => PartitionMode::Partitioned,
    };
    let on = choice.theirs.into_iter().zip(choice.keys).collect();
    let semi =
        HashJoinExecBuilder::new(choice.chosen.clone(), plan.clone(), on, JoinType::RightSemi)
            .with_null_equality(choice.join.null_equality())
            .with_partition_mode(mode)
            .build_exec()?;
    Ok(Some(semi))
}

/// Expressions with their columns numbered anew, if all have a number.
fn renumbered(
    expressions: &[Arc<dyn PhysicalExpr>],
    number: impl Fn(usize) -> Option<usize>,
) -> Result<Option<Vec<Arc<dyn PhysicalExpr>>>> {
    let known = |e: &Arc<dyn PhysicalExpr>| {
        collect_columns(e).iter().all(|column| number(column.index()).is_some())
    };
    if !expressions.iter().all(known) {
        return Ok(None);
    }
    let anew = expressions.iter().map(|e| numbered(e, |at| number(at).unwrap_or(at)));
    anew.collect::<Result<Vec<_>>>().map(Some)
}
