//! `random() → double` in [0, 1), `random(n) → bigint` in [0, n), `random(m, n) → bigint` in
//! [m, n); also called `rand`. Integers are planned over the engine's `random()`.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use datafusion::functions::math;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
};

use super::super::error::no_such_function;
use super::super::scalar::type_name;

pub(super) fn function() -> ScalarUDF {
    ScalarUDF::new_from_impl(Random {
        signature: Signature::user_defined(Volatility::Volatile),
        aliases: vec!["rand".to_owned()],
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Random {
    signature: Signature,
    aliases: Vec<String>,
}

impl ScalarUDFImpl for Random {
    fn name(&self) -> &str {
        "random"
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if given.len() <= 2 && given.iter().all(DataType::is_integer) {
            return Ok(vec![DataType::Int64; given.len()]);
        }
        let shown: Vec<String> = given.iter().map(type_name).collect();
        Err(no_such_function(format!(
            "Unexpected parameters ({}) for function random. Expected: random(), random(bigint), \
             random(bigint, bigint)",
            shown.join(", ")
        )))
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(if given.is_empty() { DataType::Float64 } else { DataType::Int64 })
    }

    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let random = || math::random().call(vec![]);
        let below = |size: Expr| {
            let scaled = random() * cast(size, DataType::Float64);
            cast(math::floor().call(vec![scaled]), DataType::Int64)
        };
        let drawn = match <[Expr; 2]>::try_from(args) {
            Ok([least, limit]) => least.clone() + below(limit - least),
            Err(mut args) => match args.pop() {
                Some(limit) => below(limit),
                None => random(),
            },
        };
        Ok(ExprSimplifyResult::Simplified(drawn))
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        internal_err!("random is replaced when the query is planned")
    }
}
