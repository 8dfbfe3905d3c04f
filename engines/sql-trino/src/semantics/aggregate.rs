//! Sums and averages of decimals in the types they have in Trino: a sum has 38 digits, an average
//! as many as its argument.

use aquifer_sql::SqlError;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Builder};
use datafusion::arrow::datatypes::{DataType, Decimal128Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};
use std::sync::Arc;

const DIGITS_MAX: u8 = 38;
/// The digits the engine's average adds to its argument's.
const AVERAGE_ADDS: u8 = 4;

/// Whether an aggregate's result has another type in Trino.
pub(crate) fn differs(name: &str) -> bool {
    matches!(name, "sum" | "avg")
}

/// The result of an aggregate, in Trino's type.
pub(crate) fn result_of(name: &str, aggregate: Expr) -> Expr {
    ScalarUDF::from(AggregateResult::new(name == "avg")).call(vec![aggregate])
}

/// `$avg(value)`, `$sum(value)`: what the engine's aggregate answered, retyped.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct AggregateResult {
    average: bool,
    signature: Signature,
}

impl AggregateResult {
    pub(crate) fn new(average: bool) -> Self {
        AggregateResult { average, signature: Signature::any(1, Volatility::Immutable) }
    }

    fn retyped(&self, given: &DataType) -> DataType {
        match (given, self.average) {
            (DataType::Decimal128(p, s), true) => {
                let scale = (*s - AVERAGE_ADDS as i8).max(0);
                // A full width does not tell how much narrower the argument was.
                let precision = if *p == DIGITS_MAX { *p } else { p.saturating_sub(AVERAGE_ADDS) };
                DataType::Decimal128(precision.max(1), scale)
            }
            (DataType::Decimal128(_, s), false) => DataType::Decimal128(DIGITS_MAX, *s),
            (other, _) => other.clone(),
        }
    }
}

impl ScalarUDFImpl for AggregateResult {
    fn name(&self) -> &str {
        if self.average { "$avg" } else { "$sum" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given {
            [given] => Ok(self.retyped(given)),
            _ => internal_err!("an aggregate has one result"),
        }
    }

    fn simplify(&self, mut args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let same = args.first().is_some_and(|arg| {
            arg.get_type(info.schema().as_ref()).is_ok_and(|ty| self.retyped(&ty) == ty)
        });
        Ok(match args.len() {
            1 if same => ExprSimplifyResult::Simplified(args.remove(0)),
            _ => ExprSimplifyResult::Original(args),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some(value) = args.args.first() else {
            return internal_err!("an aggregate has one result");
        };
        match value {
            ColumnarValue::Array(array) => self.convert(array).map(ColumnarValue::Array),
            ColumnarValue::Scalar(scalar) => {
                let array = self.convert(&scalar.to_array()?)?;
                ScalarValue::try_from_array(&array, 0).map(ColumnarValue::Scalar)
            }
        }
    }
}

impl AggregateResult {
    fn convert(&self, array: &ArrayRef) -> Result<ArrayRef> {
        let to = self.retyped(array.data_type());
        let (DataType::Decimal128(_, from_scale), DataType::Decimal128(p, to_scale)) =
            (array.data_type(), &to)
        else {
            return Ok(array.clone());
        };
        let divisor = 10_i128.pow((from_scale - to_scale).max(0) as u32);
        let limit = 10_i128.pow(u32::from(*p));
        let values = array.as_primitive::<Decimal128Type>();
        let mut out = Decimal128Builder::with_capacity(values.len()).with_data_type(to.clone());
        for value in values {
            let rounded = value.map(|v| {
                let half = divisor / 2;
                (if v < 0 { v - half } else { v + half }) / divisor
            });
            if rounded.is_some_and(|v| v <= -limit || v >= limit) {
                return Err(SqlError::user("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow").into());
            }
            out.append_option(rounded);
        }
        Ok(Arc::new(out.finish()))
    }
}
