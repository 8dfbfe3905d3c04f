//! Reads an object container file, pushed in pieces: a header, then blocks of rows.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field as ArrowField, Schema as ArrowSchema, SchemaRef};
use bytes::{Bytes, BytesMut};
use serde_json::Value;

use super::schema::{Field, Schema};
use super::value::{self, Cursor};
use super::{MAGIC, SYNC};
use crate::coerce;
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::options::AvroOptions;
use crate::text::Column;

/// Larger blocks, as stored or plain, are not read.
const BLOCK_MAX: usize = 256 << 20;
/// Longer headers are not read.
const HEADER_MAX: usize = 16 << 20;
/// A batch ends when blocks of so many plain bytes went into it.
const BATCH_BYTES: usize = 16 << 20;

/// Reads one Avro file, as [`TextDecoder`](crate::TextDecoder) reads one of text.
pub struct AvroDecoder {
    columns: Vec<Wanted>,
    schema: SchemaRef,
    batch_rows: usize,
    buffer: BytesMut,
    /// Bytes of the file used up.
    used: u64,
    header: Option<Header>,
    /// The block being read.
    block: Option<Block>,
    building: Vec<Column>,
    rows: usize,
    /// Plain bytes read into the batch.
    bytes: usize,
    ended: bool,
}

struct Wanted {
    names: Vec<String>,
    ty: HiveType,
    /// What a file without the field has.
    default: Option<String>,
}

struct Header {
    codec: Codec,
    sync: [u8; SYNC],
    /// The file's fields, and which column each goes to.
    fields: Arc<Vec<Field>>,
    targets: Vec<Option<usize>>,
    missing: Vec<usize>,
}

#[derive(Clone, Copy)]
enum Codec {
    Null,
    Deflate,
    Snappy,
    Zstandard,
    Bzip2,
}

struct Block {
    plain: Vec<u8>,
    at: usize,
    rows_left: i64,
}

impl AvroDecoder {
    /// A decoder at the start of a file of a table with columns `table`, giving those of
    /// `projection` in that order, in batches of `batch_rows` rows.
    pub fn new(
        options: &AvroOptions,
        table: &[(String, HiveType)],
        projection: &[usize],
        batch_rows: usize,
    ) -> Result<Self> {
        let declared = match &options.schema {
            None => None,
            Some(text) => Some(Schema::parse(text).map_err(Error::Options)?),
        };
        let declared = declared.as_ref().and_then(Schema::fields);
        let mut columns = Vec::with_capacity(projection.len());
        for &index in projection {
            let Some((name, ty)) = table.get(index) else {
                return Err(Error::Options(format!(
                    "column {index} of a table of {}",
                    table.len()
                )));
            };
            columns.push(wanted(name, ty, declared.map(|fields| fields.as_slice()))?);
        }
        let names = projection.iter().filter_map(|index| table.get(*index));
        let fields = names.map(|(name, ty)| ArrowField::new(name, ty.to_arrow(), true));
        let schema = Arc::new(ArrowSchema::new(fields.collect::<Vec<_>>()));
        let mut decoder = AvroDecoder {
            columns,
            schema,
            batch_rows: batch_rows.max(1),
            buffer: BytesMut::new(),
            used: 0,
            header: None,
            block: None,
            building: Vec::new(),
            rows: 0,
            bytes: 0,
            ended: false,
        };
        decoder.begin();
        Ok(decoder)
    }

    fn begin(&mut self) {
        self.building = self.columns.iter().map(|c| Column::new(&c.ty, true, 0)).collect();
        self.rows = 0;
        self.bytes = 0;
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Takes the file's next bytes and does nothing with them yet.
    pub fn feed(&mut self, bytes: Bytes) {
        self.buffer.extend_from_slice(&bytes);
    }

    /// The file has ended.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next batch, or `None` until more is fed (after [`end`](Self::end), for good).
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if self.rows >= self.batch_rows || (self.rows > 0 && self.bytes >= BATCH_BYTES) {
                return self.batch().map(Some);
            }
            if self.read_block()? {
                continue;
            }
            let more = match self.header.is_some() {
                true => self.take_block()?,
                false => self.take_header()?,
            };
            if more {
                continue;
            }
            if !self.ended {
                return Ok(None);
            }
            if !self.buffer.is_empty() || self.header.is_none() {
                return Err(Error::Truncated { codec: "Avro", offset: self.used });
            }
            return if self.rows > 0 { self.batch().map(Some) } else { Ok(None) };
        }
    }

    fn batch(&mut self) -> Result<RecordBatch> {
        let rows = self.rows;
        let built = std::mem::take(&mut self.building);
        self.begin();
        let arrays: Vec<ArrayRef> = built.into_iter().map(Column::finish).collect::<Result<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)?)
    }

    fn corrupt(&self, message: impl Into<String>) -> Error {
        Error::Corrupt { codec: "Avro", offset: self.used, message: message.into() }
    }

    fn take(&mut self, n: usize) {
        self.used += n as u64;
        let _ = self.buffer.split_to(n);
    }

    /// Whether the header was there.
    fn take_header(&mut self) -> Result<bool> {
        let known = self.buffer.len().min(MAGIC.len());
        if self.buffer[..known] != MAGIC[..known] {
            return Err(self.corrupt("not an Avro data file"));
        }
        let mut cursor = Cursor::new(&self.buffer);
        let Ok((meta, sync)) = header(&mut cursor) else {
            // Cut short, or broken: only more bytes could tell.
            if self.buffer.len() > HEADER_MAX {
                return Err(self.corrupt("its header is not readable"));
            }
            return Ok(false);
        };
        let length = self.buffer.len() - cursor.left();
        let schema = meta.get("avro.schema").ok_or_else(|| self.corrupt("it has no schema"))?;
        let schema = Schema::parse(schema).map_err(|message| self.corrupt(message))?;
        let fields = schema.fields().ok_or_else(|| self.corrupt("its rows are not records"))?;
        let codec = match meta.get("avro.codec").map_or("null", String::as_str) {
            "null" => Codec::Null,
            "deflate" => Codec::Deflate,
            "snappy" => Codec::Snappy,
            "zstandard" => Codec::Zstandard,
            "bzip2" => Codec::Bzip2,
            other => return Err(Error::UnsupportedCodec(other.to_owned())),
        };
        let mut missing: Vec<usize> = (0..self.columns.len()).collect();
        let target = |field: &Field| {
            let at = missing.iter().position(|at| {
                self.columns[*at].names.iter().any(|name| name.eq_ignore_ascii_case(&field.name))
            })?;
            Some(missing.remove(at))
        };
        let targets = fields.iter().map(target).collect();
        self.header = Some(Header { codec, sync, fields: fields.clone(), targets, missing });
        self.take(length);
        Ok(true)
    }

    /// Whether another block was there.
    fn take_block(&mut self) -> Result<bool> {
        let Some(header) = &self.header else { return Ok(false) };
        if self.buffer.is_empty() {
            return Ok(false);
        }
        let mut cursor = Cursor::new(&self.buffer);
        let (rows, size) = match (cursor.long(), cursor.long()) {
            (Ok(rows), Ok(size)) => (rows, size),
            _ if self.buffer.len() < 20 => return Ok(false),
            _ => return Err(self.corrupt("a block's lengths are not readable")),
        };
        let plausible = usize::try_from(size).ok().filter(|size| *size <= BLOCK_MAX);
        let Some(size) = plausible.filter(|_| rows >= 0) else {
            return Err(self.corrupt(format!("a block of {rows} rows in {size} bytes")));
        };
        let begin = self.buffer.len() - cursor.left();
        let Some(stored) = self.buffer.get(begin..begin + size + SYNC) else { return Ok(false) };
        let (stored, sync) = stored.split_at(size);
        if sync != header.sync {
            return Err(self.corrupt("a block does not end with the file's marker"));
        }
        let plain = header.codec.unpack(stored).map_err(|message| self.corrupt(message))?;
        if usize::try_from(rows).is_ok_and(|rows| rows > plain.len()) {
            return Err(self.corrupt(format!("a block of {rows} rows in {} bytes", plain.len())));
        }
        self.take(begin + size + SYNC);
        self.block = Some(Block { plain, at: 0, rows_left: rows });
        Ok(true)
    }

    /// Reads rows of the block at hand; whether there was one.
    fn read_block(&mut self) -> Result<bool> {
        let (Some(block), Some(header)) = (&mut self.block, &self.header) else {
            return Ok(false);
        };
        let mut cursor = Cursor::new(&block.plain[block.at..]);
        let before = cursor.left();
        let mut failed = None;
        while block.rows_left > 0 && self.rows < self.batch_rows {
            let row = row(&mut cursor, header, &self.columns, &mut self.building);
            if let Err(message) = row {
                failed = Some(message);
                break;
            }
            block.rows_left -= 1;
            self.rows += 1;
        }
        let read = before - cursor.left();
        block.at += read;
        self.bytes += read;
        if failed.is_none() && block.rows_left == 0 {
            if cursor.left() > 0 {
                failed = Some("a block is longer than its rows".to_owned());
            }
            self.block = None;
        }
        match failed {
            Some(message) => Err(self.corrupt(message)),
            None => Ok(true),
        }
    }
}

/// The names under which a column is found, and what it is where it is not.
fn wanted(name: &str, ty: &HiveType, declared: Option<&[Field]>) -> Result<Wanted> {
    let field = declared.into_iter().flatten().find(|f| f.name.eq_ignore_ascii_case(name));
    let mut names = vec![name.to_owned()];
    names.extend(field.into_iter().flat_map(|field| field.aliases.iter().cloned()));
    let default = match field.and_then(|field| field.default.as_ref()) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(scalar @ (Value::Bool(_) | Value::Number(_))) => Some(scalar.to_string()),
        Some(_) => {
            let message = format!("a default of column {name} that is no scalar is not supported");
            return Err(Error::Options(message));
        }
    };
    Ok(Wanted { names, ty: ty.clone(), default })
}

fn header(cursor: &mut Cursor<'_>) -> coerce::Result<(HashMap<String, String>, [u8; SYNC])> {
    cursor.take(MAGIC.len())?;
    let mut meta = HashMap::new();
    loop {
        let mut count = cursor.long()?;
        if count < 0 {
            cursor.long()?;
            count = count.checked_neg().ok_or("a count is not plausible")?;
        }
        if count == 0 {
            break;
        }
        for _ in 0..count {
            let key = String::from_utf8_lossy(cursor.bytes()?).into_owned();
            meta.insert(key, String::from_utf8_lossy(cursor.bytes()?).into_owned());
        }
    }
    let sync = cursor.take(SYNC)?.try_into().map_err(|_| "it ends inside its header")?;
    Ok((meta, sync))
}

fn row(
    cursor: &mut Cursor<'_>,
    header: &Header,
    wanted: &[Wanted],
    columns: &mut [Column],
) -> coerce::Result<()> {
    for (field, target) in header.fields.iter().zip(&header.targets) {
        match target {
            Some(at) => {
                value::read(cursor, &field.schema, &mut columns[*at], 0)
                    .map_err(|message| format!("field {}: {message}", field.name))?;
            }
            None => value::skip(cursor, &field.schema, 0)?,
        }
    }
    for at in &header.missing {
        let column = &mut columns[*at];
        let filled = wanted[*at]
            .default
            .as_ref()
            .is_some_and(|text| column.push_scalar(text.as_bytes(), &Default::default()));
        if !filled {
            column.push_null();
        }
    }
    Ok(())
}

impl Codec {
    fn unpack(self, stored: &[u8]) -> coerce::Result<Vec<u8>> {
        let failed = |error: std::io::Error| format!("a block does not decompress: {error}");
        let mut plain = Vec::new();
        match self {
            Codec::Null => plain.extend_from_slice(stored),
            Codec::Deflate => {
                limited(flate2::read::DeflateDecoder::new(stored), &mut plain).map_err(failed)?;
            }
            Codec::Zstandard => {
                let decoder = zstd::stream::read::Decoder::new(stored).map_err(failed)?;
                limited(decoder, &mut plain).map_err(failed)?;
            }
            Codec::Bzip2 => {
                limited(bzip2::read::BzDecoder::new(stored), &mut plain).map_err(failed)?;
            }
            Codec::Snappy => {
                // A checksum of the plain bytes follows.
                let (packed, sum) = stored
                    .len()
                    .checked_sub(4)
                    .map(|at| stored.split_at(at))
                    .ok_or("a block lacks its checksum")?;
                let length = snap::raw::decompress_len(packed).map_err(|e| e.to_string())?;
                if length > BLOCK_MAX {
                    return Err(format!("a block of {length} bytes is not plausible"));
                }
                plain = snap::raw::Decoder::new()
                    .decompress_vec(packed)
                    .map_err(|error| format!("a block does not decompress: {error}"))?;
                if super::crc32(&plain).to_be_bytes() != sum {
                    return Err("a block's checksum does not match".to_owned());
                }
            }
        }
        Ok(plain)
    }
}

fn limited(decoder: impl Read, plain: &mut Vec<u8>) -> std::io::Result<()> {
    decoder.take(BLOCK_MAX as u64 + 1).read_to_end(plain)?;
    match plain.len() > BLOCK_MAX {
        true => Err(std::io::Error::other("it is larger than any block should be")),
        false => Ok(()),
    }
}
