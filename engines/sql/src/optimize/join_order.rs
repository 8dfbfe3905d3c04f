//! The order of inner joins, by what is known of what they join.
//!
//! A query's FROM clause says what is joined, not in which order it is best done. A tree of inner
//! joins is taken apart, every way of joining connected parts is weighed (up to a number of
//! leaves; beyond it the cheapest next join is taken), and the tree is built anew, each join with
//! its smaller side as the table that is looked up. Runs after sides and modes were chosen for the
//! order written and before anything depends on how rows are distributed.
//!
//! Weighing every way: <https://doi.org/10.1145/582095.582099>, by sets of leaves.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinSide, Result, internal_datafusion_err};
use datafusion::logical_expr::{JoinType, Operator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::utils::{ColumnIndex, JoinFilter};
use datafusion::physical_plan::joins::{HashJoinExec, HashJoinExecBuilder, PartitionMode};
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};

use super::estimate::estimate;
use super::graph::{Graph, Leaves, numbered};
use super::semi;

/// Up to so many leaves every order is weighed.
const WEIGHED_MAX: usize = 10;
/// A new order must be so much better than the one written: guesses are guesses.
const BETTER: f64 = 0.8;
/// A table of so many rows is made once for all partitions of the other side.
const SHARED_ROWS_MAX: f64 = 500_000.0;
/// So is one that has so many times fewer rows than the other side: those need no exchange then.
const SHARED_RATIO: f64 = 3.0;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct JoinOrder;

impl PhysicalOptimizerRule for JoinOrder {
    fn name(&self) -> &str {
        "JoinOrder"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if !config.optimizer.join_reordering {
            return Ok(plan);
        }
        let plan = plan.transform_down(semi::push).data()?;
        let plan = plan.transform_down(reorder).data()?;
        plan.transform_up(shared).data()
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// An order of joins.
#[derive(Debug, Clone)]
enum Order {
    Leaf(usize),
    Join(Box<Order>, Box<Order>),
}

impl Order {
    fn leaves(&self) -> Leaves {
        match self {
            Order::Leaf(at) => 1 << at,
            Order::Join(left, right) => left.leaves() | right.leaves(),
        }
    }
}

fn reorder(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let root = plan.downcast_ref::<HashJoinExec>().is_some();
    if !root {
        return Ok(Transformed::no(plan));
    }
    let Some((graph, columns)) = Graph::of(&plan)? else { return Ok(Transformed::no(plan)) };
    if graph.leaves.len() < 3 {
        return Ok(Transformed::no(plan));
    }
    let Some((order, cost)) = best(&graph) else { return Ok(Transformed::no(plan)) };
    if cost > graph.written_cost() * BETTER {
        return Ok(Transformed::no(plan));
    }
    let built = Building { graph: &graph, wanted: &columns }.build(&order)?;
    let schema = plan.schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    let expressions = columns.iter().zip(names).map(|(column, alias)| {
        let at = built.place(*column)?;
        let name = built.plan.schema().field(at).name().clone();
        Ok(ProjectionExpr { expr: Arc::new(Column::new(&name, at)), alias })
    });
    let expressions: Vec<ProjectionExpr> = expressions.collect::<Result<_>>()?;
    Ok(Transformed::yes(Arc::new(ProjectionExec::try_new(expressions, built.plan)?)))
}

/// The cheapest order in which every join has an equality to go by.
fn best(graph: &Graph) -> Option<(Order, f64)> {
    match graph.leaves.len() <= WEIGHED_MAX {
        true => weighed(graph),
        false => greedy(graph),
    }
}

fn connected(graph: &Graph, left: Leaves, right: Leaves) -> bool {
    graph.edges.iter().any(|edge| {
        let (a, b) = (1 << edge.sides[0].0, 1 << edge.sides[1].0);
        left & a != 0 && right & b != 0 || left & b != 0 && right & a != 0
    })
}

/// The cheapest way to each set of leaves: its cost, and the two parts it is joined of.
type Ways = HashMap<Leaves, (f64, Option<(Leaves, Leaves)>)>;

fn weighed(graph: &Graph) -> Option<(Order, f64)> {
    let all: Leaves = (1 << graph.leaves.len()) - 1;
    let mut known = Ways::new();
    for at in 0..graph.leaves.len() {
        known.insert(1 << at, (0.0, None));
    }
    for set in 1..=all {
        if set.count_ones() < 2 {
            continue;
        }
        let mut cheapest: Option<(f64, (Leaves, Leaves))> = None;
        let mut left = (set - 1) & set;
        while left > 0 {
            let right = set & !left;
            if left > right
                && let (Some((l, _)), Some((r, _))) = (known.get(&left), known.get(&right))
                && connected(graph, left, right)
            {
                let cost = l + r + graph.cost(left, right);
                if cheapest.is_none_or(|(least, _)| cost < least) {
                    cheapest = Some((cost, (left, right)));
                }
            }
            left = (left - 1) & set;
        }
        if let Some((cost, parts)) = cheapest {
            known.insert(set, (cost, Some(parts)));
        }
    }
    let cost = known.get(&all)?.0;
    Some((traced(&known, all)?, cost))
}

fn traced(known: &Ways, set: Leaves) -> Option<Order> {
    match known.get(&set)?.1 {
        None => Some(Order::Leaf(set.trailing_zeros() as usize)),
        Some((left, right)) => {
            let parts = (Box::new(traced(known, left)?), Box::new(traced(known, right)?));
            Some(Order::Join(parts.0, parts.1))
        }
    }
}

fn greedy(graph: &Graph) -> Option<(Order, f64)> {
    let mut parts: Vec<Order> = (0..graph.leaves.len()).map(Order::Leaf).collect();
    let mut total = 0.0;
    while parts.len() > 1 {
        let mut cheapest: Option<(f64, usize, usize)> = None;
        for (i, left) in parts.iter().enumerate() {
            for (j, right) in parts.iter().enumerate().skip(i + 1) {
                let (l, r) = (left.leaves(), right.leaves());
                if connected(graph, l, r) {
                    let cost = graph.cost(l, r);
                    if cheapest.is_none_or(|(least, ..)| cost < least) {
                        cheapest = Some((cost, i, j));
                    }
                }
            }
        }
        let (cost, i, j) = cheapest?;
        let right = parts.swap_remove(j);
        let left = std::mem::replace(&mut parts[i], Order::Leaf(0));
        parts[i] = Order::Join(Box::new(left), Box::new(right));
        total += cost;
    }
    Some((parts.pop()?, total))
}

/// Part of the new tree and the numbers of its columns.
struct Built {
    plan: Arc<dyn ExecutionPlan>,
    columns: Vec<usize>,
}

impl Built {
    fn place(&self, column: usize) -> Result<usize> {
        let found = self.columns.iter().position(|own| *own == column);
        found.ok_or_else(|| internal_datafusion_err!("column {column} is not in the join"))
    }

    fn placed(&self, expression: &Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        for column in collect_columns(expression) {
            self.place(column.index())?;
        }
        numbered(expression, |column| self.place(column).unwrap_or(0))
    }
}

struct Building<'g> {
    graph: &'g Graph,
    /// What the whole gives out.
    wanted: &'g [usize],
}

impl Building<'_> {
    fn build(&self, order: &Order) -> Result<Built> {
        let (left, right) = match order {
            Order::Leaf(at) => {
                let plan = self.graph.leaves[*at].plan.clone();
                return Ok(Built { plan, columns: self.graph.columns_of(*at).collect() });
            }
            Order::Join(left, right) => (left, right),
        };
        let (mut l, mut r) = (left.leaves(), right.leaves());
        let (mut left, mut right) = (self.build(left)?, self.build(right)?);
        let (mut few, mut many) = (self.graph.rows(l), self.graph.rows(r));
        // The table is made of the left.
        if few > many {
            std::mem::swap(&mut left, &mut right);
            std::mem::swap(&mut l, &mut r);
            std::mem::swap(&mut few, &mut many);
        }
        let mut on = Vec::new();
        for edge in &self.graph.edges {
            let [(a, ea), (b, eb)] = &edge.sides;
            let is = |leaves: Leaves, at: &usize| leaves & (1 << at) != 0;
            if is(l, a) && is(r, b) {
                on.push((left.placed(ea)?, right.placed(eb)?));
            } else if is(l, b) && is(r, a) {
                on.push((left.placed(eb)?, right.placed(ea)?));
            }
        }
        let all: Vec<usize> = left.columns.iter().chain(&right.columns).copied().collect();
        let kept: Vec<usize> = (0..all.len()).filter(|at| self.needed(all[*at], l | r)).collect();
        let columns = kept.iter().map(|at| all[*at]).collect();
        let mode = if is_shared(few, many) {
            PartitionMode::CollectLeft
        } else {
            PartitionMode::Partitioned
        };
        let filter = self.filter(&left, &right, l, r)?;
        let plan = HashJoinExecBuilder::new(left.plan, right.plan, on, JoinType::Inner)
            .with_filter(filter)
            .with_projection((kept.len() < all.len()).then_some(kept))
            .with_partition_mode(mode)
            .build_exec()?;
        Ok(Built { plan, columns })
    }

    /// Whether a column is used after these leaves are joined.
    fn needed(&self, column: usize, joined: Leaves) -> bool {
        let uses = |e: &Arc<dyn PhysicalExpr>| {
            collect_columns(e).iter().any(|used| used.index() == column)
        };
        let within = |leaf: usize| joined & (1 << leaf) != 0;
        self.wanted.contains(&column)
            || self.graph.edges.iter().any(|edge| {
                let [(a, ea), (b, eb)] = &edge.sides;
                within(*a) != within(*b) && (uses(ea) || uses(eb))
            })
            || self
                .graph
                .conditions
                .iter()
                .any(|condition| condition.leaves & !joined != 0 && uses(&condition.expression))
    }

    /// The conditions that can be looked at when both are there and could not before.
    fn filter(
        &self,
        left: &Built,
        right: &Built,
        l: Leaves,
        r: Leaves,
    ) -> Result<Option<JoinFilter>> {
        let due = self.graph.conditions.iter().filter(|condition| {
            let within = |leaves: Leaves| condition.leaves & !leaves == 0;
            within(l | r) && !within(l) && !within(r)
        });
        let all = due
            .map(|condition| condition.expression.clone())
            .reduce(|a, b| Arc::new(BinaryExpr::new(a, Operator::And, b)) as Arc<dyn PhysicalExpr>);
        let Some(all) = all else { return Ok(None) };
        let mut numbers: Vec<usize> =
            collect_columns(&all).iter().map(|column| column.index()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let (mut indices, mut fields) = (Vec::new(), Vec::new());
        for column in &numbers {
            let (side, index, plan) = match left.place(*column) {
                Ok(at) => (JoinSide::Left, at, &left.plan),
                Err(_) => (JoinSide::Right, right.place(*column)?, &right.plan),
            };
            indices.push(ColumnIndex { side, index });
            fields.push(plan.schema().field(index).clone());
        }
        let expression = numbered(&all, |column| numbers.binary_search(&column).unwrap_or(0))?;
        Ok(Some(JoinFilter::new(expression, indices, Arc::new(Schema::new(fields)))))
    }
}

/// Whether a table of so many rows is made once for all partitions of the other side.
pub(super) fn is_shared(table: f64, other: f64) -> bool {
    table <= SHARED_ROWS_MAX || table * SHARED_RATIO < other
}

/// Gives joins that were not moved a table for all partitions, where it is small enough.
fn shared(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(join) = plan.downcast_ref::<HashJoinExec>() else {
        return Ok(Transformed::no(plan));
    };
    let by_probe = matches!(
        join.join_type(),
        JoinType::Inner
            | JoinType::Left
            | JoinType::LeftSemi
            | JoinType::LeftAnti
            | JoinType::LeftMark
            | JoinType::Right
            | JoinType::RightSemi
            | JoinType::RightAnti
            | JoinType::RightMark
    );
    if *join.partition_mode() != PartitionMode::Partitioned || !by_probe {
        return Ok(Transformed::no(plan));
    }
    let (Some(left), Some(right)) = (estimate(join.left()), estimate(join.right())) else {
        return Ok(Transformed::no(plan));
    };
    if !is_shared(left.rows, right.rows) {
        return Ok(Transformed::no(plan));
    }
    let join = join.builder().with_partition_mode(PartitionMode::CollectLeft).build_exec()?;
    Ok(Transformed::yes(join))
}
