//! Manifests, which list data files, and manifest lists, which list manifests.
//!
//! <https://iceberg.apache.org/spec/#manifests>

mod data_file;
mod entry;
mod list;
mod value;

use crate::avro::{Schema, Value};
use crate::error::{Error, Result};

pub use data_file::{Content, DataFile};
pub use entry::{Manifest, ManifestEntry, Status, partition_types, read_manifest, write_manifest};
pub use list::{FieldSummary, ManifestFile, read_manifest_list, write_manifest_list};
pub use value::{decimal_value, read_single_value, single_value};

/// A record whose fields are found by their ids.
#[derive(Clone, Copy)]
struct Fields<'a> {
    schema: &'a Schema,
    values: &'a [Value],
}

impl<'a> Fields<'a> {
    fn of(schema: &'a Schema, value: &'a Value) -> Result<Self> {
        match value {
            Value::Record(values) => Ok(Self { schema, values }),
            _ => Err(Error::corrupt("A manifest holds something else than records")),
        }
    }

    /// A field, null if the file does not have it.
    fn get(&self, id: i32) -> &'a Value {
        let at = self.schema.position(id);
        at.and_then(|at| self.values.get(at)).unwrap_or(&Value::Null)
    }

    fn record(&self, id: i32) -> Result<Fields<'a>> {
        let at = self.schema.position(id).ok_or_else(|| missing(id))?;
        let schema = &self.schema.fields()[at].schema;
        Fields::of(schema, &self.values[at])
    }

    fn long(&self, id: i32) -> Result<i64> {
        self.get(id).as_long().ok_or_else(|| missing(id))
    }

    fn int(&self, id: i32) -> Result<i32> {
        self.maybe_int(id)?.ok_or_else(|| missing(id))
    }

    fn maybe_int(&self, id: i32) -> Result<Option<i32>> {
        let number = self.get(id).as_long().map(i32::try_from).transpose();
        number.map_err(|_| Error::corrupt(format!("The field {id} of a manifest is too large")))
    }

    fn text(&self, id: i32) -> Result<String> {
        self.get(id).as_str().map(str::to_owned).ok_or_else(|| missing(id))
    }

    fn bytes(&self, id: i32) -> Option<Vec<u8>> {
        self.get(id).as_bytes().map(<[u8]>::to_vec)
    }
}

fn missing(id: i32) -> Error {
    Error::corrupt(format!("A manifest lacks the field {id}"))
}

fn or_null<T>(value: Option<T>, make: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Null, make)
}
