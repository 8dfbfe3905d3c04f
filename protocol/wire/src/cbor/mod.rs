//! CBOR (RFC 8949) bodies of rpcv2Cbor, and of stored rows.
//!
//! The stored form is that of the wire but for timestamps, which it keeps to the microsecond as
//! decimal fractions: seconds in a float lose them.

mod read;
mod token;
mod write;

use aquifer_schema::{Seen, Structure, Validator};

use crate::error::WireError;
pub(crate) use read::read;
pub(crate) use write::{write, write_members, write_text};

/// A structure as CBOR, to be kept.
pub fn to_bytes(value: &dyn Structure) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write::write_stored(value, &mut out);
    out
}

/// Fills a structure from CBOR that was kept; members it does not know are passed over, constraints
/// not checked.
///
/// # Errors
/// When the bytes are not CBOR, of other types than the schema's, or hold a value its enumeration
/// has no longer.
pub fn from_bytes(bytes: &[u8], value: &mut dyn Structure) -> Result<(), WireError> {
    read(bytes, value, &mut Validator::unchecked(), &mut Seen::default())
}
