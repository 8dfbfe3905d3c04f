//! Bytes ↔ typed values for AWS's protocols: awsJson 1.0/1.1, restJson, restXml, awsQuery,
//! ec2Query, rpcv2Cbor and event streams.
//!
//! One codec per format, written against schemas; no codec knows a service. What is read is checked
//! against the model on the way, and every violation is collected in AWS's wording.

mod cbor;
mod error;
mod event;
mod frame;
mod headers;
mod json;
mod query;
mod request;
mod response;
mod rest;
mod router;
mod text;
mod xml;

pub use error::WireError;
pub use event::{encode_event, encode_event_error};
pub use frame::{Frame, FrameHeader, HeaderValue, encode_frame};
pub use request::{Call, Payload, decode, query_pairs};
pub use response::{ErrorAnswer, Response, ResponseBody, encode, encode_error};
pub use router::{Match, RestRouter};
pub use text::{encode_path, percent_decode};
pub use xml::{escape, read_document};

/// The CBOR form of a structure: compact, self-describing, and stable when members are added. Rows
/// that hold api shapes keep them in it.
pub mod stored {
    pub use crate::cbor::{from_bytes, to_bytes};
}
