//! ORC says what it is in its footer, at the end of the file: types, and how many rows there are.
//!
//! <https://orc.apache.org/specification/ORCv1/>

use std::collections::HashSet;
use std::io::Read;

use super::{Classification, Inference, ParquetTail};
use crate::compression::Compression;
use crate::hive::HiveType;

const MAGIC: &[u8] = b"ORC";
/// No footer is larger, stored or plain; a damaged one may claim to be.
const FOOTER_MAX: u64 = 64 << 20;
const DEPTH_MAX: usize = 50;

/// Reads the footer from the last bytes of a file of `size` bytes.
///
/// # Errors
/// Why it is none, in words.
pub fn orc_tail(tail: &[u8], size: u64) -> Result<ParquetTail, String> {
    let (&length, before) = tail.split_last().ok_or("the file is empty")?;
    let at = before.len().checked_sub(length.into()).ok_or("it does not end in a postscript")?;
    let (body, postscript) = before.split_at(at);
    let postscript = Message::of(postscript).ok_or("its postscript is damaged")?;
    if postscript.bytes(8000) != Some(MAGIC) {
        return Err("it does not end in a postscript".to_owned());
    }
    let footer = postscript.number(1).unwrap_or(0);
    let needed = footer + u64::from(length) + 1;
    if footer > FOOTER_MAX || needed > size {
        return Err("its footer does not end where it says".to_owned());
    }
    let start = usize::try_from(footer).ok().and_then(|footer| body.len().checked_sub(footer));
    let Some(start) = start else { return Ok(ParquetTail::Need(needed)) };
    let codec = postscript.number(2).unwrap_or(0);
    let plain = plain(body.get(start..).unwrap_or_default(), codec)?;
    let footer = Message::of(&plain).ok_or("its footer is damaged")?;
    let types: Option<Vec<Message<'_>>> = footer.all(4).map(Message::of).collect();
    let types = types.ok_or("its types are damaged")?;
    let HiveType::Struct(fields) = of(&types, 0, 0)? else {
        return Err("its rows are no records".to_owned());
    };
    let rows = footer.number(6).unwrap_or(0);
    let mut inference = Inference::new(Classification::Orc, Compression::None);
    let mut names = HashSet::new();
    let columns = fields.into_iter().map(|(name, ty)| (name.to_lowercase(), ty));
    inference.columns = columns.filter(|(name, _)| names.insert(name.clone())).collect();
    inference.sampled_rows = rows;
    inference.row_count = Some(rows);
    inference.avg_record_size = size.checked_div(rows).unwrap_or(0);
    inference.rows_per_byte = rows as f64 / size.max(1) as f64;
    Ok(ParquetTail::Done(Box::new(inference)))
}

/// The type of a place in the list of all.
fn of(types: &[Message<'_>], at: u64, depth: usize) -> Result<HiveType, String> {
    let found = usize::try_from(at).ok().and_then(|at| types.get(at));
    let ty = found.filter(|_| depth <= DEPTH_MAX).ok_or("its types are damaged")?;
    let parts = ty.numbers(2);
    let part = |n: usize| {
        let at = parts.get(n).copied().ok_or("its types are damaged")?;
        of(types, at, depth + 1)
    };
    let length = || ty.number(4).and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
    let digits = |field: u64, otherwise: u8| {
        ty.number(field).and_then(|n| u8::try_from(n).ok()).unwrap_or(otherwise)
    };
    Ok(match ty.number(1).unwrap_or(0) {
        0 => HiveType::Boolean,
        1 => HiveType::TinyInt,
        2 => HiveType::SmallInt,
        3 => HiveType::Int,
        4 => HiveType::BigInt,
        5 => HiveType::Float,
        6 => HiveType::Double,
        7 => HiveType::String,
        8 => HiveType::Binary,
        9 | 18 => HiveType::Timestamp,
        10 => HiveType::Array(Box::new(part(0)?)),
        11 => HiveType::Map(Box::new(part(0)?), Box::new(part(1)?)),
        12 => {
            let names = ty.all(3).map(|name| String::from_utf8_lossy(name).into_owned());
            let fields = names.enumerate().map(|(n, name)| Ok((name, part(n)?)));
            HiveType::Struct(fields.collect::<Result<_, String>>()?)
        }
        14 => HiveType::Decimal(digits(5, 38).clamp(1, 38), digits(6, 10).min(38)),
        15 => HiveType::Date,
        16 => HiveType::Varchar(length()),
        17 => HiveType::Char(length()),
        other => return Err(format!("Hive has no type for its type {other}")),
    })
}

/// A stream without its chunks: each has its length before it, and whether it is stored as it is.
fn plain(mut stored: &[u8], codec: u64) -> Result<Vec<u8>, String> {
    if codec == 0 {
        return Ok(stored.to_vec());
    }
    let mut plain = Vec::new();
    while let Some((header, rest)) = stored.split_first_chunk::<3>() {
        let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        let length = usize::try_from(header >> 1).unwrap_or(usize::MAX);
        let (chunk, after) = rest.split_at_checked(length).ok_or("its footer is damaged")?;
        if header & 1 == 1 {
            plain.extend_from_slice(chunk);
        } else {
            unpack(chunk, codec, &mut plain)?;
        }
        stored = after;
    }
    Ok(plain)
}

fn unpack(chunk: &[u8], codec: u64, plain: &mut Vec<u8>) -> Result<(), String> {
    let mut all = |from: &mut dyn Read| {
        let read = from.take(FOOTER_MAX).read_to_end(plain);
        read.map(|_| ()).map_err(|_| "its footer is damaged".to_owned())
    };
    match codec {
        1 => all(&mut flate2::read::DeflateDecoder::new(chunk)),
        2 => {
            let length = snap::raw::decompress_len(chunk).map_err(|why| why.to_string())?;
            if length as u64 > FOOTER_MAX {
                return Err("its footer is damaged".to_owned());
            }
            let bytes = snap::raw::Decoder::new().decompress_vec(chunk);
            plain.extend(bytes.map_err(|why| why.to_string())?);
            Ok(())
        }
        5 => all(&mut zstd::Decoder::new(chunk).map_err(|why| why.to_string())?),
        other => Err(format!("its compression {other} is not known")),
    }
}

/// The fields of a message of Protocol Buffers.
struct Message<'a>(Vec<(u64, Value<'a>)>);

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Message<'a> {
    fn of(mut bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes)?;
            let value = match tag & 7 {
                0 => Value::Number(varint(&mut bytes)?),
                1 => Value::Bytes(take(&mut bytes, 8)?),
                2 => {
                    let length = varint(&mut bytes)?;
                    Value::Bytes(take(&mut bytes, length)?)
                }
                5 => Value::Bytes(take(&mut bytes, 4)?),
                _ => return None,
            };
            fields.push((tag >> 3, value));
        }
        Some(Self(fields))
    }

    fn number(&self, field: u64) -> Option<u64> {
        self.0.iter().rev().find_map(|(own, value)| match value {
            Value::Number(number) if *own == field => Some(*number),
            _ => None,
        })
    }

    fn all(&self, field: u64) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter_map(move |(own, value)| match value {
            Value::Bytes(bytes) if *own == field => Some(*bytes),
            _ => None,
        })
    }

    fn bytes(&self, field: u64) -> Option<&'a [u8]> {
        self.all(field).last()
    }

    /// Numbers that lie packed, or one by one.
    fn numbers(&self, field: u64) -> Vec<u64> {
        let mut numbers = Vec::new();
        for (_, value) in self.0.iter().filter(|(own, _)| *own == field) {
            match value {
                Value::Number(number) => numbers.push(*number),
                Value::Bytes(bytes) => {
                    let mut bytes = *bytes;
                    while let Some(number) = varint(&mut bytes) {
                        numbers.push(number);
                    }
                }
            }
        }
        numbers
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    Some(taken)
}
