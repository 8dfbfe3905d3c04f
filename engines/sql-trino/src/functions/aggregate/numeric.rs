//! `sum(x)` and `avg(x)`: the engine's own for doubles and decimals; sums of integers fail when
//! they do not fit; sums and averages of `real` are computed in doubles and are `real`.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::functions_aggregate as engine;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, ReversedUDAF, Signature,
    Volatility,
};

use super::super::error::no_such_function;
use super::super::scalar::type_name;
use super::bigint_sum::{BigintSum, BigintSums, DistinctBigintSum, SlidingBigintSum};
use super::real::{Real, Reals};

pub(super) fn sum() -> AggregateUDF {
    AggregateUDF::new_from_impl(Numeric::new(engine::sum::sum_udaf(), true))
}

pub(super) fn avg() -> AggregateUDF {
    AggregateUDF::new_from_impl(Numeric::new(engine::average::avg_udaf(), false))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Numeric {
    engine: Arc<AggregateUDF>,
    sums: bool,
    signature: Signature,
}

impl Numeric {
    fn new(engine: Arc<AggregateUDF>, sums: bool) -> Self {
        Numeric { engine, sums, signature: Signature::user_defined(Volatility::Immutable) }
    }

    /// Whether integers are summed here rather than by the engine.
    fn sums_bigints(&self, args: &AccumulatorArgs<'_>) -> bool {
        self.sums && *args.return_type() == DataType::Int64
    }

    /// The type an argument is brought to.
    fn taken(&self, given: &DataType) -> Option<DataType> {
        use DataType as D;
        match given {
            D::Dictionary(_, values) => self.taken(values),
            integer if integer.is_integer() || integer.is_null() => {
                Some(if self.sums { D::Int64 } else { D::Float64 })
            }
            D::Float16 | D::Float32 => Some(D::Float32),
            D::Float64 | D::Duration(_) => Some(given.clone()),
            D::Interval(_) => self.sums.then(|| given.clone()),
            decimal => decimal.is_decimal().then(|| given.clone()),
        }
    }
}

fn double(field: &FieldRef) -> FieldRef {
    Arc::new(field.as_ref().clone().with_data_type(DataType::Float64))
}

/// Shows the engine's aggregate a `real` argument as a double.
fn in_doubles<T>(args: AccumulatorArgs<'_>, make: impl FnOnce(AccumulatorArgs<'_>) -> T) -> T {
    let fields: Vec<FieldRef> = args.expr_fields.iter().map(double).collect();
    make(AccumulatorArgs { return_field: double(&args.return_field), expr_fields: &fields, ..args })
}

impl AggregateUDFImpl for Numeric {
    fn name(&self) -> &str {
        self.engine.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let taken = match given {
            [one] => self.taken(one).map(|t| vec![t]),
            _ => None,
        };
        taken.ok_or_else(|| {
            let name = self.name();
            let given: Vec<String> = given.iter().map(type_name).collect();
            let types = ["bigint", "decimal(p,s)", "double", "interval day to second", "real"];
            no_such_function(format!(
                "Unexpected parameters ({}) for function {name}. Expected: {}",
                given.join(", "),
                types.map(|t| format!("{name}({t})")).join(", ")
            ))
        })
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given {
            [DataType::Float32] => Ok(DataType::Float32),
            _ => self.engine.return_type(given),
        }
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        match args.return_type() {
            DataType::Float32 => {
                let inner = in_doubles(args, |args| self.engine.accumulator(args))?;
                Ok(Box::new(Real::new(inner)))
            }
            _ if !self.sums_bigints(&args) => self.engine.accumulator(args),
            _ if args.is_distinct => Ok(Box::new(DistinctBigintSum::default())),
            _ => Ok(Box::new(BigintSum::default())),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        if *args.return_type() == DataType::Float32 {
            let fields: Vec<FieldRef> = args.input_fields.iter().map(double).collect();
            let return_field = double(&args.return_field);
            return self.engine.state_fields(StateFieldsArgs {
                return_field,
                input_fields: &fields,
                ..args
            });
        }
        if self.sums && args.is_distinct && *args.return_type() == DataType::Int64 {
            let item = Field::new_list_field(DistinctBigintSum::KEPT, true);
            let field = Field::new_list(format!("{}[sum distinct]", args.name), item, false);
            return Ok(vec![Arc::new(field)]);
        }
        self.engine.state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        match args.return_type() {
            DataType::Float32 => {
                in_doubles(args, |args| self.engine.groups_accumulator_supported(args))
            }
            _ => self.engine.groups_accumulator_supported(args),
        }
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        match args.return_type() {
            DataType::Float32 => {
                let inner = in_doubles(args, |args| self.engine.create_groups_accumulator(args))?;
                Ok(Box::new(Reals::new(inner)))
            }
            _ if self.sums_bigints(&args) => Ok(Box::new(BigintSums::default())),
            _ => self.engine.create_groups_accumulator(args),
        }
    }

    fn create_sliding_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn Accumulator>> {
        match args.return_type() {
            DataType::Float32 => {
                let inner = in_doubles(args, |args| self.engine.create_sliding_accumulator(args))?;
                Ok(Box::new(Real::new(inner)))
            }
            _ if self.sums_bigints(&args) && !args.is_distinct => {
                Ok(Box::new(SlidingBigintSum::default()))
            }
            _ => self.engine.create_sliding_accumulator(args),
        }
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}
