//! Rows of Iceberg tables: Parquet files made into fewer.
//!
//! Files are put together only where their columns are the same to the last field id, so that nothing
//! has to be converted and nothing can be lost: a column that the table has dropped since stays in the
//! file, as it was. What a table is and which files it has is `aquifer-iceberg`.

use std::collections::BTreeMap;
use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, PARQUET_FIELD_ID_META_KEY};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use thiserror::Error;

/// Why files cannot be put together.
#[derive(Debug, Error)]
pub enum Error {
    #[error("a Parquet file cannot be read or written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error("rows cannot be read: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The files are not of one shape.
    #[error("the columns of a file are others than those of the files before it")]
    Shape,
}

/// Rows of a group are written when they take so much memory.
const GROUP_BYTES: usize = 64 << 20;

/// Rows that are read at once.
const BATCH_ROWS: usize = 8_192;

/// The columns of a file: those of two files that are equal may stand in one.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape(SchemaRef);

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub rows: i64,
    /// Field id → bytes.
    pub column_sizes: BTreeMap<i32, i64>,
}

/// The shape of a Parquet file; none if some column of it has no field id, by which alone a table
/// knows it.
///
/// # Errors
/// When it is no Parquet file.
pub fn shape_of(file: &Bytes) -> Result<Option<Shape>, Error> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file.clone())?;
    let schema = without_notes(builder.schema());
    let known = schema.fields().iter().all(has_ids);
    Ok(known.then_some(Shape(schema)))
}

/// What writers note about a file besides its columns does not tell shapes apart.
fn without_notes(schema: &SchemaRef) -> SchemaRef {
    SchemaRef::new(Schema::new(schema.fields().clone()))
}

fn has_ids(field: &FieldRef) -> bool {
    let within = match field.data_type() {
        DataType::Struct(fields) => fields.iter().all(has_ids),
        DataType::List(element) | DataType::LargeList(element) => has_ids(element),
        // The entries of a map are no field of the table; their key and value are.
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => fields.iter().all(has_ids),
            _ => false,
        },
        _ => true,
    };
    within && field.metadata().contains_key(PARQUET_FIELD_ID_META_KEY)
}

/// Writes the rows of all files, in their order, to one; `schema_json` is the table's schema, which
/// such files carry.
///
/// # Errors
/// When a file cannot be read, is of another shape, or the rows cannot be written.
pub fn merge<W: Write + Send>(
    shape: &Shape,
    files: impl Iterator<Item = Bytes>,
    schema_json: String,
    out: W,
) -> Result<Written, Error> {
    let note = KeyValue::new("iceberg.schema".to_owned(), schema_json);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(vec![note]))
        .build();
    let mut writer = ArrowWriter::try_new(out, shape.0.clone(), Some(properties))?;
    for file in files {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        if without_notes(builder.schema()) != shape.0 {
            return Err(Error::Shape);
        }
        for batch in builder.with_batch_size(BATCH_ROWS).build()? {
            // Without what its writer noted.
            let batch = RecordBatch::try_new(shape.0.clone(), batch?.columns().to_vec())?;
            writer.write(&batch)?;
            if writer.in_progress_size() >= GROUP_BYTES {
                writer.flush()?;
            }
        }
    }
    let written = writer.close()?;
    let mut column_sizes = BTreeMap::new();
    for group in written.row_groups() {
        for column in group.columns() {
            let info = column.column_descr().self_type().get_basic_info();
            if info.has_id() {
                *column_sizes.entry(info.id()).or_default() += column.compressed_size();
            }
        }
    }
    Ok(Written { rows: written.file_metadata().num_rows(), column_sizes })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::Field;

    use super::*;

    fn file(ids: [&str; 2], rows: &[i64]) -> Bytes {
        let field = |name: &str, of, id: &str| {
            let key = PARQUET_FIELD_ID_META_KEY.to_owned();
            let metadata = HashMap::from([(key, id.to_owned())]);
            let field = Field::new(name, of, true);
            if id.is_empty() { field } else { field.with_metadata(metadata) }
        };
        let schema = Arc::new(Schema::new(vec![
            field("id", DataType::Int64, ids[0]),
            field("name", DataType::Utf8, ids[1]),
        ]));
        let names: Vec<String> = rows.iter().map(i64::to_string).collect();
        let columns: Vec<arrow::array::ArrayRef> =
            vec![Arc::new(Int64Array::from(rows.to_vec())), Arc::new(StringArray::from(names))];
        let batch = RecordBatch::try_new(schema.clone(), columns).expect("a batch");
        let mut out = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut out, schema, None).expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
        out.into()
    }

    #[test]
    fn files_of_one_shape_become_one() {
        let files = [file(["1", "2"], &[1, 2]), file(["1", "2"], &[3])];
        let shape = shape_of(&files[0]).expect("a file").expect("ids");
        let mut out = Vec::new();
        let written = merge(&shape, files.into_iter(), "{}".into(), &mut out).expect("merged");
        assert_eq!(written.rows, 3);
        assert_eq!(written.column_sizes.keys().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(shape_of(&out.into()).expect("a file"), Some(shape), "the ids are kept");
    }

    #[test]
    fn files_of_other_shapes_are_not() {
        let (one, other) = (file(["1", "2"], &[1]), file(["1", "3"], &[2]));
        let shape = shape_of(&one).expect("a file").expect("ids");
        let merged = merge(&shape, [one, other].into_iter(), "{}".into(), Vec::new());
        assert!(matches!(merged, Err(Error::Shape)));
        assert_eq!(shape_of(&file(["1", ""], &[1])).expect("a file"), None);
    }
}
