//! Writes an object container file: every column a union with null, rows in compressed blocks.

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, TimeUnit};
use serde_json::{Value, json};

use super::{MAGIC, SYNC};
use crate::compression::Compression;
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::write::{Cells, Kind, WriteOptions};

/// Plain bytes of a block, about.
const BLOCK: usize = 256 << 10;

/// A file under construction.
pub(crate) struct AvroFile {
    types: Vec<DataType>,
    codec: Compression,
    level: i32,
    sync: [u8; SYNC],
    plain: Vec<u8>,
    rows: i64,
    ready: Vec<u8>,
}

impl AvroFile {
    pub(crate) fn new(schema: &Schema, options: &WriteOptions) -> Result<Self> {
        let codec = options.compression;
        let hive = |f: &arrow::datatypes::FieldRef| {
            Ok((f.name().clone(), HiveType::from_arrow(f.data_type())?))
        };
        let columns = schema.fields().iter().map(hive).collect::<Result<Vec<_>>>()?;
        let mut names = Names(0);
        let schema = names.record("record", &columns).to_string();
        let name = match codec {
            Compression::None => "null",
            Compression::Deflate => "deflate",
            Compression::Snappy => "snappy",
            Compression::Zstd => "zstandard",
            Compression::Bzip2 => "bzip2",
            Compression::Gzip | Compression::Lz4 => {
                return Err(Error::Options(format!("Avro has no {} compression", codec.name())));
            }
        };
        // The marker need only be unlike the data: the same for the same schema is as good as any.
        let mut sync = [0; SYNC];
        for (i, part) in sync.chunks_mut(4).enumerate() {
            let sum = super::crc32(format!("aquifer {i} {schema}").as_bytes());
            part.copy_from_slice(&sum.to_be_bytes());
        }
        let mut ready = MAGIC.to_vec();
        long(2, &mut ready);
        for (key, value) in [("avro.schema", schema.as_str()), ("avro.codec", name)] {
            bytes(key.as_bytes(), &mut ready);
            bytes(value.as_bytes(), &mut ready);
        }
        long(0, &mut ready);
        ready.extend_from_slice(&sync);
        let types = columns.iter().map(|(_, ty)| ty.to_arrow_with(TimeUnit::Microsecond)).collect();
        let level = options.level.unwrap_or(3);
        Ok(AvroFile { types, codec, level, sync, plain: Vec::new(), rows: 0, ready })
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
        let columns = arrays.iter().map(Cells::new).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            for column in &columns {
                nullable(column, row, &mut self.plain);
            }
            self.rows += 1;
            if self.plain.len() >= BLOCK {
                self.block()?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> Result<()> {
        self.block()
    }

    pub(crate) fn take_ready(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ready)
    }

    pub(crate) fn ready(&self) -> usize {
        self.ready.len()
    }

    fn block(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let packed = pack(self.codec, self.level, &self.plain)?;
        long(self.rows, &mut self.ready);
        bytes(&packed, &mut self.ready);
        self.ready.extend_from_slice(&self.sync);
        self.plain.clear();
        self.rows = 0;
        Ok(())
    }
}

fn pack(codec: Compression, level: i32, plain: &[u8]) -> Result<Vec<u8>> {
    use std::io::Write;
    Ok(match codec {
        Compression::Deflate => {
            let level = flate2::Compression::default();
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(plain)?;
            encoder.finish()?
        }
        Compression::Snappy => {
            let mut packed =
                snap::raw::Encoder::new().compress_vec(plain).map_err(std::io::Error::other)?;
            packed.extend_from_slice(&super::crc32(plain).to_be_bytes());
            packed
        }
        Compression::Zstd => zstd::stream::encode_all(plain, level)?,
        Compression::Bzip2 => {
            let level = bzip2::Compression::default();
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), level);
            encoder.write_all(plain)?;
            encoder.finish()?
        }
        Compression::None | Compression::Gzip | Compression::Lz4 => plain.to_vec(),
    })
}

/// Gives every record a name of its own.
struct Names(usize);

impl Names {
    fn record(&mut self, name: &str, fields: &[(String, HiveType)]) -> Value {
        let fields: Vec<Value> = fields
            .iter()
            .map(|(name, ty)| {
                json!({"name": name, "type": ["null", self.schema(ty)], "default": null})
            })
            .collect();
        json!({"type": "record", "name": name, "fields": fields})
    }

    fn schema(&mut self, ty: &HiveType) -> Value {
        match ty {
            HiveType::Boolean => json!("boolean"),
            HiveType::TinyInt | HiveType::SmallInt | HiveType::Int => json!("int"),
            HiveType::BigInt => json!("long"),
            HiveType::Float => json!("float"),
            HiveType::Double => json!("double"),
            HiveType::Decimal(precision, scale) => json!({
                "type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale
            }),
            HiveType::String | HiveType::Varchar(_) | HiveType::Char(_) | HiveType::Void => {
                json!("string")
            }
            HiveType::Binary => json!("bytes"),
            HiveType::Date => json!({"type": "int", "logicalType": "date"}),
            HiveType::Timestamp => json!({"type": "long", "logicalType": "timestamp-millis"}),
            HiveType::Array(item) => json!({"type": "array", "items": ["null", self.schema(item)]}),
            HiveType::Map(_, value) => {
                json!({"type": "map", "values": ["null", self.schema(value)]})
            }
            HiveType::Struct(fields) => {
                self.0 += 1;
                let name = format!("record_{}", self.0);
                self.record(&name, fields)
            }
        }
    }
}

/// A value's branch, and the value unless it is NULL.
fn nullable(cells: &Cells<'_>, row: usize, out: &mut Vec<u8>) {
    if cells.is_null(row) {
        return long(0, out);
    }
    long(1, out);
    value(cells, row, out);
}

fn value(cells: &Cells<'_>, row: usize, out: &mut Vec<u8>) {
    match cells.kind() {
        Kind::Boolean(array) => out.push(u8::from(array.value(row))),
        Kind::Int8(array) => long(array.value(row).into(), out),
        Kind::Int16(array) => long(array.value(row).into(), out),
        Kind::Int32(array) => long(array.value(row).into(), out),
        Kind::Int64(array) => long(array.value(row), out),
        Kind::Float32(array) => out.extend_from_slice(&array.value(row).to_le_bytes()),
        Kind::Float64(array) => out.extend_from_slice(&array.value(row).to_le_bytes()),
        Kind::Decimal(array, _) => {
            let wide = array.value(row).to_be_bytes();
            // As few bytes as keep the sign.
            let spare =
                |at: &usize| matches!((wide[*at], wide[at + 1] & 0x80), (0, 0) | (0xff, 0x80));
            let from = (0..15).take_while(spare).count();
            bytes(&wide[from..], out);
        }
        Kind::View(array) => bytes(array.value(row).as_bytes(), out),
        Kind::Text(array) => bytes(array.value(row).as_bytes(), out),
        Kind::Binary(array) => bytes(array.value(row), out),
        Kind::BinaryView(array) => bytes(array.value(row), out),
        Kind::Date(array) => long(array.value(row).into(), out),
        Kind::Micros(array) => long(array.value(row).div_euclid(1_000), out),
        Kind::Nanos(array) => long(array.value(row).div_euclid(1_000_000), out),
        Kind::List(list, items) => {
            let offsets = list.value_offsets();
            let range = offsets[row] as usize..offsets[row + 1] as usize;
            if !range.is_empty() {
                long(range.len() as i64, out);
                range.for_each(|item| nullable(items, item, out));
            }
            long(0, out);
        }
        Kind::Map(map, entries) => {
            let offsets = map.value_offsets();
            let range = offsets[row] as usize..offsets[row + 1] as usize;
            if !range.is_empty() {
                long(range.len() as i64, out);
                let mut key = Vec::new();
                for entry in range {
                    key.clear();
                    match entries.0.text(entry) {
                        Some(text) => key.extend_from_slice(text.as_bytes()),
                        None => entries.0.print(entry, &mut key),
                    }
                    bytes(&key, out);
                    nullable(&entries.1, entry, out);
                }
            }
            long(0, out);
        }
        Kind::Struct(_, columns) => columns.iter().for_each(|column| nullable(column, row, out)),
    }
}

fn long(value: i64, out: &mut Vec<u8>) {
    let mut rest = (value << 1 ^ value >> 63).cast_unsigned();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn bytes(value: &[u8], out: &mut Vec<u8>) {
    long(value.len() as i64, out);
    out.extend_from_slice(value);
}
