//! `array_min(array(E)) → E`: NULL of an empty array or one with a NULL.

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::Function;
use super::array_max::{extreme, resolve};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_min")
        .takes_any("array(E)", resolve, |rows| extreme(rows, false))
        .finish()
}
