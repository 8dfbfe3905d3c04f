//! Parquet: the columns a query names, a page of each at a time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use parquet::basic::{Compression, ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::data_type::Decimal as ParquetDecimal;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::{ReaderIter, TreeBuilder};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type, TypePtr};

use super::{Input, ScanRange, Source, scan_range};
use crate::ast::{Expr, Item, PathStep, Projection, Statement};
use crate::code::{Code, Error, Result};
use crate::decimal::Decimal;
use crate::time::Time;
use crate::value::Tree;

/// A row group may not be larger once it is decompressed.
const ROW_GROUP_MAX: i64 = 512 << 20;
/// Bytes read ahead where a reader does not say how many it wants, at first: a page's header.
const WINDOW: u64 = 1 << 10;

pub(crate) struct ParquetReader {
    file: SerializedFileReader<Chunks>,
    /// Bytes of the columns read, and of the file's description.
    scanned: u64,
    range: ScanRange,
    /// The columns read.
    schema: SchemaDescPtr,
    roots: Vec<TypePtr>,
    names: Vec<String>,
    rows: Option<ReaderIter>,
    next_group: usize,
    columns: Vec<Tree>,
    processed: u64,
}

impl ParquetReader {
    pub fn open(input: &Input, source: Arc<dyn Source>, statement: &Statement) -> Result<Self> {
        let range = scan_range(input, source.size())?;
        let footer = Arc::new(AtomicU64::new(0));
        let chunks = Chunks { source, read: Arc::clone(&footer) };
        let file = SerializedFileReader::new(chunks).map_err(failed)?;
        let footer = footer.load(Ordering::Relaxed);
        let root = file.metadata().file_metadata().schema();
        let all = root.get_fields();
        let wanted = wanted(statement);
        let roots: Vec<TypePtr> = all
            .iter()
            .enumerate()
            .filter(|(index, column)| wanted.wants(*index, column.name()))
            .map(|(_, column)| Arc::clone(column))
            .collect();
        // Counting takes a column all the same, for its length.
        let roots = if roots.is_empty() { all.iter().take(1).cloned().collect() } else { roots };
        let projected = Type::group_type_builder(root.name()).with_fields(roots.clone()).build();
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(projected.map_err(failed)?)));
        check_types(&schema)?;
        // Names and positions are those of the file, whatever is read of it.
        let names = all.iter().map(|column| column.name().to_owned()).collect();
        Ok(Self {
            file,
            scanned: footer,
            range,
            schema,
            roots,
            names,
            rows: None,
            next_group: 0,
            columns: Vec::new(),
            processed: footer,
        })
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn columns(&self) -> &[Tree] {
        &self.columns
    }

    pub fn bytes(&self) -> (u64, u64) {
        (self.scanned, self.processed)
    }

    pub fn advance(&mut self) -> Result<bool> {
        loop {
            if let Some(rows) = &mut self.rows {
                if let Some(row) = rows.next() {
                    let row = row.map_err(failed)?;
                    let mut columns = vec![Tree::Missing; self.names.len()];
                    for (name, field) in row.into_columns() {
                        let place = self.names.iter().position(|known| *known == name);
                        let kind = self.roots.iter().find(|root| root.name() == name);
                        let slot = place.and_then(|place| columns.get_mut(place));
                        if let (Some(slot), Some(kind)) = (slot, kind) {
                            *slot = tree(field, kind)?;
                        }
                    }
                    self.columns = columns;
                    return Ok(true);
                }
                self.rows = None;
            }
            if !self.open_group()? {
                return Ok(false);
            }
        }
    }

    /// Opens the next row group that begins in the range; false when there is none.
    fn open_group(&mut self) -> Result<bool> {
        while self.next_group < self.file.num_row_groups() {
            let index = self.next_group;
            self.next_group += 1;
            let group = self.file.metadata().row_group(index);
            let start = group.columns().iter().map(|column| column.byte_range().0).min();
            let start = start.unwrap_or(0);
            // The first four bytes of a file are its mark: who begins with it has the first group.
            let first = if self.range.first <= 4 { 0 } else { self.range.first };
            if !(first..=self.range.last).contains(&start) {
                continue;
            }
            if group.total_byte_size() > ROW_GROUP_MAX {
                return Err(Code::OverMaxParquetBlockSize.into());
            }
            for column in group.columns() {
                let read = self.roots.iter().any(|root| {
                    column.column_path().parts().first().is_some_and(|name| name == root.name())
                });
                if !read {
                    continue;
                }
                match column.compression() {
                    Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => {}
                    _ => return Err(Code::ParquetUnsupportedCompressionCodec.into()),
                }
                self.scanned += u64::try_from(column.compressed_size()).unwrap_or(0);
                self.processed += u64::try_from(column.uncompressed_size()).unwrap_or(0);
            }
            let reader = self.file.get_row_group(index).map_err(failed)?;
            let builder = TreeBuilder::new();
            let rows = builder.as_iter(Arc::clone(&self.schema), &*reader).map_err(failed)?;
            self.rows = Some(rows);
            return Ok(true);
        }
        Ok(false)
    }
}

/// Which columns a statement can mean.
enum Wanted {
    All,
    Some(Vec<crate::ast::Name>),
}

impl Wanted {
    fn wants(&self, index: usize, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(names) => {
                names.iter().any(|name| name.is(column) || name.position() == Some(index + 1))
            }
        }
    }
}

fn wanted(statement: &Statement) -> Wanted {
    let mut statement = statement.clone();
    let mut names = Vec::new();
    let mut visit = |expr: &mut Expr| {
        if let Expr::Path(steps) = expr {
            // A name may be the record's or a column's: either way it is harmless to read it.
            names.extend(steps.iter().take(2).filter_map(|step| match step {
                PathStep::Member(name) => Some(name.clone()),
                _ => None,
            }));
        }
    };
    match &mut statement.projection {
        Projection::All => return Wanted::All,
        Projection::Items(items) => {
            for item in items {
                match item {
                    Item::Members(_) => return Wanted::All,
                    Item::Column { expr, .. } => expr.visit(&mut visit),
                }
            }
        }
    }
    let condition = statement.condition.iter_mut();
    let arguments = statement.aggregates.iter_mut().filter_map(|sum| sum.argument.as_mut());
    condition.chain(arguments).for_each(|expr| expr.visit(&mut visit));
    Wanted::Some(names)
}

fn check_types(schema: &SchemaDescriptor) -> Result<()> {
    let unsupported = schema.columns().iter().any(|column| {
        column.physical_type() == Physical::INT96
            || column.converted_type() == ConvertedType::INTERVAL
    });
    match unsupported {
        true => Err(Code::UnsupportedParquetType.into()),
        false => Ok(()),
    }
}

fn tree(field: Field, kind: &Type) -> Result<Tree> {
    Ok(match field {
        Field::Null => Tree::Null,
        Field::Bool(value) => Tree::Bool(value),
        Field::Byte(value) => Tree::Int(value.into()),
        Field::Short(value) => Tree::Int(value.into()),
        Field::Int(value) => Tree::Int(value.into()),
        Field::Long(value) if is_nanos(kind) => {
            Time::from_micros(value.div_euclid(1000)).map_or(Tree::Null, Tree::Time)
        }
        Field::Long(value) => Tree::Int(value),
        Field::UByte(value) => Tree::Int(value.into()),
        Field::UShort(value) => Tree::Int(value.into()),
        Field::UInt(value) => Tree::Int(value.into()),
        Field::ULong(value) => match i64::try_from(value) {
            Ok(value) => Tree::Int(value),
            Err(_) => Decimal::new(value.into(), 0).map_or(Tree::Null, Tree::Decimal),
        },
        Field::Float16(value) => Tree::Float(value.to_f64()),
        // By its digits: widened as it is, 0.1 would gain digits that nobody wrote.
        Field::Float(value) => Tree::Float(value.to_string().parse().unwrap_or(f64::NAN)),
        Field::Double(value) => Tree::Float(value),
        Field::Decimal(value) => Tree::Decimal(decimal(&value)?),
        Field::Str(text) => Tree::Text(text),
        Field::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes.data());
            Tree::Text(text.map_err(|_| Error::from(Code::UnsupportedParquetType))?.to_owned())
        }
        Field::Date(days) => Time::from_days(days).map_or(Tree::Null, Tree::Time),
        Field::TimestampMillis(millis) => Time::from_millis(millis).map_or(Tree::Null, Tree::Time),
        Field::TimestampMicros(micros) => Time::from_micros(micros).map_or(Tree::Null, Tree::Time),
        Field::TimeMillis(_) | Field::TimeMicros(_) | Field::MapInternal(_) => {
            return Err(Code::UnsupportedParquetType.into());
        }
        Field::Group(row) => {
            let members = row.into_columns().into_iter();
            let member = |(name, field)| Ok((name, tree(field, kind)?));
            Tree::Struct(members.map(member).collect::<Result<_>>()?)
        }
        Field::ListInternal(list) => {
            let elements = list.elements().iter().cloned();
            Tree::List(elements.map(|field| tree(field, kind)).collect::<Result<_>>()?)
        }
    })
}

fn is_nanos(kind: &Type) -> bool {
    matches!(
        kind.get_basic_info().logical_type_ref(),
        Some(LogicalType::Timestamp(timestamp)) if timestamp.unit == TimeUnit::NANOS
    )
}

fn decimal(value: &ParquetDecimal) -> Result<Decimal> {
    let bytes = value.data();
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let mut digits: i128 = if negative { -1 } else { 0 };
    if bytes.len() > 16 {
        return Err(Code::UnsupportedParquetType.into());
    }
    for byte in bytes {
        digits = (digits << 8) | i128::from(*byte);
    }
    let scale = u32::try_from(value.scale()).ok();
    let decimal = scale.and_then(|scale| Decimal::new(digits, scale));
    decimal.ok_or_else(|| Code::UnsupportedParquetType.into())
}

/// A source as the reader of Parquet wants it.
struct Chunks {
    source: Arc<dyn Source>,
    read: Arc<AtomicU64>,
}

impl Chunks {
    fn read(&self, start: u64, length: u64) -> io::Result<Bytes> {
        let end = start.checked_add(length).filter(|end| *end <= self.source.size());
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        // A source's failure must not pass for a malformed file.
        let bytes =
            self.source.read(start..end).map_err(|error| io::Error::other(Broken(error)))?;
        self.read.fetch_add(length, Ordering::Relaxed);
        Ok(bytes)
    }
}

/// A failure of the source, as it passes through the reader.
#[derive(Debug)]
struct Broken(io::Error);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Broken {}

fn failed(error: ParquetError) -> Error {
    if let ParquetError::External(inner) = error {
        let io = inner.downcast::<io::Error>().map(|error| *error);
        return match io.map(io::Error::downcast::<Broken>) {
            Ok(Ok(Broken(error))) => Error::Source(error),
            _ => Code::ParquetParsingError.into(),
        };
    }
    Code::ParquetParsingError.into()
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.source.size()
    }
}

impl ChunkReader for Chunks {
    type T = Window;

    fn get_read(&self, start: u64) -> ParquetResult<Window> {
        let chunks = Self { source: Arc::clone(&self.source), read: Arc::clone(&self.read) };
        Ok(Window { chunks, next: start, ahead: WINDOW, bytes: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        Ok(self.read(start, length as u64)?)
    }
}

/// Bytes from a place on, for whoever does not know how many they are.
struct Window {
    chunks: Chunks,
    next: u64,
    ahead: u64,
    bytes: Bytes,
}

impl io::Read for Window {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            let length = self.ahead.min(self.chunks.source.size().saturating_sub(self.next));
            if length == 0 {
                return Ok(0);
            }
            self.bytes = self.chunks.read(self.next, length)?;
            self.next += length;
            self.ahead = (self.ahead * 8).min(1 << 20);
        }
        let count = into.len().min(self.bytes.len());
        into[..count].copy_from_slice(&self.bytes.split_to(count));
        Ok(count)
    }
}
