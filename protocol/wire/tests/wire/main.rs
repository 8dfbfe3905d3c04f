//! The wire as its clients see it: the public protocol test cases, then what each codec must do with
//! input nobody's client sends.
//!
//! Schemas are built at run time from models, in the same way generated code states them, so the
//! codecs under test are the ones every room uses.

mod bindings;
mod cases;
mod cbor;
mod documents;
mod dynamic;
mod events;
mod hostile;
mod json;
mod node;
mod query;
mod requests;
mod responses;
mod sample;
mod stored;
mod xml;
