//! Shapes without generated code: schemas from a model, values over schemas.

mod schema;
mod value;

pub use schema::{Schemas, leak};
pub use value::Dynamic;
