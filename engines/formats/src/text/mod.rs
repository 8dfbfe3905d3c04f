//! Text files as Arrow batches: bytes are pushed in as they arrive, batches come out.
//!
//! `scan` finds where rows and fields end, `csv` and `json` read rows, `column` builds arrays,
//! `value` reads scalars. Only selected columns are read.

mod column;
mod csv;
mod json;
mod json_scan;
mod lines;
mod matched;
mod pattern;
#[cfg(test)]
mod pattern_tests;
mod records;
mod scan;
#[cfg(test)]
mod tests;
pub(crate) mod value;

pub(crate) use self::json_scan::{Cursor, unescape};
pub(crate) use self::scan::{Index, Scanner};

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use bytes::Bytes;

pub(crate) use self::column::Column;
use self::csv::CsvRows;
use self::json::JsonRows;
use self::matched::MatchedRows;
use crate::compression::{Compression, Decompressor, Progress};
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::options::Format;

/// Plain bytes drawn at once from the decompressor.
const PIECE: usize = 1 << 20;
/// A batch ends when its rows hold this many bytes, however few they are.
const BATCH_BYTES: usize = 16 << 20;
/// The longest record held; also keeps every offset within 32 bits.
const RECORD_MAX: usize = 64 << 20;
/// Text quoted in an error message.
const QUOTED_MAX: usize = 200;

/// A column to be read.
pub(crate) struct Selected {
    /// Its position in the table, which is its position in a delimited row.
    index: usize,
    name: String,
    ty: HiveType,
}

impl Selected {
    /// The line is filled in by the decoder.
    fn bad_value(&self, raw: &[u8]) -> Error {
        let raw = String::from_utf8_lossy(&raw[..raw.len().min(QUOTED_MAX)]);
        Error::Value {
            line: 0,
            column: self.index,
            name: self.name.clone(),
            value: raw.trim_matches('"').to_owned(),
            hive_type: self.ty.to_string(),
        }
    }
}

/// Reads one CSV or JSON file, pushed in pieces of any size.
///
/// Use [`push`](Self::push) and [`finish`](Self::finish); or, to bound memory against pieces that
/// decompress to very much, [`feed`](Self::feed), [`end`](Self::end) and
/// [`next_batch`](Self::next_batch), which makes one batch at a time.
pub struct TextDecoder {
    decompressor: Decompressor,
    rows: Rows,
    columns: Vec<Selected>,
    schema: SchemaRef,
    batch_rows: usize,
    /// Plain bytes, of rows given out too until more are drawn.
    data: Vec<u8>,
    /// How far rows are found.
    scanned: usize,
    /// Header rows still to be dropped.
    skip: usize,
    /// Whether the byte order mark was looked for.
    begun: bool,
    /// No more will be fed.
    ended: bool,
    /// Everything was decompressed.
    drained: bool,
}

enum Rows {
    Csv(CsvRows),
    Json(Box<JsonRows>),
    Matched(Box<MatchedRows>),
}

impl TextDecoder {
    /// A decoder at the start of a file of a table with columns `table`, giving those of
    /// `projection` (positions in `table`) in that order, in batches of `batch_rows` rows.
    pub fn new(
        format: &Format,
        compression: Compression,
        table: &[(String, HiveType)],
        projection: &[usize],
        batch_rows: usize,
    ) -> Result<Self> {
        let columns: Vec<Selected> = projection
            .iter()
            .map(|&index| {
                let (name, ty) = table.get(index).ok_or_else(|| {
                    Error::Options(format!("column {index} of a table of {}", table.len()))
                })?;
                Ok(Selected { index, name: name.clone(), ty: ty.clone() })
            })
            .collect::<Result<_>>()?;
        let fields = columns.iter().map(|c| Field::new(&c.name, c.ty.to_arrow(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let (rows, skip) = match format {
            Format::Csv(options) => {
                (Rows::Csv(CsvRows::new(options, &columns)?), options.skip_header_lines)
            }
            Format::Json(options) => (Rows::Json(Box::new(JsonRows::new(options, &columns)?)), 0),
            Format::Pattern(options) => (
                Rows::Matched(Box::new(MatchedRows::new(options, &columns)?)),
                options.skip_header_lines,
            ),
            Format::Avro(_) | Format::Orc(_) | Format::Parquet => {
                return Err(Error::Options(format!("{} is not read as text", format.name())));
            }
        };
        Ok(TextDecoder {
            decompressor: Decompressor::new(compression)?,
            rows,
            columns,
            schema,
            batch_rows: batch_rows.max(1),
            data: Vec::new(),
            scanned: 0,
            skip,
            begun: false,
            ended: false,
            drained: false,
        })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Takes the file's next bytes; answers the batches they complete.
    pub fn push(&mut self, bytes: Bytes) -> Result<Vec<RecordBatch>> {
        self.feed(bytes);
        self.batches()
    }

    /// The file has ended: answers the last batches.
    pub fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        self.end();
        self.batches()
    }

    fn batches(&mut self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next_batch()? {
            batches.push(batch);
        }
        Ok(batches)
    }

    /// Takes the file's next bytes and does nothing with them yet.
    pub fn feed(&mut self, bytes: Bytes) {
        self.decompressor.feed(bytes);
        self.drained = false;
    }

    /// The file has ended.
    pub fn end(&mut self) {
        self.ended = true;
        self.drained = false;
    }

    /// The next batch, or `None` until more is fed (after [`end`](Self::end), for good).
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let last = self.ended && self.drained;
            self.scan(last)?;
            let ready = self.rows.ready();
            let full = ready >= self.batch_rows
                || (ready > 0 && self.scanned - self.rows.start() >= BATCH_BYTES);
            if full || (last && ready > 0) {
                return self.batch(ready.min(self.batch_rows)).map(Some);
            }
            if self.drained {
                return Ok(None);
            }
            self.refill()?;
        }
    }

    /// Draws plain bytes behind those not yet given out.
    fn refill(&mut self) -> Result<()> {
        let gone = self.rows.start().min(self.data.len());
        self.data.drain(..gone);
        self.scanned -= gone;
        self.rows.rebase(gone);
        let progress = self.decompressor.read(&mut self.data, PIECE)?;
        if progress == Progress::Starved {
            self.drained = true;
            if self.ended {
                self.decompressor.finish()?;
            }
        }
        Ok(())
    }

    fn scan(&mut self, last: bool) -> Result<()> {
        if !self.begun && (self.data.len() >= 3 || last) {
            self.begun = true;
            if self.data.starts_with(b"\xef\xbb\xbf") {
                self.data.drain(..3);
            }
        }
        if !self.begun {
            return Ok(());
        }
        loop {
            let wanted = self.batch_rows.saturating_add(self.skip);
            let before = self.scanned;
            self.scanned = self.rows.scan(&self.data, self.scanned, last, wanted);
            let dropped = self.skip.min(self.rows.ready());
            if dropped > 0 {
                self.skip -= dropped;
                self.rows.consume(dropped, &self.data);
            }
            let pending = self.data.len().saturating_sub(self.rows.start());
            if self.rows.ready() == 0 && pending > RECORD_MAX {
                return Err(self.too_long());
            }
            // Having dropped a header there is room for more rows of what is at hand.
            if dropped == 0 || self.scanned == before {
                return Ok(());
            }
        }
    }

    fn too_long(&self) -> Error {
        let line = self.rows.line_of(0, &self.data);
        match &self.rows {
            Rows::Csv(rows) if rows.is_inside_quotes() => Error::Row {
                line,
                message: format!("a quote is not closed within {RECORD_MAX} bytes"),
            },
            _ => Error::RecordTooLong { line, limit: RECORD_MAX },
        }
    }

    fn batch(&mut self, n: usize) -> Result<RecordBatch> {
        let built = match &mut self.rows {
            Rows::Csv(rows) => rows.build(&self.data, n, &self.columns),
            Rows::Json(rows) => rows.build(&self.data, n, &self.columns),
            Rows::Matched(rows) => rows.build(&self.data, n, &self.columns),
        };
        let columns = built.map_err(|(row, error)| self.at_line(row, error))?;
        let arrays: Vec<ArrayRef> =
            columns.into_iter().map(Column::finish).collect::<Result<_>>()?;
        self.rows.consume(n, &self.data);
        let options = RecordBatchOptions::new().with_row_count(Some(n));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)?)
    }

    fn at_line(&self, row: usize, error: Error) -> Error {
        let at = self.rows.line_of(row, &self.data);
        match error {
            Error::Row { message, .. } => Error::Row { line: at, message },
            Error::Value { column, name, value, hive_type, .. } => {
                Error::Value { line: at, column, name, value, hive_type }
            }
            other => other,
        }
    }
}

impl Rows {
    fn scan(&mut self, data: &[u8], from: usize, last: bool, max: usize) -> usize {
        match self {
            Rows::Csv(rows) => rows.scan(data, from, last, max),
            Rows::Json(rows) => rows.scan(data, from, last, max),
            Rows::Matched(rows) => rows.lines_mut().scan(data, from, last, max),
        }
    }

    fn ready(&self) -> usize {
        match self {
            Rows::Csv(rows) => rows.ready(),
            Rows::Json(rows) => rows.lines().ready(),
            Rows::Matched(rows) => rows.lines().ready(),
        }
    }

    /// Where the first row not given out begins.
    fn start(&self) -> usize {
        match self {
            Rows::Csv(rows) => rows.start(),
            Rows::Json(rows) => rows.lines().start(),
            Rows::Matched(rows) => rows.lines().start(),
        }
    }

    fn line_of(&self, row: usize, data: &[u8]) -> u64 {
        match self {
            Rows::Csv(rows) => rows.line_of(row, data),
            Rows::Json(rows) => rows.lines().line_of(row),
            Rows::Matched(rows) => rows.lines().line_of(row),
        }
    }

    fn consume(&mut self, n: usize, data: &[u8]) {
        match self {
            Rows::Csv(rows) => rows.consume(n, data),
            Rows::Json(rows) => rows.lines_mut().consume(n),
            Rows::Matched(rows) => rows.lines_mut().consume(n),
        }
    }

    fn rebase(&mut self, by: usize) {
        match self {
            Rows::Csv(rows) => rows.rebase(by),
            Rows::Json(rows) => rows.rebase(by),
            Rows::Matched(rows) => rows.lines_mut().rebase(by),
        }
    }
}
