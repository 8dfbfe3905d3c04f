//! A tree of inner joins taken apart: what is joined, by which equalities, and what else must hold.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinSide, NullEquality, Result};
use datafusion::logical_expr::JoinType;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_plan::joins::{HashJoinExec, PartitionMode};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions};

use super::estimate::{Estimate, estimate};

/// Leaves of a tree that are told apart by a bit each.
pub(super) type Leaves = u64;
/// No tree of more leaves is taken apart.
pub(super) const LEAVES_MAX: usize = 48;

/// What is joined: any plan that is no inner join itself.
#[derive(Debug)]
pub(super) struct Leaf {
    pub plan: Arc<dyn ExecutionPlan>,
    pub estimate: Estimate,
    /// The number of its first column among those of all leaves.
    first: usize,
}

/// Two expressions that must be equal, each over the columns of one leaf.
#[derive(Debug)]
pub(super) struct Edge {
    pub sides: [(usize, Arc<dyn PhysicalExpr>); 2],
}

/// Something else that must hold, over the columns of some leaves.
#[derive(Debug)]
pub(super) struct Condition {
    pub leaves: Leaves,
    pub expression: Arc<dyn PhysicalExpr>,
}

/// The tree. Columns in its expressions are numbered through all leaves.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub leaves: Vec<Leaf>,
    pub edges: Vec<Edge>,
    pub conditions: Vec<Condition>,
    /// What the tree as it was written costs, and gives.
    written: f64,
}

/// Part of the tree: its columns by their numbers.
struct Part {
    columns: Vec<usize>,
    leaves: Leaves,
}

impl Graph {
    /// Takes a tree apart; answers it and the columns it gives out. None where there is none, or
    /// nothing to order.
    pub fn of(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<(Graph, Vec<usize>)>> {
        let mut graph = Graph::default();
        let Some(part) = graph.take(plan)? else { return Ok(None) };
        if graph.leaves.len() < 2 || graph.leaves.len() > LEAVES_MAX {
            return Ok(None);
        }
        Ok(Some((graph, part.columns)))
    }

    /// What the tree costs in the order written.
    pub fn written_cost(&self) -> f64 {
        self.written
    }

    /// The leaf of a column.
    pub fn leaf_of(&self, column: usize) -> usize {
        self.leaves.partition_point(|leaf| leaf.first <= column) - 1
    }

    /// A column's place within its leaf.
    pub fn place(&self, column: usize) -> usize {
        column - self.leaves[self.leaf_of(column)].first
    }

    /// The numbers of a leaf's columns.
    pub fn columns_of(&self, leaf: usize) -> impl Iterator<Item = usize> + use<> {
        let leaf = &self.leaves[leaf];
        leaf.first..leaf.first + leaf.plan.schema().fields().len()
    }

    /// Rows of a join of these leaves, in whatever order.
    pub fn rows(&self, leaves: Leaves) -> f64 {
        let of = |at: &usize| leaves & (1 << at) != 0;
        let all: f64 =
            (0..self.leaves.len()).filter(of).map(|at| self.leaves[at].estimate.rows).product();
        // Of several equalities between the same two leaves the first counts in full, each
        // further one less: keys of several columns are seldom independent.
        let mut seen: Vec<(usize, usize)> = Vec::new();
        let mut rows = all;
        for edge in &self.edges {
            let [(a, left), (b, right)] = &edge.sides;
            if !of(a) || !of(b) {
                continue;
            }
            let distinct = self.distinct(*a, left).max(self.distinct(*b, right)).max(1.0);
            let pair = (*a.min(b), *a.max(b));
            let repeated = seen.iter().filter(|other| **other == pair).count() as i32;
            rows /= distinct.powf(0.5_f64.powi(repeated));
            seen.push(pair);
        }
        rows.max(1.0)
    }

    fn distinct(&self, leaf: usize, expression: &Arc<dyn PhysicalExpr>) -> f64 {
        let estimate = &self.leaves[leaf].estimate;
        match expression.downcast_ref::<Column>() {
            Some(column) => estimate.distinct(self.place(column.index())),
            None => estimate.rows,
        }
    }

    fn take(&mut self, plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Part>> {
        if let Some(join) = plan.downcast_ref::<HashJoinExec>()
            && is_plain(join)
        {
            return self.take_join(join);
        }
        if let Some(projection) = plan.downcast_ref::<ProjectionExec>()
            && let Some(places) = only_columns(projection)
            && holds_join(projection.input())
        {
            let part = self.take(projection.input())?;
            return Ok(part.map(|part| Part {
                columns: places.into_iter().map(|place| part.columns[place]).collect(),
                leaves: part.leaves,
            }));
        }
        self.take_leaf(plan.clone())
    }

    fn take_leaf(&mut self, plan: Arc<dyn ExecutionPlan>) -> Result<Option<Part>> {
        let at = self.leaves.len();
        let Some(estimate) = estimate(&plan) else { return Ok(None) };
        if at == LEAVES_MAX {
            return Ok(None);
        }
        let first = self.leaves.last().map_or(0, |leaf| {
            let columns = leaf.plan.schema().fields().len();
            leaf.first + columns
        });
        self.leaves.push(Leaf { plan, estimate, first });
        Ok(Some(Part { columns: self.columns_of(at).collect(), leaves: 1 << at }))
    }

    fn take_join(&mut self, join: &HashJoinExec) -> Result<Option<Part>> {
        let Some(left) = self.take(join.left())? else { return Ok(None) };
        let Some(right) = self.take(join.right())? else { return Ok(None) };
        for (l, r) in join.on() {
            let l = numbered(l, |place| left.columns[place])?;
            let r = numbered(r, |place| right.columns[place])?;
            let (Some(a), Some(b)) = (self.one_leaf(&l), self.one_leaf(&r)) else {
                return Ok(None);
            };
            self.edges.push(Edge { sides: [(a, l), (b, r)] });
        }
        if let Some(filter) = join.filter() {
            let indices = filter.column_indices();
            let expression = numbered(filter.expression(), |place| {
                let index = &indices[place];
                match index.side {
                    JoinSide::Left => left.columns[index.index],
                    _ => right.columns[index.index],
                }
            })?;
            let leaves = collect_columns(&expression)
                .iter()
                .fold(0, |leaves, column| leaves | 1 << self.leaf_of(column.index()));
            self.conditions.push(Condition { leaves, expression });
        }
        let all: Vec<usize> = left.columns.iter().chain(&right.columns).copied().collect();
        let columns = match &join.projection {
            Some(places) => places.iter().map(|place| all[*place]).collect(),
            None => all,
        };
        let leaves = left.leaves | right.leaves;
        self.written += self.cost(left.leaves, right.leaves);
        Ok(Some(Part { columns, leaves }))
    }

    /// What joining two parts costs: rows put into a table, rows looked up in it, rows given out.
    /// Of two plans that differ in nothing else, the one with the smaller tables is better.
    pub fn cost(&self, left: Leaves, right: Leaves) -> f64 {
        let (l, r) = (self.rows(left), self.rows(right));
        2.0 * l.min(r) + 0.5 * l.max(r) + self.rows(left | right)
    }

    fn one_leaf(&self, expression: &Arc<dyn PhysicalExpr>) -> Option<usize> {
        let columns = collect_columns(expression);
        let mut leaves = columns.iter().map(|column| self.leaf_of(column.index()));
        let first = leaves.next()?;
        leaves.all(|leaf| leaf == first).then_some(first)
    }
}

/// An inner join that may be done at any place among others.
pub(super) fn is_plain(join: &HashJoinExec) -> bool {
    *join.join_type() == JoinType::Inner
        && join.null_equality() == NullEquality::NullEqualsNothing
        && join.fetch().is_none()
        && !join.on().is_empty()
        && *join.partition_mode() != PartitionMode::Auto
}

fn holds_join(plan: &Arc<dyn ExecutionPlan>) -> bool {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        return only_columns(projection).is_some() && holds_join(projection.input());
    }
    plan.downcast_ref::<HashJoinExec>().is_some_and(is_plain)
}

pub(super) fn only_columns(projection: &ProjectionExec) -> Option<Vec<usize>> {
    let places = projection.expr().iter().map(|e| Some(e.expr.downcast_ref::<Column>()?.index()));
    places.collect()
}

/// A plan with other children.
pub(super) fn replaced(
    plan: &Arc<dyn ExecutionPlan>,
    children: Vec<Arc<dyn ExecutionPlan>>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
    plan.clone().replace_children(children, options)
}

/// An expression with its columns numbered anew.
pub(super) fn numbered(
    expression: &Arc<dyn PhysicalExpr>,
    number: impl Fn(usize) -> usize,
) -> Result<Arc<dyn PhysicalExpr>> {
    expression
        .clone()
        .transform_down(|e| {
            let Some(column) = e.downcast_ref::<Column>() else { return Ok(Transformed::no(e)) };
            let column = Column::new(column.name(), number(column.index()));
            Ok(Transformed::yes(Arc::new(column) as _))
        })
        .data()
}
