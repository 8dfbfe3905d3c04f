//! Documents that must be refused, and tables of who may do what.

mod documents;
mod evaluation;
