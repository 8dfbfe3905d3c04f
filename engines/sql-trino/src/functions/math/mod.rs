//! Numbers. `abs`, `sqrt`, `exp`, `ln`, `log`, `log2`, `log10`, `power`, the trigonometric
//! functions and `pi` are the engine's own.

mod bit_count;
mod bitwise;
mod constants;
mod cosine_similarity;
mod distributions;
mod from_base;
mod is_nan;
mod modulo;
mod random;
mod rounding;
mod sign;
mod to_base;
mod width_bucket;
mod wilson_interval;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    let mut all = vec![
        bit_count::function(),
        cosine_similarity::function(),
        from_base::function(),
        modulo::function(),
        random::function(),
        sign::function(),
        to_base::function(),
        width_bucket::function(),
    ];
    all.extend(bitwise::all());
    all.extend(constants::all());
    all.extend(distributions::all());
    all.extend(is_nan::all());
    all.extend(rounding::all());
    all.extend(wilson_interval::all());
    all
}
