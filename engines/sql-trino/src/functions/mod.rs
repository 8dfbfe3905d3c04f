//! The dialect's functions. One function is one file `<group>/<function>.rs` and one line in the
//! group's `mod.rs`; a name that exists in the engine already is shadowed when it means something
//! else there (`concat` of NULL, `regexp_replace` of every match, `round` of halves …).
//!
//! What the engine has right is not repeated here: `coalesce`, `nullif`, `abs`, `sqrt`, `avg`, the
//! statistical aggregates, the window functions.

mod aggregate;
mod array;
pub(crate) mod binary;
mod conditional;
mod datetime;
mod error;
mod geospatial;
mod json;
pub mod known;
mod lambda;
mod map;
mod math;
mod memo;
mod regexp;
mod scalar;
mod session;
mod sketch;
mod string;
mod teradata;
mod url;

pub(crate) use geospatial::text as geospatial_text;

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF};
use datafusion::prelude::SessionContext;

/// Every scalar function of the dialect.
pub fn scalars() -> Vec<ScalarUDF> {
    let groups = [
        array::all(),
        binary::all(),
        conditional::all(),
        datetime::all(),
        geospatial::all(),
        json::all(),
        map::all(),
        math::all(),
        regexp::all(),
        session::all(),
        sketch::all(),
        string::all(),
        teradata::all(),
        url::all(),
    ];
    groups.into_iter().flatten().collect()
}

/// Every function over lambdas.
pub fn higher_orders() -> Vec<HigherOrderUDF> {
    lambda::all()
}

/// Every aggregate of the dialect.
pub fn aggregates() -> Vec<AggregateUDF> {
    aggregate::all()
}

/// Makes every function of the dialect known to the session, over the engine's own.
pub fn register(session: &SessionContext) {
    for function in scalars() {
        session.register_udf(function);
    }
    for function in aggregates() {
        session.register_udaf(function);
    }
    for function in higher_orders() {
        // A plain function of the name would be found first.
        session.deregister_udf(function.name());
        session.register_higher_order_function(Arc::new(function));
    }
}
