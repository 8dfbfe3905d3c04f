//! `murmur3(binary) → varbinary`: MurmurHash3 of 128 bits for 64-bit machines, seed 0; both words
//! with their lowest byte first.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("murmur3").takes(&[Type::Varbinary], Type::Varbinary, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let bytes = rows.binary(0);
    rows.binaries(|row| {
        let [first, second] = hash(bytes.at(row));
        let mut out = [0; 16];
        out[..8].copy_from_slice(&first.to_le_bytes());
        out[8..].copy_from_slice(&second.to_le_bytes());
        Ok(Some(out))
    })
}

const C1: u64 = 0x87C3_7B91_1142_53D5;
const C2: u64 = 0x4CF5_AD43_2745_937F;

fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

fn mixed(k: u64, by: u64, turn: u32, then: u64) -> u64 {
    k.wrapping_mul(by).rotate_left(turn).wrapping_mul(then)
}

fn finished(mut h: u64) -> u64 {
    h = (h ^ (h >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    h = (h ^ (h >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    h ^ (h >> 33)
}

/// The two words of the hash.
pub(crate) fn hash(bytes: &[u8]) -> [u64; 2] {
    let (mut h1, mut h2) = (0_u64, 0_u64);
    let mut blocks = bytes.chunks_exact(16);
    for block in &mut blocks {
        h1 ^= mixed(word(&block[..8]), C1, 31, C2);
        h1 = h1.rotate_left(27).wrapping_add(h2).wrapping_mul(5).wrapping_add(0x52DC_E729);
        h2 ^= mixed(word(&block[8..]), C2, 33, C1);
        h2 = h2.rotate_left(31).wrapping_add(h1).wrapping_mul(5).wrapping_add(0x3849_5AB5);
    }
    let rest = blocks.remainder();
    if rest.len() > 8 {
        h2 ^= mixed(word(&rest[8..]), C2, 33, C1);
    }
    if !rest.is_empty() {
        h1 ^= mixed(word(&rest[..rest.len().min(8)]), C1, 31, C2);
    }
    h1 ^= bytes.len() as u64;
    h2 ^= bytes.len() as u64;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finished(h1);
    h2 = finished(h2);
    h1 = h1.wrapping_add(h2);
    [h1, h2.wrapping_add(h1)]
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn published_values() {
        assert_eq!(hash(b""), [0, 0]);
        assert_eq!(hash(b"hello"), [0xCBD8_A7B3_41BD_9B02, 0x5B1E_906A_48AE_1D19]);
        let long = b"The quick brown fox jumps over the lazy dog";
        assert_eq!(hash(long), [0xE34B_BC7B_BC07_1B6C, 0x7A43_3CA9_C49A_9347]);
    }
}
