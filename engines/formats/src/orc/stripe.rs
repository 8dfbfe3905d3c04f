//! A stripe: which of its bytes the asked columns need, and their values once those are there.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use bytes::Bytes;
use chrono_tz::Tz;

use super::column::{Node, Streams};
use super::proto::Fields;
use super::proto::Value::{Bytes as Raw, Number};
use super::tail::{OrcTail, kind};
use crate::coerce::Result as Plain;
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::options::OrcOptions;
use crate::text::Column;

/// A stripe's footer is never longer.
const FOOTER_MAX: usize = 64 << 20;
/// A batch ends when it has about so many bytes' worth of values.
const BATCH_VALUES: usize = 4 << 20;

/// Which columns are read of a file's stripes.
#[derive(Debug, Clone)]
pub struct OrcColumns {
    wanted: Vec<(HiveType, Option<u64>)>,
    schema: SchemaRef,
    /// By type of the file, whether its streams are read.
    read: Vec<bool>,
}

impl OrcColumns {
    /// Those of `projection` (positions in `table`) in that order, as a file has them.
    pub fn new(
        tail: &OrcTail,
        options: &OrcOptions,
        table: &[(String, HiveType)],
        projection: &[usize],
    ) -> Result<Self> {
        let root = tail.types.first().filter(|root| root.kind == kind::STRUCT);
        let root = root.ok_or_else(|| corrupt("its rows are no structs"))?;
        let mut wanted = Vec::with_capacity(projection.len());
        let mut fields = Vec::with_capacity(projection.len());
        for &index in projection {
            let Some((name, ty)) = table.get(index) else {
                return Err(Error::Options(format!(
                    "column {index} of a table of {}",
                    table.len()
                )));
            };
            let at = match options.by_name {
                true => root.names.iter().position(|own| own.eq_ignore_ascii_case(name)),
                false => Some(index),
            };
            wanted.push((ty.clone(), at.and_then(|at| root.inner.get(at)).copied()));
            fields.push(Field::new(name, ty.to_arrow(), true));
        }
        let mut columns = OrcColumns {
            wanted,
            schema: Arc::new(Schema::new(fields)),
            read: vec![false; tail.types.len()],
        };
        if let Some(root) = columns.read.first_mut() {
            *root = true;
        }
        let asked: Vec<(HiveType, u64)> =
            columns.wanted.iter().filter_map(|(ty, at)| Some((ty.clone(), (*at)?))).collect();
        for (ty, at) in asked {
            columns.mark(tail, at, &ty, 0).map_err(corrupt)?;
        }
        Ok(columns)
    }

    /// Marks what a value of a type is made of.
    fn mark(&mut self, tail: &OrcTail, at: u64, ty: &HiveType, depth: usize) -> Plain<()> {
        let at = usize::try_from(at).map_err(|_| "its types are not readable")?;
        let own = tail.types.get(at).filter(|_| depth < 64).ok_or("its types are not readable")?;
        self.read[at] = true;
        let inner = |n: usize| own.inner.get(n).copied().ok_or("a type lacks what it is made of");
        match (own.kind, ty) {
            (kind::LIST, HiveType::Array(item)) => self.mark(tail, inner(0)?, item, depth + 1),
            (kind::MAP, HiveType::Map(key, value)) => {
                self.mark(tail, inner(0)?, key, depth + 1)?;
                self.mark(tail, inner(1)?, value, depth + 1)
            }
            (kind::STRUCT, HiveType::Struct(fields)) => {
                for (name, ty) in fields {
                    if let Some(n) = own.names.iter().position(|o| o.eq_ignore_ascii_case(name)) {
                        self.mark(tail, inner(n)?, ty, depth + 1)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

/// A stripe's streams that are to be read.
#[derive(Debug)]
pub struct OrcStripe {
    rows: u64,
    zone: Tz,
    /// By type, how its values are encoded, and the size of its dictionary.
    encodings: Vec<(u64, u64)>,
    /// Kind, type and place in the file.
    streams: Vec<(u64, u64, Range<u64>)>,
}

impl OrcTail {
    /// Where a stripe's footer is.
    pub fn stripe_footer(&self, stripe: usize) -> Option<Range<u64>> {
        let stripe = self.stripes.get(stripe)?;
        let begin = stripe.offset + stripe.index_length + stripe.data_length;
        Some(begin..begin + stripe.footer_length)
    }
}

impl OrcStripe {
    /// Reads a stripe's footer.
    pub fn new(
        tail: &OrcTail,
        stripe: usize,
        footer: &Bytes,
        columns: &OrcColumns,
    ) -> Result<Self> {
        let own = tail.stripes.get(stripe).ok_or_else(|| corrupt("it has no such stripe"))?;
        let plain = tail.codec.unpack_all(footer, tail.chunk, FOOTER_MAX).map_err(corrupt)?;
        let mut read =
            OrcStripe { rows: own.rows, zone: Tz::UTC, encodings: Vec::new(), streams: Vec::new() };
        let mut at = own.offset;
        for field in Fields::new(&plain) {
            match field.map_err(corrupt)? {
                (1, Raw(stream)) => {
                    let [kind, column, length] = numbers(stream).map_err(corrupt)?;
                    let end = at.checked_add(length);
                    let limit = own.offset + own.index_length + own.data_length;
                    let end = end.filter(|end| *end <= limit);
                    let end = end.ok_or_else(|| corrupt("a stream lies outside its stripe"))?;
                    let wanted = usize::try_from(column).ok().and_then(|c| columns.read.get(c));
                    if wanted == Some(&true) && matches!(kind, 0..=3 | 5) && length > 0 {
                        read.streams.push((kind, column, at..end));
                    }
                    at = end;
                }
                (2, Raw(encoding)) => {
                    let [kind, size, _] = numbers(encoding).map_err(corrupt)?;
                    read.encodings.push((kind, size));
                }
                (3, Raw(name)) => {
                    let name = String::from_utf8_lossy(name);
                    // Java's name for no zone of its own.
                    read.zone = name.parse().unwrap_or(Tz::UTC);
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// The bytes it needs, in the order they stand in the file.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        self.streams.iter().map(|(_, _, range)| range.clone()).collect()
    }

    /// Its rows, from the bytes of [`ranges`](Self::ranges).
    pub fn open(
        self,
        tail: &OrcTail,
        columns: &OrcColumns,
        bytes: Vec<Bytes>,
        batch_rows: usize,
    ) -> Result<OrcRows> {
        let with_bytes = self.streams.into_iter().zip(bytes);
        let found = with_bytes.map(|((kind, column, _), bytes)| ((kind, column), bytes));
        let mut streams = Streams {
            codec: tail.codec,
            chunk: tail.chunk,
            found: found.collect(),
            encodings: &self.encodings,
            types: &tail.types,
            zone: self.zone,
        };
        let wanted = columns.wanted.iter();
        let nodes = wanted.map(|(ty, at)| match at {
            None => Ok(None),
            Some(at) => Node::new(&mut streams, *at, ty, 0).map(Some),
        });
        let nodes = nodes.collect::<Plain<Vec<_>>>().map_err(corrupt)?;
        Ok(OrcRows {
            nodes,
            columns: columns.clone(),
            left: self.rows,
            batch_rows: batch_rows.max(1),
        })
    }
}

fn numbers(message: &[u8]) -> Plain<[u64; 3]> {
    let mut numbers = [0; 3];
    for field in Fields::new(message) {
        if let (at @ 1..=3, Number(value)) = field? {
            numbers[at as usize - 1] = value;
        }
    }
    Ok(numbers)
}

/// The rows of one stripe.
pub struct OrcRows {
    nodes: Vec<Option<Node>>,
    columns: OrcColumns,
    left: u64,
    batch_rows: usize,
}

impl OrcRows {
    /// The next batch; none at the stripe's end.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        if self.left == 0 {
            return Ok(None);
        }
        let per_row = BATCH_VALUES / self.nodes.len().max(1);
        let most = self.batch_rows.min(per_row.max(1)) as u64;
        let rows = self.left.min(most) as usize;
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.nodes.len());
        for (node, (ty, _)) in self.nodes.iter_mut().zip(&self.columns.wanted) {
            let mut column = Column::new(ty, true, rows);
            for _ in 0..rows {
                match node {
                    Some(node) => node.read(&mut column).map_err(corrupt)?,
                    None => column.push_null(),
                }
            }
            arrays.push(column.finish()?);
        }
        self.left -= rows as u64;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = self.columns.schema.clone();
        Ok(Some(RecordBatch::try_new_with_options(schema, arrays, &options)?))
    }
}

fn corrupt(message: impl Into<String>) -> Error {
    Error::Corrupt { codec: "ORC", offset: 0, message: message.into() }
}
