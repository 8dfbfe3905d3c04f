//! Operators: what Trino compares and computes with what. Text never becomes a number.

use aquifer_sql::SqlError;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{AggregateFunction, WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::planner::{
    ExprPlanner, PlannerResult, RawAggregateExpr, RawBinaryExpr, RawWindowExpr,
};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator, binary_expr};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use crate::semantics;
use crate::types::TrinoType;

/// Plans binary operators before the engine does.
#[derive(Debug)]
pub(crate) struct Operators;

impl ExprPlanner for Operators {
    fn plan_binary_op(
        &self,
        expr: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        let (Ok(left), Ok(right)) = (expr.left.get_type(schema), expr.right.get_type(schema))
        else {
            // An unresolved column is reported later, with its place.
            return Ok(PlannerResult::Original(expr));
        };
        require_fit(&expr.op, &left, &right)?;
        if let Some(planned) = intervals(&expr, &left, &right) {
            return Ok(PlannerResult::Planned(planned));
        }
        if expr.op == BinaryOperator::Multiply && semantics::multiplies_decimals(&left, &right) {
            let product = semantics::multiply_decimals(expr.left, expr.right);
            return Ok(PlannerResult::Planned(product));
        }
        if expr.op == BinaryOperator::Divide && semantics::divides_decimals(&left, &right) {
            let divided = semantics::divide_decimals(expr.left, expr.right);
            return Ok(PlannerResult::Planned(divided));
        }
        if let Some(checked) = semantics::checked_arithmetic(&expr.op, &left, &right) {
            return Ok(PlannerResult::Planned(checked.of(expr.left, expr.right)));
        }
        Ok(PlannerResult::Original(expr))
    }

    fn plan_aggregate(&self, expr: RawAggregateExpr) -> Result<PlannerResult<RawAggregateExpr>> {
        if !semantics::aggregate_differs(expr.func.name()) {
            return Ok(PlannerResult::Original(expr));
        }
        let RawAggregateExpr { func, args, distinct, filter, order_by, null_treatment } = expr;
        let name = func.name().to_owned();
        let aggregate = Expr::AggregateFunction(AggregateFunction::new_udf(
            func,
            args,
            distinct,
            filter,
            order_by,
            null_treatment,
        ));
        Ok(PlannerResult::Planned(semantics::aggregate_result(&name, aggregate)))
    }

    fn plan_window(&self, expr: RawWindowExpr) -> Result<PlannerResult<RawWindowExpr>> {
        if !semantics::aggregate_differs(expr.func_def.name()) {
            return Ok(PlannerResult::Original(expr));
        }
        let name = expr.func_def.name().to_owned();
        let window = Expr::WindowFunction(Box::new(WindowFunction {
            fun: expr.func_def,
            params: WindowFunctionParams {
                args: expr.args,
                partition_by: expr.partition_by,
                order_by: expr.order_by,
                window_frame: expr.window_frame,
                filter: expr.filter,
                null_treatment: expr.null_treatment,
                distinct: expr.distinct,
            },
        }));
        Ok(PlannerResult::Planned(semantics::aggregate_result(&name, window)))
    }
}

/// Refuses BETWEEN and IN over operands of different kinds. Other operators are refused while
/// they are planned; these have no hook there.
pub(crate) fn check_ranges(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        let mut schema = DFSchema::empty();
        for input in node.inputs() {
            schema.merge(input.schema());
        }
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                match part {
                    Expr::Between(between) => {
                        check_pair("BETWEEN", &between.expr, &between.low, &schema)?;
                        check_pair("BETWEEN", &between.expr, &between.high, &schema)?;
                    }
                    Expr::InList(list) => {
                        for item in &list.list {
                            check_pair("IN", &list.expr, item, &schema)?;
                        }
                    }
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map(|_| ())
}

/// Refuses unions of columns of different kinds, which the engine would turn into text.
pub(crate) fn check_unions(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Union(union) = node
            && let Some((first, others)) = union.inputs.split_first()
        {
            for other in others {
                let pairs = first.schema().fields().iter().zip(other.schema().fields());
                for (i, (left, right)) in pairs.enumerate() {
                    if fit(&BinaryOperator::Eq, left.data_type(), right.data_type()) {
                        continue;
                    }
                    let message = format!(
                        "column {} in UNION query has incompatible types: {}, {}",
                        i + 1,
                        TrinoType::of(left),
                        TrinoType::of(right)
                    );
                    return Err(SqlError::user("TYPE_MISMATCH", message).into());
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })
    .map(|_| ())
}

fn check_pair(word: &str, left: &Expr, right: &Expr, schema: &DFSchema) -> Result<()> {
    let (Ok(left), Ok(right)) = (left.get_type(schema), right.get_type(schema)) else {
        return Ok(());
    };
    if fit(&BinaryOperator::Eq, &left, &right) {
        return Ok(());
    }
    let (left, right) = (TrinoType::of_arrow(&left), TrinoType::of_arrow(&right));
    let message = match word {
        "IN" => format!("IN value and list items must be the same type: {left}, {right}"),
        _ => format!("Cannot check if {left} is {word} {right}"),
    };
    Err(SqlError::user("TYPE_MISMATCH", message).into())
}

/// Differences of dates are intervals, and intervals are compared by their length.
fn intervals(expr: &RawBinaryExpr, left: &DataType, right: &DataType) -> Option<Expr> {
    use BinaryOperator::*;
    let (l, r) = (expr.left.clone(), expr.right.clone());
    match (kind(left), kind(right)) {
        (Kind::Time, Kind::Time) if expr.op == Minus => {
            matches!((left, right), (DataType::Date32, DataType::Date32))
                .then(|| semantics::date_difference(l, r))
        }
        (Kind::Interval, Kind::Interval) => {
            let op = match expr.op {
                Eq => Operator::Eq,
                NotEq => Operator::NotEq,
                Lt => Operator::Lt,
                LtEq => Operator::LtEq,
                Gt => Operator::Gt,
                GtEq => Operator::GtEq,
                _ => return None,
            };
            Some(binary_expr(semantics::interval_length(l), op, semantics::interval_length(r)))
        }
        (Kind::Interval, Kind::Number) if expr.op == Multiply => {
            Some(semantics::interval_times(l, r, false))
        }
        (Kind::Interval, Kind::Number) if expr.op == Divide => {
            Some(semantics::interval_times(l, r, true))
        }
        (Kind::Number, Kind::Interval) if expr.op == Multiply => {
            Some(semantics::interval_times(r, l, false))
        }
        _ => None,
    }
}

/// Refuses operands of kinds the operator does not take.
pub(super) fn require_fit(
    op: &BinaryOperator,
    left: &DataType,
    right: &DataType,
) -> std::result::Result<(), SqlError> {
    if fit(op, left, right) {
        return Ok(());
    }
    let (left, right) = (TrinoType::of_arrow(left), TrinoType::of_arrow(right));
    let message = format!("Cannot apply operator: {left} {op} {right}");
    Err(SqlError::user("TYPE_MISMATCH", message))
}

/// Kinds of values that have nothing to do with each other.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Kind {
    Any,
    Boolean,
    Number,
    Text,
    Bytes,
    Time,
    Clock,
    Interval,
    List,
    Map,
    Row,
}

fn kind(data_type: &DataType) -> Kind {
    match data_type {
        DataType::Boolean => Kind::Boolean,
        t if t.is_numeric() => Kind::Number,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Kind::Bytes,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => Kind::Time,
        DataType::Time32(_) | DataType::Time64(_) => Kind::Clock,
        DataType::Interval(_) | DataType::Duration(_) => Kind::Interval,
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => Kind::List,
        DataType::Map(..) => Kind::Map,
        DataType::Struct(_) => Kind::Row,
        DataType::Dictionary(_, values) => kind(values),
        _ => Kind::Any,
    }
}

fn fit(op: &BinaryOperator, left: &DataType, right: &DataType) -> bool {
    use BinaryOperator::*;
    let (left, right) = (kind(left), kind(right));
    if left == Kind::Any || right == Kind::Any {
        return true;
    }
    match op {
        Eq | NotEq | Lt | LtEq | Gt | GtEq => left == right,
        And | Or => left == Kind::Boolean && right == Kind::Boolean,
        Plus | Minus => match (left, right) {
            (Kind::Number, Kind::Number) | (Kind::Interval, Kind::Interval) => true,
            (Kind::Time | Kind::Clock, Kind::Interval) => true,
            (Kind::Interval, Kind::Time | Kind::Clock) => *op == Plus,
            (Kind::Time, Kind::Time) | (Kind::Clock, Kind::Clock) => *op == Minus,
            _ => false,
        },
        Multiply => matches!(
            (left, right),
            (Kind::Number, Kind::Number)
                | (Kind::Interval, Kind::Number)
                | (Kind::Number, Kind::Interval)
        ),
        Divide => right == Kind::Number && matches!(left, Kind::Number | Kind::Interval),
        Modulo => left == Kind::Number && right == Kind::Number,
        StringConcat => {
            let joins = |k| matches!(k, Kind::Text | Kind::Bytes);
            left == Kind::List || right == Kind::List || (left == right && joins(left))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_do_not_mix() {
        use BinaryOperator::*;
        let (text, int, date) = (DataType::Utf8, DataType::Int32, DataType::Date32);
        let interval = DataType::Interval(datafusion::arrow::datatypes::IntervalUnit::MonthDayNano);
        assert!(!fit(&Eq, &text, &int));
        assert!(!fit(&Gt, &text, &date));
        assert!(fit(&Eq, &text, &DataType::Null));
        assert!(fit(&Eq, &DataType::Utf8View, &text));
        assert!(fit(&Plus, &date, &interval));
        assert!(!fit(&Minus, &interval, &date));
        assert!(!fit(&Plus, &date, &int));
        assert!(!fit(&StringConcat, &text, &int));
    }
}
