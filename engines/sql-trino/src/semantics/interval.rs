//! Intervals: the difference of two dates is one, and two are compared by their length, whatever
//! units they are kept in.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, IntervalMonthDayNanoArray};
use datafusion::arrow::compute::{cast, kernels::arity};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, DurationMillisecondType, Float64Type, Int64Type, IntervalDayTimeType,
    IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit, IntervalYearMonthType, TimeUnit,
};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

const DAY_MILLIS: i64 = 86_400_000;
/// Months are compared with months; days only with what is kept in days.
const MONTH_MILLIS: i64 = 30 * DAY_MILLIS;

/// `left - right`, both dates.
pub(crate) fn date_difference(left: Expr, right: Expr) -> Expr {
    ScalarUDF::from(Intervals::new(Function::DateDifference)).call(vec![left, right])
}

/// What an interval is compared by.
pub(crate) fn interval_length(interval: Expr) -> Expr {
    ScalarUDF::from(Intervals::new(Function::Length)).call(vec![interval])
}

/// `interval * number`, or `interval / number`.
pub(crate) fn interval_times(interval: Expr, number: Expr, divides: bool) -> Expr {
    let function = if divides { Function::Divide } else { Function::Multiply };
    ScalarUDF::from(Intervals::new(function)).call(vec![interval, number])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Function {
    DateDifference,
    Length,
    Multiply,
    Divide,
}

/// `$date_subtract(date, date)`, `$interval_length(interval)`, `$interval_multiply(interval, n)`,
/// `$interval_divide(interval, n)`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Intervals {
    function: Function,
    signature: Signature,
}

impl Intervals {
    fn new(function: Function) -> Self {
        Intervals { function, signature: Signature::user_defined(Volatility::Immutable) }
    }

    /// All of them.
    pub(crate) fn all() -> [Intervals; 4] {
        use Function::{DateDifference, Divide, Length, Multiply};
        [DateDifference, Length, Multiply, Divide].map(Intervals::new)
    }

    fn run(&self, arrays: &[ArrayRef]) -> Result<ArrayRef> {
        match (self.function, arrays) {
            (Function::DateDifference, [left, right]) => difference(left, right),
            (Function::Length, [interval]) => length(interval),
            (Function::Multiply, [interval, number]) => scaled(interval, number, false),
            (Function::Divide, [interval, number]) => scaled(interval, number, true),
            _ => internal_err!("{} has other arguments", self.name()),
        }
    }
}

impl ScalarUDFImpl for Intervals {
    fn name(&self) -> &str {
        match self.function {
            Function::DateDifference => "$date_subtract",
            Function::Length => "$interval_length",
            Function::Multiply => "$interval_multiply",
            Function::Divide => "$interval_divide",
        }
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [left, right] => {
                let sign = match self.function {
                    Function::Multiply => "*",
                    Function::Divide => "/",
                    _ => "-",
                };
                Ok(format!("{} {sign} {}", left.schema_name(), right.schema_name()))
            }
            [one] => Ok(one.schema_name().to_string()),
            _ => Ok(self.name().to_owned()),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        Ok(given.to_vec())
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(match self.function {
            Function::Length => DataType::Int64,
            _ => DataType::Interval(IntervalUnit::MonthDayNano),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let arrays = args.args.iter().map(|a| a.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let out = self.run(&arrays)?;
        if constant {
            return ScalarValue::try_from_array(&out, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(out))
    }
}

fn difference(left: &ArrayRef, right: &ArrayRef) -> Result<ArrayRef> {
    let (left, right) = (left.as_primitive::<Date32Type>(), right.as_primitive::<Date32Type>());
    // Dates reach over less than half of what 32 bits hold, so that differences fit.
    let days: IntervalMonthDayNanoArray = arity::binary(left, right, |left, right| {
        IntervalMonthDayNano::new(0, left.wrapping_sub(right), 0)
    })?;
    Ok(Arc::new(days))
}

/// Months stay months, all else is milliseconds.
fn scaled(interval: &ArrayRef, number: &ArrayRef, divides: bool) -> Result<ArrayRef> {
    let interval = cast(interval, &DataType::Interval(IntervalUnit::MonthDayNano))?;
    let number = cast(number, &DataType::Float64)?;
    let out: IntervalMonthDayNanoArray = arity::try_binary(
        interval.as_primitive::<IntervalMonthDayNanoType>(),
        number.as_primitive::<Float64Type>(),
        |interval, number| {
            if divides && number == 0.0 {
                return Err(ArrowError::DivideByZero);
            }
            let times = |value: f64| if divides { value / number } else { value * number };
            let millis = i64::from(interval.days) * DAY_MILLIS + interval.nanoseconds / 1_000_000;
            let millis = times(millis as f64).round() as i64;
            let (days, millis) = (millis / DAY_MILLIS, millis % DAY_MILLIS);
            let months = times(interval.months.into()) as i32;
            Ok(IntervalMonthDayNano::new(months, days as i32, millis * 1_000_000))
        },
    )?;
    Ok(Arc::new(out))
}

fn length(interval: &ArrayRef) -> Result<ArrayRef> {
    let millis: Int64Array = match interval.data_type() {
        DataType::Interval(IntervalUnit::YearMonth) => interval
            .as_primitive::<IntervalYearMonthType>()
            .unary::<_, Int64Type>(|months| i64::from(months) * MONTH_MILLIS),
        DataType::Interval(IntervalUnit::DayTime) => {
            interval.as_primitive::<IntervalDayTimeType>().unary::<_, Int64Type>(|value| {
                i64::from(value.days) * DAY_MILLIS + i64::from(value.milliseconds)
            })
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            interval.as_primitive::<IntervalMonthDayNanoType>().unary::<_, Int64Type>(|value| {
                i64::from(value.months) * MONTH_MILLIS
                    + i64::from(value.days) * DAY_MILLIS
                    + value.nanoseconds / 1_000_000
            })
        }
        DataType::Duration(_) => cast(interval, &DataType::Duration(TimeUnit::Millisecond))?
            .as_primitive::<DurationMillisecondType>()
            .unary::<_, Int64Type>(|millis| millis),
        other => {
            let message = format!("{other} is no interval");
            return Err(DataFusionError::Internal(message));
        }
    };
    Ok(Arc::new(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_one_length_are_equal() {
        let kept = IntervalMonthDayNanoArray::from(vec![
            IntervalMonthDayNano::new(0, 1, 0),
            IntervalMonthDayNano::new(0, 0, 86_400_000_000_000),
            IntervalMonthDayNano::new(0, 2, -86_400_000_000_000),
            IntervalMonthDayNano::new(12, 0, 0),
        ]);
        let lengths = length(&(Arc::new(kept) as ArrayRef)).unwrap();
        let lengths = lengths.as_primitive::<Int64Type>().values().to_vec();
        assert_eq!(lengths, [DAY_MILLIS, DAY_MILLIS, DAY_MILLIS, 12 * MONTH_MILLIS]);
    }
}
