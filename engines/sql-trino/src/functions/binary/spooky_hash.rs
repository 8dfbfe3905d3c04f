//! `spooky_hash_v2_64(binary) → varbinary` and `spooky_hash_v2_32`: the first bytes of Bob Jenkins'
//! SpookyHash V2 with both seeds 0, highest byte first.
//!
//! <https://burtleburtle.net/bob/hash/spooky.html>

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("spooky_hash_v2_32")
            .takes(&[Type::Varbinary], Type::Varbinary, |rows: &Rows| -> Result<ArrayRef> {
                let bytes = rows.binary(0);
                rows.binaries(|row| Ok(Some((hash(bytes.at(row)) as u32).to_be_bytes())))
            })
            .finish(),
        Function::named("spooky_hash_v2_64")
            .takes(&[Type::Varbinary], Type::Varbinary, |rows: &Rows| -> Result<ArrayRef> {
                let bytes = rows.binary(0);
                rows.binaries(|row| Ok(Some(hash(bytes.at(row)).to_be_bytes())))
            })
            .finish(),
    ]
}

const SEED: u64 = 0xDEAD_BEEF_DEAD_BEEF;
/// Messages below two blocks of twelve words are hashed by the short form.
const BLOCK: usize = 96;

fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    let length = bytes.len().min(8);
    word[..length].copy_from_slice(&bytes[..length]);
    u64::from_le_bytes(word)
}

fn hash(bytes: &[u8]) -> u64 {
    if bytes.len() < 2 * BLOCK { short(bytes) } else { long(bytes) }
}

fn short(bytes: &[u8]) -> u64 {
    let mut h = [0, 0, SEED, SEED];
    let mut rest = bytes;
    if bytes.len() > 15 {
        let mut blocks = bytes.chunks_exact(32);
        for block in &mut blocks {
            h[2] = h[2].wrapping_add(word(block));
            h[3] = h[3].wrapping_add(word(&block[8..]));
            short_mix(&mut h);
            h[0] = h[0].wrapping_add(word(&block[16..]));
            h[1] = h[1].wrapping_add(word(&block[24..]));
        }
        rest = blocks.remainder();
        if rest.len() >= 16 {
            h[2] = h[2].wrapping_add(word(rest));
            h[3] = h[3].wrapping_add(word(&rest[8..]));
            short_mix(&mut h);
            rest = &rest[16..];
        }
    }
    h[3] = h[3].wrapping_add((bytes.len() as u64) << 56);
    if rest.is_empty() {
        h[2] = h[2].wrapping_add(SEED);
        h[3] = h[3].wrapping_add(SEED);
    } else {
        h[2] = h[2].wrapping_add(word(rest));
        h[3] = h[3].wrapping_add(word(rest.get(8..).unwrap_or_default()));
    }
    short_end(&mut h);
    h[0]
}

fn short_mix(h: &mut [u64; 4]) {
    const TURNS: [u32; 12] = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36];
    for (i, turn) in TURNS.into_iter().enumerate() {
        // c, d, a, b in turn take the next of them and stir the one after that.
        let (x, y, z) = ((i + 2) % 4, (i + 3) % 4, i % 4);
        h[x] = h[x].rotate_left(turn).wrapping_add(h[y]);
        h[z] ^= h[x];
    }
}

fn short_end(h: &mut [u64; 4]) {
    const TURNS: [u32; 11] = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63];
    for (i, turn) in TURNS.into_iter().enumerate() {
        let (x, y) = ((i + 3) % 4, (i + 2) % 4);
        h[x] ^= h[y];
        h[y] = h[y].rotate_left(turn);
        h[x] = h[x].wrapping_add(h[y]);
    }
}

fn long(bytes: &[u8]) -> u64 {
    let mut h = [0, 0, SEED, 0, 0, SEED, 0, 0, SEED, 0, 0, SEED];
    let mut blocks = bytes.chunks_exact(BLOCK);
    for block in &mut blocks {
        mix(block, &mut h);
    }
    let rest = blocks.remainder();
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    last[BLOCK - 1] = rest.len() as u8;
    for (value, bytes) in h.iter_mut().zip(last.chunks_exact(8)) {
        *value = value.wrapping_add(word(bytes));
    }
    (0..3).for_each(|_| end_partial(&mut h));
    h[0]
}

fn mix(block: &[u8], h: &mut [u64; 12]) {
    const TURNS: [u32; 12] = [11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46];
    for (i, turn) in TURNS.into_iter().enumerate() {
        h[i] = h[i].wrapping_add(word(&block[8 * i..]));
        h[(i + 2) % 12] ^= h[(i + 10) % 12];
        h[(i + 11) % 12] ^= h[i];
        h[i] = h[i].rotate_left(turn);
        h[(i + 11) % 12] = h[(i + 11) % 12].wrapping_add(h[(i + 1) % 12]);
    }
}

fn end_partial(h: &mut [u64; 12]) {
    const TURNS: [u32; 12] = [44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54];
    for (i, turn) in TURNS.into_iter().enumerate() {
        let (x, y, z) = ((i + 11) % 12, (i + 1) % 12, (i + 2) % 12);
        h[x] = h[x].wrapping_add(h[y]);
        h[z] ^= h[x];
        h[y] = h[y].rotate_left(turn);
    }
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn published_value_of_nothing() {
        assert_eq!(hash(b""), 0x2327_06FC_6BF5_0919);
    }
}
