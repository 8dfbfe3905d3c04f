//! `TRY(expr)`: NULL on the rows where the expression fails.
//!
//! The expression is a lambda without parameters. It is run on the whole batch; only when that
//! fails, on halves, down to the rows that fail.

use std::sync::Arc;

use aquifer_sql::SqlError;
use datafusion::arrow::array::{Array, ArrayRef, NullArray, new_null_array};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, internal_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature,
    HigherOrderUDFImpl, LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

/// `$try(() -> expr)`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Try {
    signature: HigherOrderSignature,
}

impl Default for Try {
    fn default() -> Self {
        let lambda = vec![ValueOrLambda::Lambda(())];
        Try { signature: HigherOrderSignature::exact(lambda, Volatility::Immutable) }
    }
}

impl HigherOrderUDFImpl for Try {
    fn name(&self) -> &str {
        "$try"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        Ok(given.to_vec())
    }

    fn lambda_parameters(
        &self,
        _step: usize,
        _fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        Ok(LambdaParametersProgress::Complete(vec![vec![]]))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        match args.arg_fields {
            [ValueOrLambda::Lambda(body)] => {
                Ok(Arc::new(body.as_ref().clone().with_name(self.name()).with_nullable(true)))
            }
            _ => internal_err!("TRY has one argument"),
        }
    }

    fn short_circuits(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let [ValueOrLambda::Lambda(body)] = args.args.as_slice() else {
            return internal_err!("TRY has one argument");
        };
        let out = attempt(body, 0, args.number_rows, args.return_field.data_type())?;
        Ok(ColumnarValue::Array(out))
    }
}

fn attempt(body: &LambdaArgument, from: usize, rows: usize, ty: &DataType) -> Result<ArrayRef> {
    // A lambda without parameters learns the number of rows from a variable it does not use.
    let length = || Ok(Arc::new(NullArray::new(rows)) as ArrayRef);
    let captured = |columns: &[ArrayRef]| -> Result<Vec<ArrayRef>> {
        Ok(columns.iter().map(|c| c.slice(from, rows)).collect())
    };
    let outcome = body.evaluate(&[&length], captured).and_then(|v| v.into_array(rows));
    match outcome {
        Ok(array) => Ok(array),
        Err(error) if !is_data_error(&error) => Err(error),
        Err(_) if rows <= 1 => Ok(new_null_array(ty, rows)),
        Err(_) => {
            let half = rows / 2;
            let left = attempt(body, from, half, ty)?;
            let right = attempt(body, from + half, rows - half, ty)?;
            Ok(concat(&[&left, &right])?)
        }
    }
}

/// TRY answers for the data's errors, not for the engine's.
fn is_data_error(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::ArrowError(..) | DataFusionError::Execution(_) => true,
        DataFusionError::External(inner) => inner.downcast_ref::<SqlError>().is_some_and(|e| {
            matches!(
                e.code.as_ref(),
                "DIVISION_BY_ZERO"
                    | "INVALID_CAST_ARGUMENT"
                    | "INVALID_FUNCTION_ARGUMENT"
                    | "NUMERIC_VALUE_OUT_OF_RANGE"
            )
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_of_data_are_caught() {
        let caught = |code: &'static str| is_data_error(&SqlError::user(code, "x").into());
        assert!(caught("DIVISION_BY_ZERO"));
        assert!(!caught("USER_CANCELED"));
        assert!(!is_data_error(&DataFusionError::ResourcesExhausted("x".into())));
    }
}
