//! Partitions of a snapshot, with what they hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::{Content, DataFile, partition_types, read_single_value};
use aquifer_iceberg::{Primitive, Type};
use datafusion::arrow::array::{ArrayRef, Int64Array, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::ScalarValue;
use datafusion::error::Result;

use super::{About, Columns};
use crate::error::refused;
use crate::files::{manifests, read_known};
use crate::scalar::scalar;
use crate::types::arrow_type;

/// Files of one partition.
struct Partition<'a> {
    values: BTreeMap<i32, (Primitive, Value)>,
    files: Vec<&'a DataFile>,
}

impl About<'_> {
    pub(super) async fn partitions(&self) -> Result<Columns> {
        let listed = manifests(self.io, self.snapshot).await?;
        let known = read_known(self.io, self.table, listed, |_, file| !file.deletes).await?;
        let mut partitions: BTreeMap<String, Partition<'_>> = BTreeMap::new();
        for manifest in known.iter().filter_map(|(_, manifest)| manifest.as_ref()) {
            let Some(spec) = self.table.spec(manifest.spec_id) else { continue };
            let types = partition_types(self.table, spec).map_err(refused)?;
            for entry in manifest.entries.iter().filter(|entry| entry.is_alive()) {
                let file = &entry.data_file;
                if file.content != Content::Data {
                    continue;
                }
                let own = spec.fields.iter().zip(&types).zip(&file.partition);
                let values: BTreeMap<i32, (Primitive, Value)> = own
                    .filter_map(|((field, of), value)| {
                        Some((field.field_id?, (*of, value.clone())))
                    })
                    .collect();
                let key = format!("{values:?}");
                let partition = partitions.entry(key);
                partition.or_insert_with(|| Partition { values, files: vec![] }).files.push(file);
            }
        }
        let all: Vec<Partition<'_>> = partitions.into_values().collect();
        let sum = |of: fn(&DataFile) -> i64| -> ArrayRef {
            let sums =
                all.iter().map(|partition| partition.files.iter().map(|file| of(file)).sum());
            Arc::new(Int64Array::from_iter_values(sums))
        };
        let mut columns: Columns = Vec::new();
        if let Some(parts) = self.keys(&all)? {
            columns.push(("partition", parts));
        }
        columns.push(("record_count", sum(|file| file.record_count)));
        columns.push(("file_count", sum(|_| 1)));
        columns.push(("total_size", sum(|file| file.file_size_in_bytes)));
        columns.push(("data", self.data(&all)?));
        Ok(columns)
    }

    /// The values of all fields that any spec has.
    fn keys(&self, all: &[Partition<'_>]) -> Result<Option<ArrayRef>> {
        let mut known: BTreeMap<i32, (String, Primitive)> = BTreeMap::new();
        for spec in &self.table.partition_specs {
            let types = partition_types(self.table, spec).map_err(refused)?;
            for (field, of) in spec.fields.iter().zip(types) {
                known.insert(field.field_id.unwrap_or(0), (field.name.clone(), of));
            }
        }
        if known.is_empty() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        let mut columns = Vec::new();
        for (id, (name, of)) in known {
            let data_type = nested(&arrow_type(&Type::Primitive(of)));
            let values = all.iter().map(|partition| match partition.values.get(&id) {
                Some((of, value)) => scalar(*of, value),
                None => scalar(of, &Value::Null),
            });
            fields.push(Field::new(name, data_type.clone(), true));
            columns.push(array(values, &data_type)?);
        }
        Ok(Some(Arc::new(StructArray::try_new(Fields::from(fields), columns, None)?)))
    }

    /// What is known of each column.
    fn data(&self, all: &[Partition<'_>]) -> Result<ArrayRef> {
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        for column in &self.schema.columns.fields {
            let Type::Primitive(of) = column.field_type else { continue };
            let data_type = nested(&arrow_type(&column.field_type));
            let bounds = |greatest: bool| {
                all.iter()
                    .map(move |partition| outermost(&partition.files, column.id, of, greatest))
            };
            let counts = |of: fn(&DataFile) -> &BTreeMap<i32, i64>| -> ArrayRef {
                let sum = |partition: &Partition<'_>| -> Option<i64> {
                    partition.files.iter().map(|file| of(file).get(&column.id).copied()).sum()
                };
                Arc::new(all.iter().map(sum).collect::<Int64Array>())
            };
            let own = Fields::from(vec![
                Field::new("min", data_type.clone(), true),
                Field::new("max", data_type.clone(), true),
                Field::new("null_count", DataType::Int64, true),
                Field::new("nan_count", DataType::Int64, true),
            ]);
            let values = vec![
                array(bounds(false), &data_type)?,
                array(bounds(true), &data_type)?,
                counts(|file| &file.null_value_counts),
                counts(|file| &file.nan_value_counts),
            ];
            let one = StructArray::try_new(own, values, None)?;
            fields.push(Field::new(&column.name, DataType::Struct(one.fields().clone()), true));
            columns.push(Arc::new(one) as ArrayRef);
        }
        if fields.is_empty() {
            return Ok(Arc::new(StructArray::new_empty_fields(all.len(), None)));
        }
        Ok(Arc::new(StructArray::try_new(Fields::from(fields), columns, None)?))
    }
}

/// Text and bytes within others are of the plain types.
fn nested(of: &DataType) -> DataType {
    match of {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        other => other.clone(),
    }
}

fn array(values: impl Iterator<Item = ScalarValue>, of: &DataType) -> Result<ArrayRef> {
    let values = values.map(|value| value.cast_to(of)).collect::<Result<Vec<_>>>()?;
    if values.is_empty() {
        return Ok(datafusion::arrow::array::new_empty_array(of));
    }
    ScalarValue::iter_to_array(values)
}

fn outermost(files: &[&DataFile], id: i32, of: Primitive, greatest: bool) -> ScalarValue {
    let mut best = scalar(of, &Value::Null);
    for file in files {
        let bounds = if greatest { &file.upper_bounds } else { &file.lower_bounds };
        let Some(own) = bounds.get(&id).and_then(|bytes| read_single_value(of, bytes)) else {
            continue;
        };
        let own = scalar(of, &own);
        let better = best.is_null()
            || own.partial_cmp(&best).is_some_and(|o| if greatest { o.is_gt() } else { o.is_lt() });
        if better {
            best = own;
        }
    }
    best
}
