//! Reading statements: the tokenizer and expression parser are sqlparser's under our own
//! dialect; the statements around queries are read here.

mod dialect;
mod errors;
mod json;
mod names;
mod parameters;
mod statement;
mod tokens;

pub(crate) use names::last_name;
pub(crate) use parameters::bind;
pub(crate) use statement::parse;
