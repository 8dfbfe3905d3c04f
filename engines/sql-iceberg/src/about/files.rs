//! Manifests and files of a snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::{
    Content, FieldSummary, ManifestFile, partition_types, read_single_value,
};
use aquifer_iceberg::{Primitive, Schema, Type, spell_value};
use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanBuilder, Int32Array, Int32Builder, Int64Array, Int64Builder,
    ListBuilder, MapBuilder, StringArray, StringBuilder, StructBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::error::Result;

use super::{About, Columns};
use crate::error::refused;
use crate::files::{manifests, read_known};

impl About<'_> {
    pub(super) async fn manifests(&self) -> Result<Columns> {
        let all = manifests(self.io, self.snapshot).await?;
        let count = |of: fn(&ManifestFile) -> Option<i32>| -> ArrayRef {
            Arc::new(all.iter().map(of).collect::<Int32Array>())
        };
        let rows = |of: fn(&ManifestFile) -> Option<i64>| -> ArrayRef {
            Arc::new(all.iter().map(of).collect::<Int64Array>())
        };
        Ok(vec![
            ("path", Arc::new(StringArray::from_iter_values(all.iter().map(|m| &m.manifest_path)))),
            ("length", rows(|m| Some(m.manifest_length))),
            ("partition_spec_id", count(|m| Some(m.partition_spec_id))),
            ("added_snapshot_id", rows(|m| Some(m.added_snapshot_id))),
            ("added_data_files_count", count(|m| m.added_files)),
            ("added_rows_count", rows(|m| m.added_rows)),
            ("existing_data_files_count", count(|m| m.existing_files)),
            ("existing_rows_count", rows(|m| m.existing_rows)),
            ("deleted_data_files_count", count(|m| m.deleted_files)),
            ("deleted_rows_count", rows(|m| m.deleted_rows)),
            ("partition_summaries", self.summaries(&all)?),
        ])
    }

    fn summaries(&self, all: &[ManifestFile]) -> Result<ArrayRef> {
        let fields = vec![
            Field::new("contains_null", DataType::Boolean, true),
            Field::new("contains_nan", DataType::Boolean, true),
            Field::new("lower_bound", DataType::Utf8, true),
            Field::new("upper_bound", DataType::Utf8, true),
        ];
        let mut list = ListBuilder::new(StructBuilder::from_fields(fields, 0));
        for manifest in all {
            let spec = self.table.spec(manifest.partition_spec_id);
            let types = spec.map(|spec| partition_types(self.table, spec)).transpose();
            let types = types.map_err(refused)?.unwrap_or_default();
            let parts = spec.map(|spec| spec.fields.as_slice()).unwrap_or_default();
            let summaries = manifest.partitions.as_deref().unwrap_or_default();
            for ((summary, of), part) in summaries.iter().zip(types).zip(parts) {
                let spelled = |bound: &Option<Vec<u8>>| {
                    let value = read_single_value(of, bound.as_deref()?)?;
                    Some(part.transform.spell(of, &value))
                };
                append_summary(list.values(), summary, spelled);
            }
            list.append(true);
        }
        Ok(Arc::new(list.finish()))
    }

    pub(super) async fn files(&self) -> Result<Columns> {
        let listed = manifests(self.io, self.snapshot).await?;
        let known = read_known(self.io, self.table, listed, |_, _| true).await?;
        let read = known.iter().filter_map(|(_, manifest)| manifest.as_ref());
        let all: Vec<_> = read
            .flat_map(|manifest| {
                let alive = manifest.entries.iter().filter(|entry| entry.is_alive());
                alive.map(|entry| (manifest.spec_id, &entry.data_file))
            })
            .collect();
        let files = || all.iter().map(|(_, file)| *file);
        let content = |content: Content| match content {
            Content::Data => 0,
            Content::PositionDeletes => 1,
            Content::EqualityDeletes => 2,
        };
        let counts = |of: fn(&aquifer_iceberg::manifest::DataFile) -> &BTreeMap<i32, i64>| {
            let mut map = MapBuilder::new(None, Int32Builder::new(), Int64Builder::new());
            for file in files() {
                for (id, count) in of(file) {
                    map.keys().append_value(*id);
                    map.values().append_value(*count);
                }
                let _ = map.append(true);
            }
            Arc::new(map.finish()) as ArrayRef
        };
        let types = primitives(self.schema);
        let bounds = |of: fn(&aquifer_iceberg::manifest::DataFile) -> &BTreeMap<i32, Vec<u8>>| {
            let mut map = MapBuilder::new(None, Int32Builder::new(), StringBuilder::new());
            for file in files() {
                for (id, bytes) in of(file) {
                    let of = types.get(id).copied().unwrap_or(Primitive::String);
                    map.keys().append_value(*id);
                    map.values().append_option(
                        read_single_value(of, bytes).map(|value: Value| spell_value(of, &value)),
                    );
                }
                let _ = map.append(true);
            }
            Arc::new(map.finish()) as ArrayRef
        };
        let mut offsets = ListBuilder::new(Int64Builder::new());
        let mut ids = ListBuilder::new(Int32Builder::new());
        for file in files() {
            offsets.append_option(file.split_offsets.clone().map(|all| all.into_iter().map(Some)));
            ids.append_option(file.equality_ids.clone().map(|all| all.into_iter().map(Some)));
        }
        let long = |of: fn(&aquifer_iceberg::manifest::DataFile) -> i64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(files().map(of)))
        };
        let keys: Vec<Option<&[u8]>> = files().map(|file| file.key_metadata.as_deref()).collect();
        Ok(vec![
            (
                "content",
                Arc::new(Int32Array::from_iter_values(files().map(|file| content(file.content)))),
            ),
            ("file_path", Arc::new(StringArray::from_iter_values(files().map(|f| &f.file_path)))),
            (
                "file_format",
                Arc::new(StringArray::from_iter_values(files().map(|f| &f.file_format))),
            ),
            ("spec_id", Arc::new(Int32Array::from_iter_values(all.iter().map(|(spec, _)| *spec)))),
            ("record_count", long(|file| file.record_count)),
            ("file_size_in_bytes", long(|file| file.file_size_in_bytes)),
            ("column_sizes", counts(|file| &file.column_sizes)),
            ("value_counts", counts(|file| &file.value_counts)),
            ("null_value_counts", counts(|file| &file.null_value_counts)),
            ("nan_value_counts", counts(|file| &file.nan_value_counts)),
            ("lower_bounds", bounds(|file| &file.lower_bounds)),
            ("upper_bounds", bounds(|file| &file.upper_bounds)),
            ("key_metadata", Arc::new(BinaryArray::from(keys))),
            ("split_offsets", Arc::new(offsets.finish())),
            ("equality_ids", Arc::new(ids.finish())),
        ])
    }
}

fn append_summary(
    row: &mut StructBuilder,
    summary: &FieldSummary,
    spelled: impl Fn(&Option<Vec<u8>>) -> Option<String>,
) {
    if let Some(field) = row.field_builder::<BooleanBuilder>(0) {
        field.append_value(summary.contains_null);
    }
    if let Some(field) = row.field_builder::<BooleanBuilder>(1) {
        field.append_option(summary.contains_nan);
    }
    if let Some(field) = row.field_builder::<StringBuilder>(2) {
        field.append_option(spelled(&summary.lower_bound));
    }
    if let Some(field) = row.field_builder::<StringBuilder>(3) {
        field.append_option(spelled(&summary.upper_bound));
    }
    row.append(true);
}

/// The types of all single-valued fields by their ids.
pub(super) fn primitives(schema: &Schema) -> BTreeMap<i32, Primitive> {
    let types = schema.types().into_iter();
    types
        .filter_map(|(id, of)| match of {
            Type::Primitive(primitive) => Some((id, primitive)),
            _ => None,
        })
        .collect()
}
