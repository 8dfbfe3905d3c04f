//! The engine's aggregates under the dialect's names: `arbitrary(x)`, `every(b)`, `variance(x)`,
//! `bitwise_and_agg(x)` and its like.

use std::sync::Arc;

use datafusion::functions_aggregate as engine;
use datafusion::logical_expr::AggregateUDF;

pub(super) fn all() -> Vec<AggregateUDF> {
    vec![
        renamed(engine::any_value::any_value_udaf(), &["arbitrary"]),
        renamed(engine::bool_and_or::bool_and_udaf(), &["every"]),
        renamed(engine::variance::var_samp_udaf(), &["variance"]),
        renamed(engine::bit_and_or_xor::bit_and_udaf(), &["bitwise_and_agg"]),
        renamed(engine::bit_and_or_xor::bit_or_udaf(), &["bitwise_or_agg"]),
        renamed(engine::bit_and_or_xor::bit_xor_udaf(), &["bitwise_xor_agg"]),
    ]
}

fn renamed(function: Arc<AggregateUDF>, aliases: &[&'static str]) -> AggregateUDF {
    function.as_ref().clone().with_aliases(aliases.iter().copied())
}
