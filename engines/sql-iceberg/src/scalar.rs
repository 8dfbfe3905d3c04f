//! Single values: as manifests have them, as Arrow has them.

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::decimal_value;
use aquifer_iceberg::{Primitive, Type, unscaled};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use crate::types::arrow_type;

/// A manifest's value in Arrow's type of the column; null where it is of no such type.
pub fn scalar(of: Primitive, value: &Value) -> ScalarValue {
    let data_type = arrow_type(&Type::Primitive(of));
    let null = || ScalarValue::try_from(&data_type).unwrap_or(ScalarValue::Null);
    let number = |number: &i64| match &data_type {
        DataType::Int32 => i32::try_from(*number).ok().map(|n| ScalarValue::Int32(Some(n))),
        DataType::Date32 => i32::try_from(*number).ok().map(|n| ScalarValue::Date32(Some(n))),
        DataType::Int64 => Some(ScalarValue::Int64(Some(*number))),
        DataType::Time64(_) => Some(ScalarValue::Time64Microsecond(Some(*number))),
        DataType::Timestamp(_, zone) => {
            Some(ScalarValue::TimestampMicrosecond(Some(*number), zone.clone()))
        }
        _ => None,
    };
    let found = match (of, value) {
        (_, Value::Long(long)) => number(long),
        (_, Value::Boolean(truth)) => Some(ScalarValue::Boolean(Some(*truth))),
        (_, Value::Float(number)) => Some(ScalarValue::Float32(Some(*number))),
        (_, Value::Double(number)) => Some(ScalarValue::Float64(Some(*number))),
        (_, Value::String(text)) => Some(ScalarValue::Utf8View(Some(text.clone()))),
        (Primitive::Decimal { precision, scale }, Value::Bytes(bytes)) => {
            let (precision, scale) = (u8::try_from(precision).ok(), i8::try_from(scale).ok());
            precision.zip(scale).map(|(precision, scale)| {
                ScalarValue::Decimal128(Some(unscaled(bytes)), precision, scale)
            })
        }
        (Primitive::Binary, Value::Bytes(bytes)) => {
            Some(ScalarValue::BinaryView(Some(bytes.clone())))
        }
        (_, Value::Bytes(bytes)) => match data_type {
            DataType::FixedSizeBinary(size) => {
                Some(ScalarValue::FixedSizeBinary(size, Some(bytes.clone())))
            }
            _ => None,
        },
        _ => None,
    };
    found.filter(|found| found.data_type() == data_type).unwrap_or_else(null)
}

/// The reverse of [`scalar`].
pub(crate) fn value(of: Primitive, scalar: &ScalarValue) -> Value {
    let found = match scalar {
        ScalarValue::Boolean(truth) => truth.map(Value::Boolean),
        ScalarValue::Int8(number) => number.map(|n| Value::Long(n.into())),
        ScalarValue::Int16(number) => number.map(|n| Value::Long(n.into())),
        ScalarValue::Int32(number) | ScalarValue::Date32(number) => {
            number.map(|n| Value::Long(n.into()))
        }
        ScalarValue::Int64(number)
        | ScalarValue::Time64Microsecond(number)
        | ScalarValue::TimestampMicrosecond(number, _) => number.map(Value::Long),
        ScalarValue::TimestampMillisecond(number, _) => number.map(|n| Value::Long(n * 1_000)),
        ScalarValue::TimestampSecond(number, _) => number.map(|n| Value::Long(n * 1_000_000)),
        ScalarValue::Float32(number) => number.map(Value::Float),
        ScalarValue::Float64(number) => number.map(Value::Double),
        ScalarValue::Utf8(text) | ScalarValue::LargeUtf8(text) | ScalarValue::Utf8View(text) => {
            text.clone().map(Value::String)
        }
        ScalarValue::Decimal128(number, ..) => number.map(|number| match of {
            Primitive::Decimal { precision, .. } => decimal_value(precision, number),
            _ => Value::Null,
        }),
        ScalarValue::Binary(bytes)
        | ScalarValue::LargeBinary(bytes)
        | ScalarValue::BinaryView(bytes)
        | ScalarValue::FixedSizeBinary(_, bytes) => bytes.clone().map(Value::Bytes),
        ScalarValue::Dictionary(_, inner) => Some(value(of, inner)),
        _ => None,
    };
    found.unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_arrows_and_come_back() {
        let decimal = Primitive::Decimal { precision: 9, scale: 2 };
        for (of, given) in [
            (Primitive::Int, Value::Long(-5)),
            (Primitive::Timestamptz, Value::Long(1)),
            (Primitive::String, Value::String("x".into())),
            (decimal, decimal_value(9, -1234)),
            (Primitive::Uuid, Value::Bytes(vec![7; 16])),
            (Primitive::Double, Value::Double(0.5)),
        ] {
            let arrow = scalar(of, &given);
            assert!(!arrow.is_null(), "{of}");
            assert_eq!(value(of, &arrow), given, "{of}");
        }
        assert!(scalar(Primitive::Int, &Value::Long(i64::MAX)).is_null());
        assert!(scalar(Primitive::Int, &Value::Null).is_null());
    }
}
