//! `at_timezone(timestamp, zone) → timestamp with time zone`: the same instant, shown elsewhere.
//! `with_timezone(timestamp, zone)` takes the wall-clock time as shown in the zone.
//!
//! A column has one zone here, so the zone must be a constant.

use std::sync::Arc;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::super::error::{invalid_argument, no_such_function};
use super::super::scalar::type_name;
use super::zone::Zone;

pub(super) fn function() -> ScalarUDF {
    ScalarUDF::new_from_impl(InZone::new("at_timezone", false))
}

pub(super) fn with_timezone() -> ScalarUDF {
    ScalarUDF::new_from_impl(InZone::new("with_timezone", true))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct InZone {
    name: &'static str,
    /// The wall clock stays and the instant moves.
    keeps_wall_clock: bool,
    signature: Signature,
}

impl InZone {
    fn new(name: &'static str, keeps_wall_clock: bool) -> Self {
        Self { name, keeps_wall_clock, signature: Signature::user_defined(Volatility::Immutable) }
    }

    fn needs_constant(&self) -> DataFusionError {
        invalid_argument(format!("{} needs a constant time zone", self.name))
    }
}

impl ScalarUDFImpl for InZone {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let utc = || Some(Arc::from("UTC"));
        let time = match given {
            [DataType::Timestamp(unit, None), zone] if zone.is_string() => {
                let zone = if self.keeps_wall_clock { None } else { utc() };
                DataType::Timestamp(*unit, zone)
            }
            [DataType::Timestamp(unit, zone), name] if name.is_string() => {
                DataType::Timestamp(*unit, zone.clone())
            }
            [DataType::Date32 | DataType::Null, zone] if zone.is_string() => {
                let zone = if self.keeps_wall_clock { None } else { utc() };
                DataType::Timestamp(TimeUnit::Millisecond, zone)
            }
            _ => {
                let shown: Vec<String> = given.iter().map(type_name).collect();
                return Err(no_such_function(format!(
                    "Unexpected parameters ({}) for function {}. Expected: {}(timestamp(p) with \
                     time zone, varchar)",
                    shown.join(", "),
                    self.name,
                    self.name
                )));
            }
        };
        Ok(vec![time, DataType::Utf8])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Err(self.needs_constant())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let zone = match args.scalar_arguments.get(1) {
            Some(Some(value)) => value.try_as_str().flatten(),
            _ => None,
        };
        let Some(zone) = zone else { return Err(self.needs_constant()) };
        let unit = match args.arg_fields[0].data_type() {
            DataType::Timestamp(unit, _) => *unit,
            _ => TimeUnit::Millisecond,
        };
        let zone = Zone::parse(zone)?.name();
        let data_type = DataType::Timestamp(unit, Some(Arc::from(zone)));
        Ok(Arc::new(Field::new(self.name, data_type, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let target = args.return_type().clone();
        let constant = matches!(args.args[0], ColumnarValue::Scalar(_));
        let array = args.args[0].to_array(if constant { 1 } else { args.number_rows })?;
        let DataType::Timestamp(_, Some(zone)) = &target else {
            return Err(invalid_argument("the time zone is unknown"));
        };
        let result = if self.keeps_wall_clock {
            let zone = Zone::parse(zone)?;
            let micros = cast(&array, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
            let moved = micros
                .as_primitive::<TimestampMicrosecondType>()
                .unary_opt::<_, TimestampMicrosecondType>(|micros| {
                    let local = chrono::DateTime::from_timestamp_micros(micros)?.naive_utc();
                    Some(zone.instant(local).and_utc().timestamp_micros())
                });
            cast(&moved.with_timezone("UTC"), &target)?
        } else {
            cast(&array, &target)?
        };
        if constant {
            return ScalarValue::try_from_array(&result, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(result))
    }
}
