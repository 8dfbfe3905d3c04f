//! How many rows a plan gives out, and how many values a column of it holds.
//!
//! Guesses, of which only the proportions matter. What is not known of the data is guessed as
//! Selinger and others did: <https://doi.org/10.1145/582095.582099>.

use std::sync::Arc;

use datafusion::common::ScalarValue;
use datafusion::common::stats::Precision;
use datafusion::logical_expr::{JoinType, Operator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{
    BinaryExpr, CastExpr, Column, InListExpr, IsNotNullExpr, IsNullExpr, LikeExpr, Literal, NotExpr,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

/// The share of rows that have one value of a column of which nothing is known.
const EQUAL: f64 = 0.05;
/// The share that a comparison with an unknown range leaves.
const RANGE: f64 = 0.3;
/// The share that has a pattern in it.
const LIKE: f64 = 0.1;
/// The share that anything else leaves.
const OTHER: f64 = 0.3;

/// What is known of a column.
#[derive(Debug, Clone, Default)]
struct Known {
    range: Option<(f64, f64)>,
    distinct: Option<f64>,
}

/// Guesses at what a plan gives out.
#[derive(Debug, Clone)]
pub(super) struct Estimate {
    pub rows: f64,
    columns: Vec<Known>,
}

impl Estimate {
    fn unknown(rows: f64, plan: &Arc<dyn ExecutionPlan>) -> Self {
        Self { rows, columns: vec![Known::default(); plan.schema().fields().len()] }
    }

    /// Values of a column; as many as rows where nothing is known of it.
    pub fn distinct(&self, column: usize) -> f64 {
        let known = self.columns.get(column).and_then(|known| known.distinct);
        known.unwrap_or(self.rows).clamp(1.0, self.rows.max(1.0))
    }
}

/// None where not even the rows of its sources are known.
pub(super) fn estimate(plan: &Arc<dyn ExecutionPlan>) -> Option<Estimate> {
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        let input = estimate(filter.input())?;
        let rows = (input.rows * share(filter.predicate(), &input)).max(1.0);
        let columns = match filter.projection() {
            Some(places) => places.iter().map(|at| input.columns[*at].clone()).collect(),
            None => input.columns,
        };
        return Some(Estimate { rows, columns });
    }
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let input = estimate(projection.input())?;
        let columns = projection.expr().iter().map(|e| {
            let column = e.expr.downcast_ref::<Column>();
            column.map(|column| input.columns[column.index()].clone()).unwrap_or_default()
        });
        return Some(Estimate { rows: input.rows, columns: columns.collect() });
    }
    if let Some(aggregate) = plan.downcast_ref::<AggregateExec>() {
        return grouped(plan, aggregate);
    }
    if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        return joined(plan, join);
    }
    if let [input] = plan.children()[..]
        && input.schema().fields().len() == plan.schema().fields().len()
    {
        let input = estimate(input)?;
        let rows = plan.fetch().map_or(input.rows, |fetch| input.rows.min(fetch as f64));
        return Some(Estimate { rows, ..input });
    }
    let statistics =
        StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).ok()?;
    let rows = *statistics.num_rows.get_value()? as f64;
    let columns = statistics.column_statistics.iter().map(|column| {
        let number = |value: &Precision<ScalarValue>| value.get_value().and_then(number);
        let range = number(&column.min_value).zip(number(&column.max_value));
        let told = column.distinct_count.get_value().map(|count| *count as f64);
        let whole = column.min_value.get_value().is_some_and(is_whole);
        let spanned = range.filter(|_| whole).map(|(min, max)| max - min + 1.0);
        Known { range, distinct: told.or(spanned) }
    });
    Some(Estimate { rows: rows.max(1.0), columns: columns.collect() })
}

fn grouped(plan: &Arc<dyn ExecutionPlan>, aggregate: &AggregateExec) -> Option<Estimate> {
    let input = estimate(aggregate.input())?;
    let mut groups = 1.0_f64;
    let mut columns = Vec::new();
    for (key, _) in aggregate.group_expr().expr() {
        let known = key.downcast_ref::<Column>().map(|column| column.index());
        let distinct = known.map_or(input.rows, |at| input.distinct(at));
        groups *= distinct;
        columns.push(known.map(|at| input.columns[at].clone()).unwrap_or_default());
    }
    // A range says how many values there may be, not how many there are.
    let rows = if columns.is_empty() { 1.0 } else { groups.min(0.5 * input.rows).max(1.0) };
    columns.resize(plan.schema().fields().len(), Known::default());
    Some(Estimate { rows, columns })
}

fn joined(plan: &Arc<dyn ExecutionPlan>, join: &HashJoinExec) -> Option<Estimate> {
    let (left, right) = (estimate(join.left())?, estimate(join.right())?);
    let distinct = |side: &Estimate, key: &Arc<dyn PhysicalExpr>| match key.downcast_ref::<Column>()
    {
        Some(column) => side.distinct(column.index()),
        None => side.rows,
    };
    let keys = join.on().iter().map(|(l, r)| (distinct(&left, l), distinct(&right, r)));
    let (l, r) = keys.fold((1.0_f64, 1.0_f64), |(l, r), (a, b)| (l.max(a), r.max(b)));
    let matching = left.rows * right.rows / l.max(r).max(1.0);
    let rows = match join.join_type() {
        JoinType::LeftSemi => left.rows * (r / l.max(1.0)).min(0.9),
        JoinType::RightSemi => right.rows * (l / r.max(1.0)).min(0.9),
        JoinType::LeftAnti => left.rows * 0.3,
        JoinType::RightAnti => right.rows * 0.3,
        JoinType::LeftMark => left.rows,
        JoinType::RightMark => right.rows,
        JoinType::Left => matching.max(left.rows),
        JoinType::Right => matching.max(right.rows),
        JoinType::Full => matching.max(left.rows).max(right.rows),
        JoinType::Inner => matching,
    };
    let rows = if join.filter().is_some() { rows * OTHER } else { rows };
    let all: Vec<Known> = match join.join_type() {
        JoinType::LeftSemi | JoinType::LeftAnti => left.columns,
        JoinType::RightSemi | JoinType::RightAnti => right.columns,
        JoinType::LeftMark | JoinType::RightMark => {
            return Some(Estimate::unknown(rows.max(1.0), plan));
        }
        _ => left.columns.into_iter().chain(right.columns).collect(),
    };
    let columns = match &join.projection {
        Some(places) => places.iter().map(|at| all[*at].clone()).collect(),
        None => all,
    };
    Some(Estimate { rows: rows.max(1.0), columns })
}

/// The share of rows for which a predicate holds.
fn share(predicate: &Arc<dyn PhysicalExpr>, input: &Estimate) -> f64 {
    if let Some(binary) = predicate.downcast_ref::<BinaryExpr>() {
        let (l, r) = (binary.left(), binary.right());
        return match binary.op() {
            Operator::And => both(l, r, input),
            Operator::Or => (share(l, input) + share(r, input)).min(1.0),
            Operator::Eq => equal(column(l).or(column(r)), input),
            Operator::NotEq => 1.0 - equal(column(l).or(column(r)), input),
            Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
                let (low, high) = bounds(predicate, input).unwrap_or((0.0, RANGE));
                (high - low).clamp(0.001, 1.0)
            }
            _ => OTHER,
        };
    }
    if let Some(not) = predicate.downcast_ref::<NotExpr>() {
        return 1.0 - share(not.arg(), input);
    }
    if let Some(list) = predicate.downcast_ref::<InListExpr>() {
        let one = equal(column(list.expr()), input);
        let some = (one * list.list().len() as f64).min(0.9);
        return if list.negated() { 1.0 - some } else { some };
    }
    if let Some(like) = predicate.downcast_ref::<LikeExpr>() {
        return if like.negated() { 1.0 - LIKE } else { LIKE };
    }
    if predicate.downcast_ref::<IsNotNullExpr>().is_some() {
        return 0.95;
    }
    if predicate.downcast_ref::<IsNullExpr>().is_some() {
        return 0.05;
    }
    OTHER
}

/// Two bounds of one column leave what lies between them; other conditions are taken to have
/// nothing to do with one another.
fn both(l: &Arc<dyn PhysicalExpr>, r: &Arc<dyn PhysicalExpr>, input: &Estimate) -> f64 {
    let column = |e: &Arc<dyn PhysicalExpr>| {
        let binary = e.downcast_ref::<BinaryExpr>()?;
        column(binary.left()).or(column(binary.right()))
    };
    if let (Some((a, b)), Some((c, d))) = (bounds(l, input), bounds(r, input))
        && column(l) == column(r)
    {
        return (b.min(d) - a.max(c)).clamp(0.001, 1.0);
    }
    share(l, input) * share(r, input)
}

/// Which part of a column's range a comparison leaves, from 0 to 1.
fn bounds(predicate: &Arc<dyn PhysicalExpr>, input: &Estimate) -> Option<(f64, f64)> {
    let binary = predicate.downcast_ref::<BinaryExpr>()?;
    let (at, value, swapped) = match (column(binary.left()), literal(binary.right())) {
        (Some(at), Some(value)) => (at, value, false),
        _ => (column(binary.right())?, literal(binary.left())?, true),
    };
    let (min, max) = input.columns.get(at)?.range?;
    let place = ((value - min) / (max - min).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
    match (binary.op(), swapped) {
        (Operator::Lt | Operator::LtEq, false) | (Operator::Gt | Operator::GtEq, true) => {
            Some((0.0, place))
        }
        (Operator::Gt | Operator::GtEq, false) | (Operator::Lt | Operator::LtEq, true) => {
            Some((place, 1.0))
        }
        _ => None,
    }
}

fn equal(at: Option<usize>, input: &Estimate) -> f64 {
    let known = at.and_then(|at| input.columns.get(at)).and_then(|known| known.distinct);
    known.map_or(EQUAL.max(1.0 / input.rows), |distinct| 1.0 / distinct.clamp(1.0, input.rows))
}

fn column(expression: &Arc<dyn PhysicalExpr>) -> Option<usize> {
    if let Some(cast) = expression.downcast_ref::<CastExpr>() {
        return column(cast.expr());
    }
    expression.downcast_ref::<Column>().map(Column::index)
}

fn literal(expression: &Arc<dyn PhysicalExpr>) -> Option<f64> {
    number(expression.downcast_ref::<Literal>()?.value())
}

fn is_whole(value: &ScalarValue) -> bool {
    value.data_type().is_integer() || matches!(value, ScalarValue::Date32(_))
}

/// A value on a line, where it has a place there.
fn number(value: &ScalarValue) -> Option<f64> {
    Some(match value {
        ScalarValue::Int8(Some(n)) => f64::from(*n),
        ScalarValue::Int16(Some(n)) => f64::from(*n),
        ScalarValue::Int32(Some(n)) | ScalarValue::Date32(Some(n)) => f64::from(*n),
        ScalarValue::Int64(Some(n))
        | ScalarValue::TimestampSecond(Some(n), _)
        | ScalarValue::TimestampMillisecond(Some(n), _)
        | ScalarValue::TimestampMicrosecond(Some(n), _)
        | ScalarValue::TimestampNanosecond(Some(n), _) => *n as f64,
        ScalarValue::Float32(Some(n)) => f64::from(*n),
        ScalarValue::Float64(Some(n)) => *n,
        ScalarValue::Decimal128(Some(n), _, scale) => *n as f64 / 10_f64.powi(i32::from(*scale)),
        _ => return None,
    })
    .filter(|number| number.is_finite())
}
