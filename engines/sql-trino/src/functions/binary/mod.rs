//! Bytes: encodings, digests and checksums.

mod base32;
mod base64_text;
mod big_endian;
mod crc32;
mod digest;
mod from_hex;
mod from_utf8;
mod hmac_digest;
mod ieee754;
pub(crate) mod murmur3;
mod spooky_hash;
mod to_hex;
mod to_utf8;
pub(crate) mod xxhash64;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    let mut all = vec![
        crc32::function(),
        from_hex::function(),
        from_utf8::function(),
        murmur3::function(),
        to_hex::function(),
        to_utf8::function(),
        xxhash64::function(),
    ];
    all.extend(base32::all());
    all.extend(base64_text::all());
    all.extend(big_endian::all());
    all.extend(digest::all());
    all.extend(hmac_digest::all());
    all.extend(ieee754::all());
    all.extend(spooky_hash::all());
    all
}
