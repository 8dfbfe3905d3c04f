//! The values of one column of a stripe, out of its streams.

use std::collections::HashMap;
use std::ops::Range;

use bytes::Bytes;
use chrono::{NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

use super::rle::{Bits, Bytes as ByteRuns, Integers};
use super::stream::{Codec, Stream};
use super::tail::{Type, kind};
use crate::coerce::{self, Result, mismatch, narrow};
use crate::hive::HiveType;
use crate::text::Column;

/// A dictionary's bytes, at most.
const DICTIONARY_MAX: usize = 256 << 20;
/// Entries of a dictionary, at most.
const ENTRIES_MAX: u64 = 64 << 20;
/// A value's bytes, at most.
const VALUE_MAX: usize = 256 << 20;
/// Items of one array, at most.
const ITEMS_MAX: usize = 16 << 20;
/// Seconds from the epoch to 2015, which timestamps count from.
const BASE: i64 = 1_420_070_400;

/// Streams' kinds, in the format's numbers.
mod stream {
    pub(super) const PRESENT: u64 = 0;
    pub(super) const DATA: u64 = 1;
    pub(super) const LENGTH: u64 = 2;
    pub(super) const DICTIONARY: u64 = 3;
    pub(super) const SECONDARY: u64 = 5;
}

/// What columns are made of.
pub(super) struct Streams<'a> {
    pub(super) codec: Codec,
    pub(super) chunk: usize,
    /// By kind and type.
    pub(super) found: HashMap<(u64, u64), Bytes>,
    pub(super) encodings: &'a [(u64, u64)],
    pub(super) types: &'a [Type],
    pub(super) zone: Tz,
}

impl Streams<'_> {
    fn take(&mut self, kind: u64, column: u64) -> Option<Stream> {
        let bytes = self.found.remove(&(kind, column))?;
        Some(Stream::new(self.codec, self.chunk, bytes))
    }

    /// A stream that is left out where it would be empty.
    fn get(&mut self, kind: u64, column: u64) -> Stream {
        self.take(kind, column).unwrap_or_else(Stream::empty)
    }
}

/// A column, or a part of one.
pub(super) struct Node {
    present: Option<Bits>,
    values: Values,
}

enum Values {
    Boolean(Bits),
    Byte(ByteRuns),
    Integer(Integers),
    Date(Integers),
    Float(Stream),
    Double(Stream),
    Bytes {
        data: Stream,
        lengths: Integers,
    },
    Dictionary {
        indexes: Integers,
        places: Vec<Range<usize>>,
        bytes: Vec<u8>,
    },
    Timestamp {
        seconds: Integers,
        nanos: Integers,
        zone: Tz,
        instant: bool,
    },
    Decimal {
        digits: Stream,
        scales: Integers,
    },
    List {
        lengths: Integers,
        items: Box<Node>,
    },
    Map {
        lengths: Integers,
        keys: Box<Node>,
        values: Box<Node>,
    },
    /// By field of the column, where the file has it.
    Struct(Vec<Option<Node>>),
}

impl Node {
    pub(super) fn new(
        streams: &mut Streams<'_>,
        column: u64,
        wanted: &HiveType,
        depth: usize,
    ) -> Result<Node> {
        let at = usize::try_from(column).map_err(|_| "its types are not readable")?;
        let ty =
            streams.types.get(at).filter(|_| depth < 64).ok_or("its types are not readable")?;
        let (encoding, size) = streams.encodings.get(at).copied().unwrap_or((0, 0));
        let version_two = encoding >= 2;
        let present = streams.take(stream::PRESENT, column).map(Bits::new);
        let integers = |stream: Stream, signed: bool| Integers::new(stream, signed, version_two);
        let inner = |n: usize| ty.inner.get(n).copied().ok_or("a type lacks what it is made of");
        let values = match ty.kind {
            kind::BOOLEAN => Values::Boolean(Bits::new(streams.get(stream::DATA, column))),
            kind::BYTE => Values::Byte(ByteRuns::new(streams.get(stream::DATA, column))),
            kind::SHORT | kind::INT | kind::LONG => {
                Values::Integer(integers(streams.get(stream::DATA, column), true))
            }
            kind::DATE => Values::Date(integers(streams.get(stream::DATA, column), true)),
            kind::FLOAT => Values::Float(streams.get(stream::DATA, column)),
            kind::DOUBLE => Values::Double(streams.get(stream::DATA, column)),
            kind::STRING | kind::VARCHAR | kind::CHAR if encoding % 2 == 1 => {
                let lengths = integers(streams.get(stream::LENGTH, column), false);
                let data = streams.get(stream::DICTIONARY, column);
                let (places, bytes) = dictionary(lengths, data, size)?;
                let indexes = integers(streams.get(stream::DATA, column), false);
                Values::Dictionary { indexes, places, bytes }
            }
            kind::STRING | kind::VARCHAR | kind::CHAR | kind::BINARY => Values::Bytes {
                data: streams.get(stream::DATA, column),
                lengths: integers(streams.get(stream::LENGTH, column), false),
            },
            kind::TIMESTAMP | kind::TIMESTAMP_INSTANT => Values::Timestamp {
                seconds: integers(streams.get(stream::DATA, column), true),
                nanos: integers(streams.get(stream::SECONDARY, column), false),
                zone: streams.zone,
                instant: ty.kind == kind::TIMESTAMP_INSTANT,
            },
            kind::DECIMAL => Values::Decimal {
                digits: streams.get(stream::DATA, column),
                scales: integers(streams.get(stream::SECONDARY, column), true),
            },
            kind::LIST => {
                let HiveType::Array(item) = wanted else { return mismatch("array") };
                let lengths = integers(streams.get(stream::LENGTH, column), false);
                let items = Box::new(Node::new(streams, inner(0)?, item, depth + 1)?);
                Values::List { lengths, items }
            }
            kind::MAP => {
                let HiveType::Map(key, value) = wanted else { return mismatch("map") };
                let lengths = integers(streams.get(stream::LENGTH, column), false);
                let keys = Box::new(Node::new(streams, inner(0)?, key, depth + 1)?);
                let values = Box::new(Node::new(streams, inner(1)?, value, depth + 1)?);
                Values::Map { lengths, keys, values }
            }
            kind::STRUCT => {
                let HiveType::Struct(fields) = wanted else { return mismatch("struct") };
                let mut nodes = Vec::with_capacity(fields.len());
                for (name, wanted) in fields {
                    let found = ty.names.iter().position(|own| own.eq_ignore_ascii_case(name));
                    nodes.push(match found {
                        Some(n) => Some(Node::new(streams, inner(n)?, wanted, depth + 1)?),
                        None => None,
                    });
                }
                Values::Struct(nodes)
            }
            other => return Err(format!("type {other} is not supported")),
        };
        Ok(Node { present, values })
    }

    /// Appends the next value.
    pub(super) fn read(&mut self, column: &mut Column) -> Result<()> {
        if let Some(present) = &mut self.present
            && !present.next()?
        {
            column.push_null();
            return Ok(());
        }
        match &mut self.values {
            Values::Boolean(bits) => coerce::boolean(column, bits.next()?),
            Values::Byte(bytes) => coerce::long(column, bytes.next()?.cast_signed().into()),
            Values::Integer(integers) => coerce::long(column, integers.next()?),
            Values::Date(days) => date(column, days.next()?),
            Values::Float(data) => coerce::double(column, f32::from_le_bytes(data.array()?).into()),
            Values::Double(data) => coerce::double(column, f64::from_le_bytes(data.array()?)),
            Values::Bytes { data, lengths } => {
                let length = lengths.length()?;
                if length > VALUE_MAX {
                    return Err(format!("a value of {length} bytes is not plausible"));
                }
                let mut value = Vec::new();
                data.read(length, &mut value)?;
                put_bytes(column, &value)
            }
            Values::Dictionary { indexes, places, bytes } => {
                let place = places.get(indexes.length()?).cloned();
                put_bytes(column, &bytes[place.ok_or("a dictionary has no such entry")?])
            }
            Values::Timestamp { seconds, nanos, zone, instant } => {
                let millis = millis(seconds.next()?, nanos.next()?, *zone, *instant)?;
                match column {
                    Column::Timestamp(b) => b.append_value(millis),
                    _ => return mismatch("timestamp"),
                }
                Ok(())
            }
            Values::Decimal { digits, scales } => {
                let raw = digits.varint()?;
                let value = (raw >> 1).cast_signed() ^ -((raw & 1).cast_signed());
                let scale = u8::try_from(scales.next()?).ok().filter(|scale| *scale <= 38);
                coerce::decimal(column, value, scale.ok_or("a scale is not plausible")?)
            }
            Values::List { lengths, items } => {
                let Column::List(list) = column else { return mismatch("array") };
                for _ in 0..count(lengths)? {
                    items.read(&mut list.items)?;
                }
                list.end(true);
                Ok(())
            }
            Values::Map { lengths, keys, values } => {
                let Column::Map(map) = column else { return mismatch("map") };
                for _ in 0..count(lengths)? {
                    keys.read(&mut map.keys)?;
                    values.read(&mut map.values)?;
                }
                map.end(true);
                Ok(())
            }
            Values::Struct(nodes) => {
                let Column::Struct(into) = column else { return mismatch("struct") };
                for (node, column) in nodes.iter_mut().zip(&mut into.columns) {
                    match node {
                        Some(node) => node.read(column)?,
                        None => column.push_null(),
                    }
                }
                into.end(true);
                Ok(())
            }
        }
    }
}

fn count(lengths: &mut Integers) -> Result<usize> {
    match lengths.length()? {
        count if count <= ITEMS_MAX => Ok(count),
        count => Err(format!("an array of {count} items is not plausible")),
    }
}

fn put_bytes(column: &mut Column, value: &[u8]) -> Result<()> {
    match column {
        Column::Binary(_) | Column::BinaryView(_) => coerce::bytes(column, value),
        column => match column.push_scalar(value, &Default::default()) {
            true => Ok(()),
            false => mismatch("string"),
        },
    }
}

fn date(column: &mut Column, days: i64) -> Result<()> {
    match column {
        Column::Date(b) => b.append_value(narrow(days)?),
        column if column.is_text() => {
            let day = NaiveDate::from_epoch_days(narrow(days)?).ok_or("a date is not plausible")?;
            return coerce::text(column, &day.to_string(), "date");
        }
        _ => return mismatch("date"),
    }
    Ok(())
}

fn dictionary(
    mut lengths: Integers,
    mut data: Stream,
    size: u64,
) -> Result<(Vec<Range<usize>>, Vec<u8>)> {
    if size > ENTRIES_MAX {
        return Err(format!("a dictionary of {size} entries is not plausible"));
    }
    let mut places = Vec::new();
    let mut at = 0usize;
    for _ in 0..size {
        let end = at.checked_add(lengths.length()?).filter(|end| *end <= DICTIONARY_MAX);
        let end = end.ok_or("a dictionary is too long")?;
        places.push(at..end);
        at = end;
    }
    let mut bytes = Vec::new();
    data.read(at, &mut bytes)?;
    Ok((places, bytes))
}

/// Milliseconds since the epoch of the time on the writer's wall, or of the moment itself.
fn millis(seconds: i64, nanos: i64, zone: Tz, instant: bool) -> Result<i64> {
    // How many zeros were left off is in the last three bits.
    let zeros = u32::try_from(nanos & 7).unwrap_or(0);
    let nanos = (nanos >> 3).checked_mul(10i64.pow(if zeros == 0 { 0 } else { zeros + 1 }));
    // Some writers cut towards the epoch in earnest, and what is left before it is negative.
    let nanos = nanos.filter(|nanos| nanos.unsigned_abs() < 1_000_000_000);
    let nanos = nanos.ok_or("a fraction of a second is not plausible")?;
    let far = "a timestamp is not plausible";
    let base = match instant {
        true => BASE,
        false => BASE - offset(zone, BASE),
    };
    let mut at = seconds.checked_add(base).ok_or(far)?;
    // Writers cut towards the epoch.
    if at < 0 && nanos > 999_999 {
        at -= 1;
    }
    if !instant {
        at += offset(zone, at);
    }
    at.checked_mul(1_000)
        .and_then(|at| at.checked_add(nanos.div_euclid(1_000_000)))
        .ok_or(far.to_owned())
}

/// Seconds that a zone's clocks are ahead.
fn offset(zone: Tz, at: i64) -> i64 {
    match chrono::DateTime::from_timestamp(at, 0) {
        Some(moment) if zone != Tz::UTC => {
            let offset = zone.offset_from_utc_datetime(&moment.naive_utc());
            offset.fix().local_minus_utc().into()
        }
        _ => 0,
    }
}
