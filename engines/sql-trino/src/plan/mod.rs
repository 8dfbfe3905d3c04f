//! Where planning needs more than rewriting: UNNEST of an earlier table's columns, operators
//! that refuse operands of different kinds, decimal division.

mod operators;
mod unnest;

pub(crate) use operators::{Operators, check_ranges};
pub(crate) use unnest::{UnnestPlanner, open_unnests};
