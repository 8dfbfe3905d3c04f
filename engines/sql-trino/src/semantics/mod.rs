//! What Trino's operators mean where the engine underneath means something else: conversions,
//! subscripts, products and
//! quotients of decimals, differences of dates, TRY.
//!
//! Each is a function whose name starts with `$`; rewriting puts them in the place of syntax.

mod aggregate;
mod arithmetic;
mod cast;
mod decimal;
mod interval;
mod json;
mod subscript;
mod try_expr;
mod unnest_marker;

use datafusion::logical_expr::{HigherOrderUDF, ScalarUDF};

pub(crate) use aggregate::{differs as aggregate_differs, result_of as aggregate_result};
pub(crate) use arithmetic::checked as checked_arithmetic;
pub(crate) use decimal::{
    divide as divide_decimals, divides as divides_decimals, multiplies as multiplies_decimals,
    multiply as multiply_decimals,
};
pub(crate) use interval::{date_difference, interval_length, interval_times};
pub(crate) use unnest_marker::{MARKER as UNNEST_MARKER, UnnestMarker};

/// The scalar functions behind syntax.
pub(crate) fn scalar_functions() -> Vec<ScalarUDF> {
    let mut functions = vec![
        ScalarUDF::from(cast::Cast::new(false)),
        ScalarUDF::from(cast::Cast::new(true)),
        ScalarUDF::from(json::JsonLiteral::default()),
        ScalarUDF::from(subscript::Subscript::default()),
        ScalarUDF::from(decimal::DecimalDivide::default()),
        ScalarUDF::from(decimal::DecimalMultiply::default()),
        ScalarUDF::from(aggregate::AggregateResult::new(false)),
        ScalarUDF::from(aggregate::AggregateResult::new(true)),
        ScalarUDF::from(UnnestMarker::default()),
    ];
    functions.extend(arithmetic::Checked::all().map(ScalarUDF::from));
    functions.extend(interval::Intervals::all().map(ScalarUDF::from));
    functions
}

/// The functions of lambdas behind syntax.
pub(crate) fn higher_order_functions() -> Vec<HigherOrderUDF> {
    vec![HigherOrderUDF::from(try_expr::Try::default())]
}
