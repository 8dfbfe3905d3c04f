//! Runs and chunks as they are written: the plainest of each sort that every reader knows.

use std::io::Write;

use super::proto::varint;
use super::stream::Codec;

/// Plain bytes of a chunk.
pub(super) const CHUNK: usize = 256 << 10;
/// Values of a run, at most.
const RUN_MAX: usize = 512;
/// Equal values that are worth a run of their own.
const RUN_MIN: usize = 3;

/// Widths there are codes for, with those codes.
const WIDTHS: [(u32, u8); 32] = {
    let mut widths = [(0, 0); 32];
    let mut code = 0;
    while code < 32 {
        let width = match code {
            0..24 => code + 1,
            24..28 => 26 + 2 * (code - 24),
            _ => 40 + 8 * (code - 28),
        };
        widths[code as usize] = (width, code as u8);
        code += 1;
    }
    widths
};

/// Integers in runs of the second version.
pub(super) fn integers(values: &[i64], signed: bool) -> Vec<u8> {
    let turn = |value: i64| match signed {
        true => (value << 1 ^ value >> 63).cast_unsigned(),
        false => value.cast_unsigned(),
    };
    let mut out = Vec::new();
    let mut at = 0;
    while at < values.len() {
        let equal = equal(&values[at..]).min(RUN_MAX);
        if equal >= RUN_MIN {
            repeated(turn(values[at]), equal, &mut out);
            at += equal;
            continue;
        }
        let mut end = at + equal;
        while end < values.len() && end - at < RUN_MAX {
            let next = self::equal(&values[end..]);
            if next >= RUN_MIN {
                break;
            }
            end = (end + next).min(at + RUN_MAX);
        }
        let turned: Vec<u64> = values[at..end].iter().map(|value| turn(*value)).collect();
        direct(&turned, &mut out);
        at = end;
    }
    out
}

/// How many values at the front are the same.
fn equal<T: PartialEq>(values: &[T]) -> usize {
    values.iter().take_while(|value| **value == values[0]).count()
}

fn repeated(turned: u64, count: usize, out: &mut Vec<u8>) {
    if count <= 10 {
        let bytes = (64 - turned.leading_zeros()).div_ceil(8).max(1) as usize;
        out.push(((bytes - 1) << 3 | (count - 3)) as u8);
        out.extend_from_slice(&turned.to_be_bytes()[8 - bytes..]);
        return;
    }
    // A fixed delta of nothing.
    out.push(0xc0 | ((count - 1) >> 8) as u8);
    out.push((count - 1) as u8);
    varint(turned, out);
    varint(0, out);
}

fn direct(values: &[u64], out: &mut Vec<u8>) {
    let bits = values.iter().map(|value| 64 - value.leading_zeros()).max().unwrap_or(1).max(1);
    let known = WIDTHS.iter().find(|(width, _)| *width >= bits);
    let (width, code) = known.copied().unwrap_or((64, 31));
    out.push(0x40 | code << 1 | ((values.len() - 1) >> 8) as u8);
    out.push((values.len() - 1) as u8);
    let (mut current, mut free) = (0u8, 8u32);
    for value in values {
        let mut left = width;
        while left > 0 {
            let taken = left.min(free);
            let bits = (value >> (left - taken)) as u8 & (0xffu16 >> (8 - taken)) as u8;
            current |= bits << (free - taken);
            free -= taken;
            left -= taken;
            if free == 0 {
                out.push(current);
                (current, free) = (0, 8);
            }
        }
    }
    if free < 8 {
        out.push(current);
    }
}

/// Bytes in runs and literals.
pub(super) fn bytes(values: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < values.len() {
        let same = equal(&values[at..]).min(130);
        if same >= RUN_MIN {
            out.push((same - 3) as u8);
            out.push(values[at]);
            at += same;
            continue;
        }
        let mut end = at + same;
        while end < values.len() && end - at < 128 {
            let next = equal(&values[end..]);
            if next >= RUN_MIN {
                break;
            }
            end = (end + next).min(at + 128);
        }
        out.push((256 - (end - at)) as u8);
        out.extend_from_slice(&values[at..end]);
        at = end;
    }
    out
}

/// Bits, the highest of each byte first.
pub(super) fn bits(values: &[bool]) -> Vec<u8> {
    let packed: Vec<u8> = values
        .chunks(8)
        .map(|eight| {
            eight.iter().enumerate().fold(0, |byte, (n, bit)| byte | u8::from(*bit) << (7 - n))
        })
        .collect();
    bytes(&packed)
}

/// Chunks of a stream or footer.
pub(super) fn chunks(codec: Codec, level: i32, plain: &[u8]) -> std::io::Result<Vec<u8>> {
    if codec == Codec::None {
        return Ok(plain.to_vec());
    }
    let mut out = Vec::new();
    for chunk in plain.chunks(CHUNK) {
        let packed = match codec {
            Codec::None => Vec::new(),
            Codec::Zlib => {
                let level = flate2::Compression::default();
                let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
                encoder.write_all(chunk)?;
                encoder.finish()?
            }
            Codec::Snappy => {
                snap::raw::Encoder::new().compress_vec(chunk).map_err(std::io::Error::other)?
            }
            Codec::Lz4 => lz4_flex::block::compress(chunk),
            Codec::Zstd => zstd::stream::encode_all(chunk, level)?,
        };
        // What does not become shorter is kept as it is.
        let (bytes, original) = match packed.len() < chunk.len() {
            true => (packed.as_slice(), 0),
            false => (chunk, 1),
        };
        let header = (bytes.len() << 1 | original) as u32;
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.extend_from_slice(bytes);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rle::{Bits, Bytes, Integers};
    use super::super::stream::Stream;
    use super::*;

    fn stream(bytes: Vec<u8>) -> Stream {
        Stream::new(Codec::None, 0, bytes.into())
    }

    proptest! {
        #[test]
        fn runs_read_as_they_were_written(
            runs in proptest::collection::vec((any::<i64>(), 0u32..64, 1usize..14), 0..60),
            long in 0usize..1_500,
        ) {
            let mut values: Vec<i64> = runs
                .iter()
                .flat_map(|(value, shift, times)| std::iter::repeat_n(value >> shift, *times))
                .collect();
            values.extend(std::iter::repeat_n(-7, long));
            let mut read = Integers::new(stream(integers(&values, true)), true, true);
            for value in &values {
                prop_assert_eq!(read.next().unwrap(), *value);
            }
            let lengths: Vec<i64> = values.iter().map(|value| value & i64::MAX).collect();
            let mut read = Integers::new(stream(integers(&lengths, false)), false, true);
            for value in &lengths {
                prop_assert_eq!(read.next().unwrap(), *value);
            }
            let small: Vec<u8> = values.iter().map(|value| *value as u8).collect();
            let mut read = Bytes::new(stream(bytes(&small)));
            for value in &small {
                prop_assert_eq!(read.next().unwrap(), *value);
            }
            let flags: Vec<bool> = values.iter().map(|value| value % 3 == 0).collect();
            let mut read = Bits::new(stream(bits(&flags)));
            for value in &flags {
                prop_assert_eq!(read.next().unwrap(), *value);
            }
        }
    }
}
