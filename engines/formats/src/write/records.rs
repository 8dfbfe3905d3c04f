//! Writes rows of plain values, for those who have no Arrow batches.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Int64Builder, RecordBatch, StringBuilder, TimestampMillisecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;

use super::{FileWriter, WriteOptions};
use crate::error::{Error, Result};
use crate::options::Format;

/// Rows of a batch.
const BATCH: usize = 1_024;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Bool,
    Int,
    /// Milliseconds since 1970, at UTC.
    Time,
}

/// A field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Text(String),
    Bool(bool),
    Int(i64),
    Time(i64),
}

/// A column: its name, what it holds, and whether every row has it.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub name: &'a str,
    pub kind: Kind,
    pub required: bool,
}

/// A file of rows.
pub struct RecordFile {
    file: FileWriter,
    schema: SchemaRef,
    builders: Vec<Builder>,
    pending: usize,
}

enum Builder {
    Text(StringBuilder),
    Bool(BooleanBuilder),
    Int(Int64Builder),
    Time(TimestampMillisecondBuilder),
}

impl RecordFile {
    /// A file with these columns.
    ///
    /// # Errors
    /// If the format cannot be written with the options.
    pub fn new(format: &Format, columns: &[Column<'_>], options: WriteOptions) -> Result<Self> {
        let field = |column: &Column<'_>| {
            let kind = match column.kind {
                Kind::Text => DataType::Utf8,
                Kind::Bool => DataType::Boolean,
                Kind::Int => DataType::Int64,
                Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, None),
            };
            Field::new(column.name, kind, !column.required)
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let builder = |column: &Column<'_>| match column.kind {
            Kind::Text => Builder::Text(StringBuilder::new()),
            Kind::Bool => Builder::Bool(BooleanBuilder::new()),
            Kind::Int => Builder::Int(Int64Builder::new()),
            Kind::Time => Builder::Time(TimestampMillisecondBuilder::new()),
        };
        let builders = columns.iter().map(builder).collect();
        let file = FileWriter::new(format, Arc::clone(&schema), options)?;
        Ok(RecordFile { file, schema, builders, pending: 0 })
    }

    /// Appends a row.
    ///
    /// # Errors
    /// If its values are not the columns', or the batch cannot be written.
    pub fn push(&mut self, row: &[Value]) -> Result<()> {
        if row.len() != self.builders.len() {
            return Err(Error::Options("a row has another number of values".to_owned()));
        }
        if !self.builders.iter().zip(row).all(|(builder, value)| builder.takes(value)) {
            return Err(Error::Options("a value is of another kind".to_owned()));
        }
        self.builders.iter_mut().zip(row).for_each(|(builder, value)| builder.append(value));
        self.pending += 1;
        if self.pending == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.pending == 0 {
            return Ok(());
        }
        self.pending = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        self.file.write(&batch)
    }

    /// The file's next bytes, as many as are ready.
    pub fn take_ready(&mut self) -> Bytes {
        self.file.take_ready()
    }

    /// Ends the file; the answer is its last bytes.
    ///
    /// # Errors
    /// If the last batch cannot be written.
    pub fn finish(mut self) -> Result<Bytes> {
        self.flush()?;
        self.file.finish()
    }
}

impl Builder {
    fn takes(&self, value: &Value) -> bool {
        matches!(
            (self, value),
            (_, Value::Null)
                | (Builder::Text(_), Value::Text(_))
                | (Builder::Bool(_), Value::Bool(_))
                | (Builder::Int(_), Value::Int(_))
                | (Builder::Time(_), Value::Time(_))
        )
    }

    /// A value of another kind is as good as none; those are refused before.
    fn append(&mut self, value: &Value) {
        match (self, value) {
            (Builder::Text(builder), Value::Text(text)) => builder.append_value(text),
            (Builder::Text(builder), _) => builder.append_null(),
            (Builder::Bool(builder), Value::Bool(value)) => builder.append_value(*value),
            (Builder::Bool(builder), _) => builder.append_null(),
            (Builder::Int(builder), Value::Int(value)) => builder.append_value(*value),
            (Builder::Int(builder), _) => builder.append_null(),
            (Builder::Time(builder), Value::Time(value)) => builder.append_value(*value),
            (Builder::Time(builder), _) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Text(builder) => Arc::new(builder.finish()),
            Builder::Bool(builder) => Arc::new(builder.finish()),
            Builder::Int(builder) => Arc::new(builder.finish()),
            Builder::Time(builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::CsvOptions;
    use crate::write::Quoting;

    #[test]
    fn rows_become_lines() {
        let columns = [
            Column { name: "a", kind: Kind::Text, required: true },
            Column { name: "b", kind: Kind::Int, required: false },
            Column { name: "c", kind: Kind::Bool, required: false },
        ];
        let options = WriteOptions { quoting: Quoting::Always, ..WriteOptions::default() };
        let format = Format::Csv(CsvOptions::open_csv());
        let mut file = RecordFile::new(&format, &columns, options).unwrap();
        file.push(&[Value::Text("x".into()), Value::Int(1), Value::Bool(true)]).unwrap();
        file.push(&[Value::Text("y".into()), Value::Null, Value::Null]).unwrap();
        assert!(file.push(&[Value::Int(1), Value::Null, Value::Null]).is_err());
        assert!(file.push(&[Value::Null]).is_err());
        let mut text = file.take_ready().to_vec();
        text.extend_from_slice(&file.finish().unwrap());
        assert_eq!(String::from_utf8(text).unwrap(), "\"x\",\"1\",\"true\"\n\"y\",,\n");
    }
}
