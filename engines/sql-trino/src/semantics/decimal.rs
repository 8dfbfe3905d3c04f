//! Products and quotients of decimals: a product has the digits of both operands, a quotient as
//! many digits after the point as the operands have, rounded half up.

use std::sync::Arc;

use aquifer_sql::SqlError;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Builder, Scalar};
use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, i256};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// Whether a quotient of such operands is a decimal's.
pub(crate) fn divides(left: &DataType, right: &DataType) -> bool {
    let decimal = |t: &DataType| matches!(t, DataType::Decimal128(..));
    (decimal(left) && digits(right).is_some()) || (digits(left).is_some() && decimal(right))
}

/// The quotient.
pub(crate) fn divide(left: Expr, right: Expr) -> Expr {
    ScalarUDF::from(DecimalDivide::default()).call(vec![left, right])
}

/// Whether a product of such operands is a decimal's.
pub(crate) fn multiplies(left: &DataType, right: &DataType) -> bool {
    divides(left, right)
}

/// The product.
pub(crate) fn multiply(left: Expr, right: Expr) -> Expr {
    ScalarUDF::from(DecimalMultiply::default()).call(vec![left, right])
}

/// Precision and scale as a decimal; integers have as many digits as they need.
fn digits(data_type: &DataType) -> Option<(u8, i8)> {
    match data_type {
        DataType::Decimal128(p, s) => Some((*p, *s)),
        DataType::Int8 => Some((3, 0)),
        DataType::Int16 => Some((5, 0)),
        DataType::Int32 => Some((10, 0)),
        DataType::Int64 => Some((19, 0)),
        _ => None,
    }
}

fn as_decimals(given: &[DataType]) -> Result<Vec<DataType>> {
    let decimals = given.iter().map(|t| digits(t).map(|(p, s)| DataType::Decimal128(p, s)));
    match decimals.collect::<Option<Vec<_>>>() {
        Some(types) => Ok(types),
        None => internal_err!("only decimals are computed so"),
    }
}

/// `$decimal_multiply(left, right)`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct DecimalMultiply {
    signature: Signature,
}

impl Default for DecimalMultiply {
    fn default() -> Self {
        DecimalMultiply { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for DecimalMultiply {
    fn name(&self) -> &str {
        "$decimal_multiply"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [left, right] => Ok(format!("{} * {}", left.schema_name(), right.schema_name())),
            _ => Ok("*".to_owned()),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        as_decimals(given)
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        let [left, right] = given else { return internal_err!("a product has two operands") };
        let (Some((p1, s1)), Some((p2, s2))) = (digits(left), digits(right)) else {
            return internal_err!("only decimals are multiplied so");
        };
        if s1 + s2 > 38 {
            let message =
                format!("DECIMAL scale must be in range [0, precision (38)]: {}", s1 + s2);
            return Err(SqlError::user("INVALID_FUNCTION_ARGUMENT", message).into());
        }
        Ok(DataType::Decimal128((p1 + p2).min(38), s1 + s2))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let out_type = args.return_type().clone();
        let [left, right] = args.args.as_slice() else {
            return internal_err!("a product has two operands");
        };
        let constant =
            matches!((left, right), (ColumnarValue::Scalar(_), ColumnarValue::Scalar(_)));
        let one = |scalar: &ScalarValue| scalar.to_array().map(Scalar::new);
        let product = match (left, right) {
            (ColumnarValue::Array(left), ColumnarValue::Array(right)) => numeric::mul(left, right),
            (ColumnarValue::Array(left), ColumnarValue::Scalar(right)) => {
                numeric::mul(left, &one(right)?)
            }
            (ColumnarValue::Scalar(left), ColumnarValue::Array(right)) => {
                numeric::mul(&one(left)?, right)
            }
            (ColumnarValue::Scalar(left), ColumnarValue::Scalar(right)) => {
                numeric::mul(&left.to_array()?, &right.to_array()?)
            }
        };
        let product = product.map_err(|e| match e {
            ArrowError::ArithmeticOverflow(_) => overflow(),
            other => other.into(),
        })?;
        let product = product.as_primitive::<Decimal128Type>().clone();
        let DataType::Decimal128(precision, _) = out_type else {
            return internal_err!("a product of decimals is a decimal");
        };
        // Narrower products fit by their digits.
        if precision == 38 && product.validate_decimal_precision(38).is_err() {
            return Err(overflow());
        }
        let product: ArrayRef = Arc::new(product.with_data_type(out_type));
        if constant {
            return ScalarValue::try_from_array(&product, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(product))
    }
}

/// `$decimal_divide(left, right)`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct DecimalDivide {
    signature: Signature,
}

impl Default for DecimalDivide {
    fn default() -> Self {
        DecimalDivide { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for DecimalDivide {
    fn name(&self) -> &str {
        "$decimal_divide"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [left, right] => Ok(format!("{} / {}", left.schema_name(), right.schema_name())),
            _ => Ok("/".to_owned()),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        as_decimals(given)
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        let [left, right] = given else { return internal_err!("a division has two operands") };
        let (Some((p1, s1)), Some((_, s2))) = (digits(left), digits(right)) else {
            return internal_err!("only decimals are divided so");
        };
        let precision = i16::from(p1) + i16::from(s2) + i16::from((s2 - s1).max(0));
        Ok(DataType::Decimal128(precision.clamp(1, 38) as u8, s1.max(s2)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let [left, right] = args.args.as_slice() else {
            return internal_err!("a division has two operands");
        };
        let (left, right) = (left.to_array(rows)?, right.to_array(rows)?);
        let types = [left.data_type().clone(), right.data_type().clone()];
        let out_type = self.return_type(&types)?;
        let (DataType::Decimal128(_, s1), DataType::Decimal128(_, s2), DataType::Decimal128(p, s)) =
            (&types[0], &types[1], &out_type)
        else {
            return internal_err!("only decimals are divided so");
        };
        // left / 10^s1 over right / 10^s2, in units of 10^-s.
        let shift = i32::from(*s) + i32::from(*s2) - i32::from(*s1);
        let factor = i256::from_i128(10).wrapping_pow(shift.max(0) as u32);
        let (left, right) =
            (left.as_primitive::<Decimal128Type>(), right.as_primitive::<Decimal128Type>());
        let mut out = Decimal128Builder::with_capacity(rows).with_data_type(out_type.clone());
        let limit = 10_i128.pow(u32::from(*p));
        for row in 0..rows {
            if left.is_null(row) || right.is_null(row) {
                out.append_null();
                continue;
            }
            let quotient = quotient(left.value(row), right.value(row), factor)?;
            match quotient.to_i128().filter(|q| *q > -limit && *q < limit) {
                Some(value) => out.append_value(value),
                None => return Err(overflow()),
            }
        }
        let out = out.finish();
        if constant {
            return ScalarValue::try_from_array(&out, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(Arc::new(out)))
    }
}

fn overflow() -> DataFusionError {
    SqlError::user("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow").into()
}

fn quotient(left: i128, right: i128, factor: i256) -> Result<i256> {
    if right == 0 {
        return Err(SqlError::user("DIVISION_BY_ZERO", "Division by zero").into());
    }
    let dividend = i256::from_i128(left).checked_mul(factor).ok_or_else(overflow)?;
    let divisor = i256::from_i128(right);
    let whole = dividend.wrapping_div(divisor);
    let rest = dividend.wrapping_sub(whole.wrapping_mul(divisor)).wrapping_abs();
    if rest.wrapping_mul(i256::from_i128(2)) < divisor.wrapping_abs() {
        return Ok(whole);
    }
    let negative = (left < 0) != (right < 0);
    Ok(whole.wrapping_add(i256::from_i128(if negative { -1 } else { 1 })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_half_away_from_zero() {
        let divide = |left, right, factor| {
            quotient(left, right, i256::from_i128(factor)).unwrap().to_i128().unwrap()
        };
        assert_eq!(divide(10, 4, 1), 3);
        assert_eq!(divide(-10, 4, 1), -3);
        assert_eq!(divide(100, 3, 100), 3333);
        assert!(quotient(1, 0, i256::ONE).is_err());
    }

    #[test]
    fn products_have_the_digits_of_both() {
        let multiply = DecimalMultiply::default();
        let ty = |l: DataType, r: DataType| multiply.return_type(&[l, r]);
        let decimal = DataType::Decimal128;
        assert_eq!(ty(decimal(2, 1), decimal(2, 1)).unwrap(), decimal(4, 2));
        assert_eq!(ty(decimal(5, 2), DataType::Int32).unwrap(), decimal(15, 2));
        assert_eq!(ty(decimal(30, 5), decimal(30, 5)).unwrap(), decimal(38, 10));
        assert!(ty(decimal(30, 20), decimal(30, 20)).is_err());
    }

    #[test]
    fn quotients_have_the_operands_digits() {
        let divide = DecimalDivide::default();
        let ty = |l: (u8, i8), r: (u8, i8)| {
            divide
                .return_type(&[DataType::Decimal128(l.0, l.1), DataType::Decimal128(r.0, r.1)])
                .unwrap()
        };
        assert_eq!(ty((10, 2), (5, 3)), DataType::Decimal128(14, 3));
        assert_eq!(ty((38, 10), (38, 10)), DataType::Decimal128(38, 10));
    }
}
