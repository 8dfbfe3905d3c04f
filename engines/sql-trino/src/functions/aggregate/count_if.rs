//! `count_if(b) → bigint`: rows for which it is true; planned as a count.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, AggregateFunctionSimplification};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility, lit, when,
};

pub(super) fn function() -> AggregateUDF {
    let signature = Signature::exact(vec![DataType::Boolean], Volatility::Immutable);
    AggregateUDF::new_from_impl(CountIf { signature })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CountIf {
    signature: Signature,
}

impl AggregateUDFImpl for CountIf {
    fn name(&self) -> &str {
        "count_if"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        Some(Box::new(|mut aggregate: AggregateFunction, _| {
            let Some(condition) = aggregate.params.args.pop() else {
                return internal_err!("count_if has one argument");
            };
            aggregate.params.args = vec![when(condition, lit(1_i64)).end()?];
            aggregate.func = count_udaf();
            Ok(Expr::AggregateFunction(aggregate))
        }))
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        internal_err!("count_if is replaced when the query is planned")
    }
}
