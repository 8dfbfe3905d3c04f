//! Where planning needs more than rewriting: UNNEST of an earlier table's columns, joins that
//! share columns, set operations that count, operators that refuse operands of different kinds
//! or answer in another type.

mod multiset;
mod operators;
mod unnest;
mod using;

pub(crate) use multiset::MultisetPlanner;
pub(crate) use operators::{Operators, check_ranges, check_unions};
pub(crate) use unnest::{UnnestPlanner, open_unnests};
pub(crate) use using::UsingPlanner;
