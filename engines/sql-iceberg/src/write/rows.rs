//! Which file each row goes to: that of its partition, by the table's spec.

use std::collections::BTreeMap;
use std::sync::Arc;

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::{Content, partition_types};
use aquifer_iceberg::{PartitionSpec, Primitive, Schema, TableMetadata, Transform, Type};
use aquifer_sql::SqlError;
use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::parquet::file::metadata::KeyValue;

use super::file::OpenFile;
use super::metrics::Metrics;
use super::{WriteOptions, Written};
use crate::convert::reshape;
use crate::error::{invalid_metadata, refused};
use crate::io::Io;
use crate::scalar::value;
use crate::types::file_schema;

/// Bytes of memory that all open files may hold; beyond it the fullest closes a group.
const HELD_MAX: usize = 256 << 20;

/// A field of the spec as rows are parted by it.
struct Part {
    /// Where its column stands.
    column: usize,
    source: Primitive,
    result: Primitive,
    transform: Transform,
    name: String,
}

struct Open {
    file: OpenFile,
    metrics: Metrics,
    partition: Vec<Value>,
}

/// Writes rows to files of their partitions.
pub struct RowWriter {
    io: Io,
    options: WriteOptions,
    schema: Arc<Schema>,
    spec_id: i32,
    parts: Vec<Part>,
    file_schema: SchemaRef,
    types: Vec<DataType>,
    notes: Vec<KeyValue>,
    open: BTreeMap<String, Open>,
    finished: Vec<Written>,
    begun: u64,
}

impl RowWriter {
    /// A writer of a table's current schema and spec.
    ///
    /// # Errors
    /// When rows cannot be parted by the spec.
    pub fn new(table: &TableMetadata, io: Io, options: WriteOptions) -> Result<Self> {
        let schema = Arc::new(table.current_schema().map_err(refused)?.clone());
        let spec = table.spec(table.default_spec_id);
        let spec = spec.ok_or_else(|| invalid_metadata("The table has no partition spec"))?;
        let parts = parts(table, spec, &schema)?;
        let file_schema = Arc::new(file_schema(&schema));
        let types = file_schema.fields().iter().map(|field| field.data_type().clone()).collect();
        let json = schema_json(&schema)?;
        let notes = vec![KeyValue::new("iceberg.schema".to_owned(), json)];
        Ok(Self {
            io,
            options,
            schema,
            spec_id: spec.spec_id,
            parts,
            file_schema,
            types,
            notes,
            open: BTreeMap::new(),
            finished: Vec::new(),
            begun: 0,
        })
    }

    /// Writes rows, in the order of the schema's columns.
    ///
    /// # Errors
    /// When a row is not one of the table's, or cannot be written.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let columns =
            batch.columns().iter().zip(self.file_schema.fields()).map(|(column, field)| {
                if !field.is_nullable() && column.null_count() > 0 {
                    let message =
                        format!("NULL value not allowed for NOT NULL column: {}", field.name());
                    return Err(SqlError::user("CONSTRAINT_VIOLATION", message).into());
                }
                reshape(column, field.data_type())
            });
        let columns = columns.collect::<Result<Vec<ArrayRef>>>()?;
        let rows = RecordBatch::try_new(self.file_schema.clone(), columns)?;
        if self.parts.is_empty() {
            return self.append(String::new(), Vec::new(), &rows).await;
        }
        for (key, partition, places) in self.parted(&rows)? {
            let part = take_record_batch(&rows, &UInt32Array::from(places))?;
            self.append(key, partition, &part).await?;
        }
        Ok(())
    }

    /// The rows of each partition.
    #[allow(clippy::type_complexity, reason = "it is taken apart where it is made")]
    fn parted(&self, rows: &RecordBatch) -> Result<Vec<(String, Vec<Value>, Vec<u32>)>> {
        let mut groups: BTreeMap<String, (Vec<Value>, Vec<u32>)> = BTreeMap::new();
        for row in 0..rows.num_rows() {
            let mut partition = Vec::with_capacity(self.parts.len());
            for part in &self.parts {
                let own = ScalarValue::try_from_array(rows.column(part.column), row)?;
                partition.push(part.transform.apply(part.source, &value(part.source, &own)));
            }
            let key = format!("{partition:?}");
            let place = u32::try_from(row).unwrap_or(u32::MAX);
            groups.entry(key).or_insert_with(|| (partition, Vec::new())).1.push(place);
        }
        Ok(groups.into_iter().map(|(key, (values, rows))| (key, values, rows)).collect())
    }

    async fn append(
        &mut self,
        key: String,
        partition: Vec<Value>,
        rows: &RecordBatch,
    ) -> Result<()> {
        if !self.open.contains_key(&key) {
            if self.open.len() >= self.options.open_max {
                let message = format!(
                    "Exceeded limit of {} open writers for partitions",
                    self.options.open_max
                );
                return Err(SqlError::user("ICEBERG_TOO_MANY_OPEN_PARTITIONS", message).into());
            }
            let open = self.begin(partition)?;
            self.open.insert(key.clone(), open);
        }
        let Some(open) = self.open.get_mut(&key) else { return Ok(()) };
        open.metrics.see(rows);
        open.file.write(rows).await?;
        if open.file.size() >= self.options.file_bytes {
            self.close(&key).await?;
        }
        let fullest = self.too_full();
        if let Some(open) = fullest.and_then(|key| self.open.get_mut(&key)) {
            open.file.flush().await?;
        }
        Ok(())
    }

    /// The fullest file, if all together hold too much.
    fn too_full(&self) -> Option<String> {
        if self.open.values().map(|open| open.file.held()).sum::<usize>() <= HELD_MAX {
            return None;
        }
        let fullest = self.open.iter().max_by_key(|(_, open)| open.file.held());
        fullest.map(|(key, _)| key.clone())
    }

    fn begin(&mut self, partition: Vec<Value>) -> Result<Open> {
        let mut folder = self.options.folder.clone();
        for (part, value) in self.parts.iter().zip(&partition) {
            let text = part.transform.spell(part.result, value);
            folder.push_str(&format!("/{}={}", escaped(&part.name), escaped(&text)));
        }
        let url = format!("{folder}/{}_{:05}.parquet", self.options.prefix, self.begun);
        self.begun += 1;
        let codec = self.options.compression();
        let schema = self.file_schema.clone();
        let file = OpenFile::create(&self.io, url, schema, codec, self.notes.clone())?;
        Ok(Open { file, metrics: Metrics::new(&self.schema, &self.types), partition })
    }

    /// Finishes a file. One that fails stays among the open ones, to be aborted.
    async fn close(&mut self, key: &str) -> Result<()> {
        let Some(open) = self.open.get_mut(key) else { return Ok(()) };
        let mut file = open.file.finish().await?;
        let Some(open) = self.open.remove(key) else { return Ok(()) };
        open.metrics.tell(&mut file);
        file.content = Content::Data;
        file.partition = open.partition;
        file.sort_order_id = Some(0);
        self.finished.push((self.spec_id, file));
        Ok(())
    }

    /// Makes all files be there; what they are.
    ///
    /// # Errors
    /// When one cannot be written.
    pub async fn finish(&mut self) -> Result<Vec<Written>> {
        let keys: Vec<String> = self.open.keys().cloned().collect();
        for key in keys {
            self.close(&key).await?;
        }
        Ok(std::mem::take(&mut self.finished))
    }

    /// Takes back all that was written.
    pub async fn abort(&mut self) {
        for open in self.open.values_mut() {
            open.file.abort().await;
        }
        self.open.clear();
        super::discard(&self.io, &std::mem::take(&mut self.finished)).await;
    }
}

fn parts(table: &TableMetadata, spec: &PartitionSpec, schema: &Schema) -> Result<Vec<Part>> {
    let types = partition_types(table, spec).map_err(refused)?;
    let part = |(field, result): (&aquifer_iceberg::PartitionField, Primitive)| {
        let mut columns = schema.columns.fields.iter();
        let column = columns.position(|column| column.id == field.source_id);
        let source = column.map(|at| &schema.columns.fields[at].field_type);
        match (column, source, &field.transform) {
            // What is void has no column any more, and no value.
            (None, _, Transform::Void) if !schema.columns.fields.is_empty() => {
                Ok((0, Primitive::String))
            }
            (_, _, Transform::Unknown(text)) => Err(SqlError::not_supported(format!(
                "Writing to tables partitioned by {text} is not supported"
            ))),
            (Some(at), Some(Type::Primitive(source)), _) => Ok((at, *source)),
            _ => Err(SqlError::not_supported(format!(
                "Writing to tables partitioned by nested columns is not supported: {}",
                field.name
            ))),
        }
        .map(|(column, source)| Part {
            column,
            source,
            result,
            transform: field.transform.clone(),
            name: field.name.clone(),
        })
    };
    let parts = spec.fields.iter().zip(types).map(part).collect::<Result<Vec<_>, _>>();
    Ok(parts?)
}

fn schema_json(schema: &Schema) -> Result<String> {
    aquifer_iceberg::schema_json(schema).map_err(|error| refused(error).into())
}

/// Folders spell everything but letters, digits and a few marks as `%XX`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_spelled_plainly() {
        assert_eq!(escaped("a b/c=é"), "a+b%2Fc%3D%C3%A9");
    }
}
