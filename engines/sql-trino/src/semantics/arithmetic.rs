//! Sums, differences and products of integers that fail when they do not fit, where the engine's
//! operators wrap around.

use aquifer_sql::SqlError;
use datafusion::arrow::array::{ArrayRef, Datum, Scalar};
use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use crate::types::TrinoType;

/// The operation, checked, if the operator is one of integers.
pub(crate) fn checked(op: &BinaryOperator, left: &DataType, right: &DataType) -> Option<Checked> {
    wider(left, right)?;
    let operation = match op {
        BinaryOperator::Plus => Operation::Add,
        BinaryOperator::Minus => Operation::Subtract,
        BinaryOperator::Multiply => Operation::Multiply,
        _ => return None,
    };
    Some(Checked::new(operation))
}

/// The type both operands are brought to.
fn wider(left: &DataType, right: &DataType) -> Option<DataType> {
    let width = |t: &DataType| match t {
        DataType::Int8 => Some(1),
        DataType::Int16 => Some(2),
        DataType::Int32 => Some(4),
        DataType::Int64 => Some(8),
        _ => None,
    };
    Some(if width(left)? >= width(right)? { left.clone() } else { right.clone() })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Add,
    Subtract,
    Multiply,
}

/// `$add`, `$subtract`, `$multiply`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Checked {
    operation: Operation,
    signature: Signature,
}

impl Checked {
    fn new(operation: Operation) -> Self {
        Checked { operation, signature: Signature::user_defined(Volatility::Immutable) }
    }

    /// All of them.
    pub(crate) fn all() -> [Checked; 3] {
        [Operation::Add, Operation::Subtract, Operation::Multiply].map(Checked::new)
    }

    /// The operation on two operands.
    pub(crate) fn of(self, left: Expr, right: Expr) -> Expr {
        ScalarUDF::from(self).call(vec![left, right])
    }

    fn sign(&self) -> &'static str {
        match self.operation {
            Operation::Add => "+",
            Operation::Subtract => "-",
            Operation::Multiply => "*",
        }
    }

    fn run(&self, left: &dyn Datum, right: &dyn Datum) -> Result<ArrayRef, ArrowError> {
        match self.operation {
            Operation::Add => numeric::add(left, right),
            Operation::Subtract => numeric::sub(left, right),
            Operation::Multiply => numeric::mul(left, right),
        }
    }

    fn explain(&self, error: ArrowError, data_type: &DataType) -> DataFusionError {
        let ArrowError::ArithmeticOverflow(message) = &error else { return error.into() };
        let name = match self.operation {
            Operation::Add => "addition",
            Operation::Subtract => "subtraction",
            Operation::Multiply => "multiplication",
        };
        let shown = message.strip_prefix("Overflow happened on: ").unwrap_or(message);
        let data_type = TrinoType::of_arrow(data_type);
        let message = format!("{data_type} {name} overflow: {shown}");
        SqlError::user("NUMERIC_VALUE_OUT_OF_RANGE", message).into()
    }
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &str {
        match self.operation {
            Operation::Add => "$add",
            Operation::Subtract => "$subtract",
            Operation::Multiply => "$multiply",
        }
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [left, right] => {
                Ok(format!("{} {} {}", left.schema_name(), self.sign(), right.schema_name()))
            }
            _ => Ok(self.sign().to_owned()),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given {
            [left, right] => match wider(left, right) {
                Some(both) => Ok(vec![both; 2]),
                None => internal_err!("only integers are computed so"),
            },
            _ => internal_err!("an operator has two operands"),
        }
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        self.coerce_types(given).map(|mut types| types.remove(0))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = args.args.as_slice() else {
            return internal_err!("an operator has two operands");
        };
        let data_type = left.data_type();
        let out = match (left, right) {
            (ColumnarValue::Array(left), ColumnarValue::Array(right)) => self.run(left, right),
            (ColumnarValue::Array(left), ColumnarValue::Scalar(right)) => {
                self.run(left, &Scalar::new(right.to_array()?))
            }
            (ColumnarValue::Scalar(left), ColumnarValue::Array(right)) => {
                self.run(&Scalar::new(left.to_array()?), right)
            }
            (ColumnarValue::Scalar(left), ColumnarValue::Scalar(right)) => {
                let out = self.run(&left.to_array()?, &right.to_array()?);
                let out = out.map_err(|e| self.explain(e, &data_type))?;
                return ScalarValue::try_from_array(&out, 0).map(ColumnarValue::Scalar);
            }
        };
        out.map(ColumnarValue::Array).map_err(|e| self.explain(e, &data_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::Int32Array;

    #[test]
    fn what_does_not_fit_fails_with_its_operands() {
        let checked = Checked::new(Operation::Multiply);
        let (left, right) =
            (Int32Array::from(vec![2, 1 << 20]), Int32Array::from(vec![3, 1 << 20]));
        let error = checked.run(&left, &right).unwrap_err();
        assert_eq!(
            checked.explain(error, &DataType::Int32).strip_backtrace(),
            "External error: NUMERIC_VALUE_OUT_OF_RANGE: integer multiplication overflow: \
             1048576 * 1048576"
        );
        assert!(super::checked(&BinaryOperator::Plus, &DataType::Int8, &DataType::Int64).is_some());
        assert!(
            super::checked(&BinaryOperator::Plus, &DataType::Int8, &DataType::Float64).is_none()
        );
        assert!(
            super::checked(&BinaryOperator::Divide, &DataType::Int8, &DataType::Int8).is_none()
        );
    }
}
