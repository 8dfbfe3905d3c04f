//! `mod(n, m) → [same as input]`: the remainder with the sign of n.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::compute::kernels::numeric::rem;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ScalarUDF;
use datafusion::logical_expr::type_coercion::binary::type_union_resolution;

use super::super::scalar::{Function, Rows};

pub(super) fn function() -> ScalarUDF {
    Function::named("mod").takes_any("T, T", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [n, m] = given else { return None };
    let fit = (n.is_numeric() || n.is_null()) && (m.is_numeric() || m.is_null());
    let common = type_union_resolution(&[n.clone(), m.clone()]).filter(DataType::is_numeric);
    let common = common.unwrap_or(DataType::Int64);
    fit.then(|| (vec![common.clone(), common.clone()], common))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (n, m) = (rows.full(0)?, rows.full(1)?);
    // Division by zero keeps its own code.
    rem(&n, &m).map_err(DataFusionError::from)
}
