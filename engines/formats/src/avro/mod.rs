//! Apache Avro's object container files: rows as records, with their schema in the header.
//!
//! Columns are found by the names of fields, whatever their case. Not here: types that contain
//! themselves, unions of several types for one column, the xz codec.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/>

mod read;
mod schema;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use read::AvroDecoder;
pub(crate) use write::AvroFile;

/// What files begin with.
const MAGIC: &[u8; 4] = b"Obj\x01";
/// Bytes of the marker between blocks.
const SYNC: usize = 16;

fn crc32(bytes: &[u8]) -> u32 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32
}
