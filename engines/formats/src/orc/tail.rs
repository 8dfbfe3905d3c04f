//! The end of a file, which says what it holds and where: postscript and footer.

use bytes::Bytes;

use super::proto::Fields;
use super::proto::Value::{Bytes as Raw, Number};
use super::stream::{CHUNK_MAX, Codec};
use crate::coerce::Result as Plain;
use crate::error::{Error, Result};
use crate::hive::HiveType;

/// Longer footers are not read.
const FOOTER_MAX: usize = 256 << 20;
/// Types nested deeper are refused.
const DEPTH_MAX: usize = 64;

/// What a file holds and where.
#[derive(Debug, Clone)]
pub struct OrcTail {
    pub(super) codec: Codec,
    /// The plain bytes of a chunk, at most.
    pub(super) chunk: usize,
    pub(super) stripes: Vec<Stripe>,
    pub(super) types: Vec<Type>,
    rows: u64,
}

/// What is known after some bytes of a file's end were read.
#[derive(Debug)]
pub enum OrcTailRead {
    /// So many bytes of the end are needed.
    Needs(u64),
    /// All that is to be known.
    Whole(Box<OrcTail>),
}

/// Rows that stand together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stripe {
    pub(super) offset: u64,
    pub(super) index_length: u64,
    pub(super) data_length: u64,
    pub(super) footer_length: u64,
    pub(super) rows: u64,
}

/// A type; types within it by their numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Type {
    pub(super) kind: u64,
    pub(super) inner: Vec<u64>,
    pub(super) names: Vec<String>,
    pub(super) length: u64,
    pub(super) precision: u64,
    pub(super) scale: u64,
}

/// The kinds of types, in the format's numbers.
pub(super) mod kind {
    pub(crate) const BOOLEAN: u64 = 0;
    pub(crate) const BYTE: u64 = 1;
    pub(crate) const SHORT: u64 = 2;
    pub(crate) const INT: u64 = 3;
    pub(crate) const LONG: u64 = 4;
    pub(crate) const FLOAT: u64 = 5;
    pub(crate) const DOUBLE: u64 = 6;
    pub(crate) const STRING: u64 = 7;
    pub(crate) const BINARY: u64 = 8;
    pub(crate) const TIMESTAMP: u64 = 9;
    pub(crate) const LIST: u64 = 10;
    pub(crate) const MAP: u64 = 11;
    pub(crate) const STRUCT: u64 = 12;
    pub(crate) const DECIMAL: u64 = 14;
    pub(crate) const DATE: u64 = 15;
    pub(crate) const VARCHAR: u64 = 16;
    pub(crate) const CHAR: u64 = 17;
    pub(crate) const TIMESTAMP_INSTANT: u64 = 18;
}

fn corrupt(message: impl Into<String>) -> Error {
    Error::Corrupt { codec: "ORC", offset: 0, message: message.into() }
}

impl OrcTail {
    /// Reads the last bytes of a file of `size` bytes.
    pub fn read(tail: &Bytes, size: u64) -> Result<OrcTailRead> {
        let not_orc = || corrupt("not an ORC file");
        let length = usize::from(*tail.last().ok_or_else(not_orc)?);
        if length as u64 + 4 > size {
            return Err(not_orc());
        }
        if tail.len() < length + 1 {
            return Ok(OrcTailRead::Needs(length as u64 + 1));
        }
        let begin = tail.len() - 1 - length;
        let postscript = Postscript::read(&tail[begin..tail.len() - 1]).map_err(corrupt)?;
        let footer = usize::try_from(postscript.footer).ok().filter(|f| *f <= FOOTER_MAX);
        let footer = footer.ok_or_else(|| corrupt("its footer is too long"))?;
        let whole = (footer + length + 1) as u64;
        if whole + 3 > size {
            return Err(corrupt("its footer is longer than the file"));
        }
        if (tail.len() as u64) < whole {
            return Ok(OrcTailRead::Needs(whole));
        }
        let packed = tail.slice(begin - footer..begin);
        let plain = postscript.codec.unpack_all(&packed, postscript.chunk, FOOTER_MAX);
        let read = plain.and_then(|plain| footer_of(&plain, &postscript)).map_err(corrupt)?;
        for stripe in &read.stripes {
            let parts = [stripe.index_length, stripe.data_length, stripe.footer_length];
            let end = parts.iter().try_fold(stripe.offset, |at, part| at.checked_add(*part));
            if end.is_none_or(|end| end > size) {
                return Err(corrupt("a stripe lies outside the file"));
            }
        }
        Ok(OrcTailRead::Whole(Box::new(read)))
    }

    /// Rows of the file.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How many stripes the file has.
    pub fn stripes(&self) -> usize {
        self.stripes.len()
    }

    /// Where a stripe begins.
    pub fn stripe_offset(&self, stripe: usize) -> Option<u64> {
        self.stripes.get(stripe).map(|stripe| stripe.offset)
    }

    /// The columns the file says it has; a name no table could use is kept as it is.
    pub fn columns(&self) -> Result<Vec<(String, HiveType)>> {
        match self.hive_type(0, 0).map_err(corrupt)? {
            HiveType::Struct(fields) => Ok(fields),
            _ => Err(corrupt("its rows are no structs")),
        }
    }

    fn hive_type(&self, at: u64, depth: usize) -> Plain<HiveType> {
        let found = usize::try_from(at).ok().and_then(|at| self.types.get(at));
        let ty = found.filter(|_| depth < DEPTH_MAX).ok_or("its types are not readable")?;
        let inner = |n: usize| {
            let at = ty.inner.get(n).ok_or("a type lacks what it is made of")?;
            self.hive_type(*at, depth + 1)
        };
        let length = || u32::try_from(ty.length).unwrap_or(u32::MAX);
        Ok(match ty.kind {
            kind::BOOLEAN => HiveType::Boolean,
            kind::BYTE => HiveType::TinyInt,
            kind::SHORT => HiveType::SmallInt,
            kind::INT => HiveType::Int,
            kind::LONG => HiveType::BigInt,
            kind::FLOAT => HiveType::Float,
            kind::DOUBLE => HiveType::Double,
            kind::STRING => HiveType::String,
            kind::BINARY => HiveType::Binary,
            kind::TIMESTAMP | kind::TIMESTAMP_INSTANT => HiveType::Timestamp,
            kind::LIST => HiveType::Array(Box::new(inner(0)?)),
            kind::MAP => HiveType::Map(Box::new(inner(0)?), Box::new(inner(1)?)),
            kind::STRUCT => {
                let fields = ty.names.iter().enumerate();
                let typed = fields.map(|(n, name)| Ok((name.clone(), inner(n)?)));
                HiveType::Struct(typed.collect::<Plain<_>>()?)
            }
            kind::DECIMAL => {
                // The oldest writers say neither; Hive's default then holds.
                let precision = if ty.precision == 0 { 38 } else { ty.precision.min(38) };
                HiveType::Decimal(precision as u8, ty.scale.min(precision) as u8)
            }
            kind::DATE => HiveType::Date,
            kind::VARCHAR => HiveType::Varchar(length()),
            kind::CHAR => HiveType::Char(length()),
            other => return Err(format!("type {other} is not supported")),
        })
    }
}

struct Postscript {
    footer: u64,
    codec: Codec,
    chunk: usize,
}

impl Postscript {
    fn read(message: &[u8]) -> Plain<Self> {
        let (mut footer, mut codec, mut chunk, mut magic) = (None, 0, 256 << 10, false);
        for field in Fields::new(message) {
            match field? {
                (1, Number(length)) => footer = Some(length),
                (2, Number(kind)) => codec = kind,
                (3, Number(size)) => chunk = size,
                (8000, Raw(text)) => magic = text == b"ORC",
                _ => {}
            }
        }
        if !magic {
            return Err("not an ORC file".to_owned());
        }
        let codec = match codec {
            0 => Codec::None,
            1 => Codec::Zlib,
            2 => Codec::Snappy,
            4 => Codec::Lz4,
            5 => Codec::Zstd,
            3 => return Err("compression codec LZO is not supported".to_owned()),
            other => return Err(format!("compression codec {other} is not known")),
        };
        let chunk = usize::try_from(chunk).ok().filter(|chunk| *chunk <= CHUNK_MAX);
        Ok(Postscript {
            footer: footer.ok_or("its postscript lacks the footer's length")?,
            codec,
            chunk: chunk.ok_or("its chunks are too large")?,
        })
    }
}

fn footer_of(message: &[u8], postscript: &Postscript) -> Plain<OrcTail> {
    let (mut stripes, mut types, mut rows) = (Vec::new(), Vec::new(), 0);
    for field in Fields::new(message) {
        match field? {
            (3, Raw(stripe)) => stripes.push(stripe_of(stripe)?),
            (4, Raw(ty)) => types.push(type_of(ty)?),
            (6, Number(count)) => rows = count,
            (10, Raw(_)) => return Err("encrypted columns are not supported".to_owned()),
            _ => {}
        }
    }
    Ok(OrcTail { codec: postscript.codec, chunk: postscript.chunk, stripes, types, rows })
}

fn stripe_of(message: &[u8]) -> Plain<Stripe> {
    let mut parts = [0; 5];
    for field in Fields::new(message) {
        if let (at @ 1..=5, Number(value)) = field? {
            parts[at as usize - 1] = value;
        }
    }
    let [offset, index_length, data_length, footer_length, rows] = parts;
    Ok(Stripe { offset, index_length, data_length, footer_length, rows })
}

fn type_of(message: &[u8]) -> Plain<Type> {
    let mut ty = Type::default();
    for field in Fields::new(message) {
        match field? {
            (1, Number(kind)) => ty.kind = kind,
            (2, value) => value.numbers(&mut ty.inner),
            (3, Raw(name)) => ty.names.push(String::from_utf8_lossy(name).into_owned()),
            (4, Number(length)) => ty.length = length,
            (5, Number(precision)) => ty.precision = precision,
            (6, Number(scale)) => ty.scale = scale,
            _ => {}
        }
    }
    Ok(ty)
}
