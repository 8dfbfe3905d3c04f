//! The dialect's functions. One function is one file `<group>/<function>.rs` and one line in the
//! group's `mod.rs`; a name that exists in the engine already is shadowed when it means something
//! else there (`concat` of NULL, `regexp_replace` of every match, `round` of halves …).
//!
//! What the engine has right is not repeated here: `coalesce`, `nullif`, `abs`, `sqrt`, `avg`, the
//! statistical aggregates, the window functions.

mod array;
mod datetime;
mod error;
mod map;
mod memo;
mod regexp;
mod scalar;
mod string;

use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

/// Every scalar function of the dialect.
pub fn scalars() -> Vec<ScalarUDF> {
    let groups = [array::all(), datetime::all(), map::all(), regexp::all(), string::all()];
    groups.into_iter().flatten().collect()
}

/// Makes every function of the dialect known to the session, over the engine's own.
pub fn register(session: &SessionContext) {
    for function in scalars() {
        session.register_udf(function);
    }
}
