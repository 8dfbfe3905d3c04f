//! Writes a file: rows are kept by column until they make a stripe, then encoded and compressed.
//! No indexes and no dictionaries; the statistics of a file are how many values and whether NULLs.

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, TimeUnit};

use super::encode::{CHUNK, bits, bytes, chunks, integers};
use super::proto::Message;
use super::stream::Codec;
use super::tail::kind;
use crate::compression::Compression;
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::write::{Cells, Kind, WriteOptions};

/// Bytes of values kept before they are written, about.
const STRIPE: usize = 64 << 20;
/// Rows of a stripe, at most.
const STRIPE_ROWS: u64 = 1 << 20;
/// Seconds from the epoch to 2015, which timestamps count from.
const BASE: i64 = 1_420_070_400;
const MAGIC: &[u8; 3] = b"ORC";

/// A file under construction.
pub(crate) struct OrcFile {
    types: Vec<DataType>,
    columns: Vec<Column>,
    codec: Codec,
    level: i32,
    rows: u64,
    /// Bytes of the values kept, about.
    kept: usize,
    all_rows: u64,
    stripes: Vec<Message>,
    /// Bytes written before those that are ready.
    given: u64,
    ready: Vec<u8>,
    names: Vec<String>,
}

/// A column of the stripe under construction, or a part of one.
struct Column {
    kind: u64,
    /// Length, or precision and scale.
    sizes: [u64; 2],
    names: Vec<String>,
    present: Vec<bool>,
    numbers: Vec<i64>,
    second: Vec<i64>,
    small: Vec<u8>,
    flags: Vec<bool>,
    data: Vec<u8>,
    inner: Vec<Column>,
    /// Of the whole file.
    values: u64,
    has_null: bool,
}

impl Column {
    fn new(ty: &HiveType) -> Column {
        let (kind, sizes) = match ty {
            HiveType::Boolean => (kind::BOOLEAN, [0, 0]),
            HiveType::TinyInt => (kind::BYTE, [0, 0]),
            HiveType::SmallInt => (kind::SHORT, [0, 0]),
            HiveType::Int => (kind::INT, [0, 0]),
            HiveType::BigInt => (kind::LONG, [0, 0]),
            HiveType::Float => (kind::FLOAT, [0, 0]),
            HiveType::Double => (kind::DOUBLE, [0, 0]),
            HiveType::Decimal(precision, scale) => {
                (kind::DECIMAL, [(*precision).into(), (*scale).into()])
            }
            HiveType::String | HiveType::Void => (kind::STRING, [0, 0]),
            HiveType::Varchar(length) => (kind::VARCHAR, [(*length).into(), 0]),
            HiveType::Char(length) => (kind::CHAR, [(*length).into(), 0]),
            HiveType::Binary => (kind::BINARY, [0, 0]),
            HiveType::Date => (kind::DATE, [0, 0]),
            HiveType::Timestamp => (kind::TIMESTAMP, [0, 0]),
            HiveType::Array(_) => (kind::LIST, [0, 0]),
            HiveType::Map(..) => (kind::MAP, [0, 0]),
            HiveType::Struct(_) => (kind::STRUCT, [0, 0]),
        };
        let (names, inner) = match ty {
            HiveType::Array(item) => (vec![], vec![Column::new(item)]),
            HiveType::Map(key, value) => (vec![], vec![Column::new(key), Column::new(value)]),
            HiveType::Struct(fields) => {
                fields.iter().map(|(name, ty)| (name.clone(), Column::new(ty))).unzip()
            }
            _ => (vec![], vec![]),
        };
        Column {
            kind,
            sizes,
            names,
            inner,
            present: Vec::new(),
            numbers: Vec::new(),
            second: Vec::new(),
            small: Vec::new(),
            flags: Vec::new(),
            data: Vec::new(),
            values: 0,
            has_null: false,
        }
    }

    /// Appends a value; answers about how many bytes it takes.
    fn push(&mut self, cells: &Cells<'_>, row: usize) -> usize {
        let null = cells.is_null(row);
        self.present.push(!null);
        if null {
            self.has_null = true;
            return 1;
        }
        self.values += 1;
        match cells.kind() {
            Kind::Boolean(array) => self.flags.push(array.value(row)),
            Kind::Int8(array) => self.small.push(array.value(row).cast_unsigned()),
            Kind::Int16(array) => self.numbers.push(array.value(row).into()),
            Kind::Int32(array) => self.numbers.push(array.value(row).into()),
            Kind::Int64(array) => self.numbers.push(array.value(row)),
            Kind::Float32(array) => self.data.extend_from_slice(&array.value(row).to_le_bytes()),
            Kind::Float64(array) => self.data.extend_from_slice(&array.value(row).to_le_bytes()),
            Kind::Decimal(array, scale) => {
                let value = array.value(row);
                let mut rest = (value << 1 ^ value >> 127).cast_unsigned();
                while rest >= 0x80 {
                    self.data.push(rest as u8 | 0x80);
                    rest >>= 7;
                }
                self.data.push(rest as u8);
                self.numbers.push((*scale).into());
                return 16;
            }
            Kind::View(array) => return self.text(array.value(row).as_bytes()),
            Kind::Text(array) => return self.text(array.value(row).as_bytes()),
            Kind::Binary(array) => return self.text(array.value(row)),
            Kind::BinaryView(array) => return self.text(array.value(row)),
            Kind::Date(array) => self.numbers.push(array.value(row).into()),
            Kind::Micros(array) => {
                let at = array.value(row);
                return self.moment(at.div_euclid(1_000_000), at.rem_euclid(1_000_000) * 1_000);
            }
            Kind::Nanos(array) => {
                let at = array.value(row);
                return self.moment(at.div_euclid(1_000_000_000), at.rem_euclid(1_000_000_000));
            }
            Kind::List(list, items) => {
                let offsets = list.value_offsets();
                let range = offsets[row] as usize..offsets[row + 1] as usize;
                self.numbers.push(range.len() as i64);
                return 4 + range.map(|item| self.inner[0].push(items, item)).sum::<usize>();
            }
            Kind::Map(map, entries) => {
                let offsets = map.value_offsets();
                let range = offsets[row] as usize..offsets[row + 1] as usize;
                self.numbers.push(range.len() as i64);
                let mut bytes = 4;
                for entry in range {
                    bytes += self.inner[0].push(&entries.0, entry);
                    bytes += self.inner[1].push(&entries.1, entry);
                }
                return bytes;
            }
            Kind::Struct(_, columns) => {
                let fields = self.inner.iter_mut().zip(columns);
                return fields.map(|(inner, cells)| inner.push(cells, row)).sum();
            }
        }
        8
    }

    fn text(&mut self, value: &[u8]) -> usize {
        self.data.extend_from_slice(value);
        self.numbers.push(value.len() as i64);
        value.len() + 8
    }

    fn moment(&mut self, seconds: i64, nanos: i64) -> usize {
        // Readers take a second off again: they expect times cut towards the epoch.
        let cut = seconds < 0 && nanos > 999_999;
        self.numbers.push(seconds + i64::from(cut) - BASE);
        // Zeros at the end are counted, not kept.
        let zeros = (0..9).take_while(|n| nanos % 10i64.pow(n + 1) == 0).count() as u32;
        self.second.push(match (nanos, zeros) {
            (0, _) => 0,
            (_, 0 | 1) => nanos << 3,
            (_, zeros) => {
                let zeros = zeros.min(8);
                ((nanos / 10i64.pow(zeros)) << 3) | i64::from(zeros - 1)
            }
        });
        16
    }

    /// This column and what is in it, each before its parts.
    fn walk(&mut self, visit: &mut dyn FnMut(&mut Column)) {
        visit(self);
        for inner in &mut self.inner {
            inner.walk(visit);
        }
    }

    /// The plain streams of the stripe, by their kinds; nothing of it is left here.
    fn streams(&mut self) -> Vec<(u64, Vec<u8>)> {
        let mut streams = Vec::new();
        let present = std::mem::take(&mut self.present);
        if present.contains(&false) {
            streams.push((0, bits(&present)));
        }
        let numbers = std::mem::take(&mut self.numbers);
        let second = std::mem::take(&mut self.second);
        let data = std::mem::take(&mut self.data);
        match self.kind {
            kind::BOOLEAN => streams.push((1, bits(&std::mem::take(&mut self.flags)))),
            kind::BYTE => streams.push((1, bytes(&std::mem::take(&mut self.small)))),
            kind::SHORT | kind::INT | kind::LONG | kind::DATE => {
                streams.push((1, integers(&numbers, true)));
            }
            kind::FLOAT | kind::DOUBLE => streams.push((1, data)),
            kind::STRING | kind::VARCHAR | kind::CHAR | kind::BINARY => {
                streams.push((1, data));
                streams.push((2, integers(&numbers, false)));
            }
            kind::TIMESTAMP => {
                streams.push((1, integers(&numbers, true)));
                streams.push((5, integers(&second, false)));
            }
            kind::DECIMAL => {
                streams.push((1, data));
                streams.push((5, integers(&numbers, true)));
            }
            kind::LIST | kind::MAP => streams.push((2, integers(&numbers, false))),
            _ => {}
        }
        streams
    }

    /// Whether its integers are in runs of the second version.
    fn has_runs(&self) -> bool {
        !matches!(self.kind, kind::BOOLEAN | kind::BYTE | kind::FLOAT | kind::DOUBLE | kind::STRUCT)
    }
}

impl OrcFile {
    pub(crate) fn new(schema: &Schema, options: &WriteOptions) -> Result<Self> {
        let codec = match options.compression {
            Compression::None => Codec::None,
            Compression::Deflate => Codec::Zlib,
            Compression::Snappy => Codec::Snappy,
            Compression::Lz4 => Codec::Lz4,
            Compression::Zstd => Codec::Zstd,
            other => {
                let name = other.name();
                return Err(Error::Options(format!("ORC has no {name} compression")));
            }
        };
        let fields = schema.fields().iter();
        let hive =
            fields.map(|f| HiveType::from_arrow(f.data_type())).collect::<Result<Vec<_>>>()?;
        Ok(OrcFile {
            types: hive.iter().map(|ty| ty.to_arrow_with(TimeUnit::Microsecond)).collect(),
            columns: hive.iter().map(Column::new).collect(),
            codec,
            level: options.level.unwrap_or(3),
            rows: 0,
            kept: 0,
            all_rows: 0,
            stripes: Vec::new(),
            given: 0,
            ready: MAGIC.to_vec(),
            names: schema.fields().iter().map(|field| field.name().clone()).collect(),
        })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_columns() != self.types.len() {
            return Err(Error::Options(format!(
                "a batch of {} columns in a file of {}",
                batch.num_columns(),
                self.types.len()
            )));
        }
        let pairs = batch.columns().iter().zip(&self.types);
        let arrays: Vec<ArrayRef> = pairs
            .map(|(array, ty)| match array.data_type() == ty {
                true => Ok(array.clone()),
                false => cast(array, ty),
            })
            .collect::<Result<_, _>>()?;
        let cells = arrays.iter().map(Cells::new).collect::<Result<Vec<_>>>()?;
        let mut held = 0;
        for row in 0..batch.num_rows() {
            for (column, cells) in self.columns.iter_mut().zip(&cells) {
                held += column.push(cells, row);
            }
            self.rows += 1;
        }
        self.kept += held;
        if self.kept >= STRIPE || self.rows >= STRIPE_ROWS {
            self.stripe()?;
        }
        Ok(())
    }

    pub(crate) fn take_ready(&mut self) -> Vec<u8> {
        self.given += self.ready.len() as u64;
        std::mem::take(&mut self.ready)
    }

    pub(crate) fn ready(&self) -> usize {
        self.ready.len()
    }

    fn stripe(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let offset = self.given + self.ready.len() as u64;
        let (mut plain, mut encodings) = (Vec::new(), vec![0]);
        let mut id = 0u64;
        for column in &mut self.columns {
            column.walk(&mut |column| {
                id += 1;
                plain.extend(column.streams().into_iter().map(|(kind, bytes)| (kind, id, bytes)));
                encodings.push(if column.has_runs() { 2 } else { 0 });
            });
        }
        let mut footer = Message::default();
        let begin = self.ready.len();
        for (kind, id, bytes) in plain {
            let packed = chunks(self.codec, self.level, &bytes)?;
            let mut stream = Message::default();
            stream.number(1, kind).number(2, id).number(3, packed.len() as u64);
            footer.bytes(1, &stream.0);
            self.ready.extend_from_slice(&packed);
        }
        let data = self.ready.len() - begin;
        for encoding in encodings {
            let mut message = Message::default();
            message.number(1, encoding);
            footer.bytes(2, &message.0);
        }
        footer.bytes(3, b"GMT");
        let footer = chunks(self.codec, self.level, &footer.0)?;
        self.ready.extend_from_slice(&footer);
        let mut stripe = Message::default();
        stripe.number(1, offset).number(2, 0).number(3, data as u64);
        stripe.number(4, footer.len() as u64).number(5, self.rows);
        self.stripes.push(stripe);
        self.all_rows += self.rows;
        self.rows = 0;
        self.kept = 0;
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> Result<()> {
        self.stripe()?;
        let content = self.given + self.ready.len() as u64;
        let mut footer = Message::default();
        footer.number(1, MAGIC.len() as u64).number(2, content - MAGIC.len() as u64);
        self.stripes.iter().for_each(|stripe| {
            footer.bytes(3, &stripe.0);
        });
        let (types, statistics) = self.described();
        types.iter().for_each(|ty| {
            footer.bytes(4, &ty.0);
        });
        footer.number(6, self.all_rows);
        statistics.iter().for_each(|one| {
            footer.bytes(7, &one.0);
        });
        footer.number(8, 0);
        let footer = chunks(self.codec, self.level, &footer.0)?;
        self.ready.extend_from_slice(&footer);
        let codec = match self.codec {
            Codec::None => 0,
            Codec::Zlib => 1,
            Codec::Snappy => 2,
            Codec::Lz4 => 4,
            Codec::Zstd => 5,
        };
        let mut postscript = Message::default();
        postscript.number(1, footer.len() as u64).number(2, codec).number(3, CHUNK as u64);
        postscript.packed(4, [0, 12].into_iter()).number(5, 0).number(6, 6).bytes(8000, MAGIC);
        self.ready.extend_from_slice(&postscript.0);
        // A postscript is far shorter than a byte can tell.
        self.ready.push(postscript.0.len() as u8);
        Ok(())
    }

    /// Types and statistics, in the order of their numbers.
    fn described(&mut self) -> (Vec<Message>, Vec<Message>) {
        let (mut types, mut statistics) = (vec![Message::default()], vec![Message::default()]);
        statistics[0].number(1, self.all_rows).number(10, 0);
        let mut roots = Vec::new();
        let mut id = 0u64;
        for column in &mut self.columns {
            roots.push(id + 1);
            column.walk(&mut |column| {
                id += 1;
                let mut ty = Message::default();
                ty.number(1, column.kind);
                // Parts follow their whole, each with all of its own parts.
                let mut at = id + 1;
                let inner = column.inner.iter_mut().map(|inner| {
                    let own = at;
                    inner.walk(&mut |_| at += 1);
                    own
                });
                ty.packed(2, inner.collect::<Vec<_>>().into_iter());
                column.names.iter().for_each(|name| {
                    ty.bytes(3, name.as_bytes());
                });
                let [one, two] = column.sizes;
                match column.kind {
                    kind::DECIMAL => {
                        ty.number(5, one).number(6, two);
                    }
                    kind::VARCHAR | kind::CHAR => {
                        ty.number(4, one);
                    }
                    _ => {}
                }
                types.push(ty);
                let mut one = Message::default();
                one.number(1, column.values).number(10, u64::from(column.has_null));
                statistics.push(one);
            });
        }
        types[0].number(1, kind::STRUCT).packed(2, roots.into_iter());
        for name in &self.names {
            types[0].bytes(3, name.as_bytes());
        }
        (types, statistics)
    }
}
