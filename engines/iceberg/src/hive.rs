//! Tables as catalogs of Hive's kind list them: columns with types in Hive's words, and with notes by
//! which the table's own are told.

use std::collections::BTreeMap;

use crate::schema::Schema;
use crate::types::{Field, Primitive, Type};

/// A type in Hive's words.
pub fn hive_type(of: &Type) -> String {
    match of {
        Type::Primitive(primitive) => match primitive {
            Primitive::Long => "bigint".to_owned(),
            Primitive::Time | Primitive::Uuid => "string".to_owned(),
            Primitive::Timestamptz => "timestamp".to_owned(),
            Primitive::Fixed(_) => "binary".to_owned(),
            Primitive::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            other => other.to_string(),
        },
        Type::Struct(fields) => {
            let one = |field: &Field| format!("{}:{}", field.name, hive_type(&field.field_type));
            let fields: Vec<String> = fields.fields.iter().map(one).collect();
            format!("struct<{}>", fields.join(","))
        }
        Type::List(list) => format!("array<{}>", hive_type(&list.element)),
        Type::Map(map) => format!("map<{},{}>", hive_type(&map.key), hive_type(&map.value)),
    }
}

/// A column as a catalog has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogColumn {
    /// Lower case: such catalogs have no other.
    pub name: String,
    pub data_type: String,
    pub comment: Option<String>,
    pub parameters: BTreeMap<String, String>,
}

/// The columns of a schema.
pub fn catalog_columns(schema: &Schema) -> Vec<CatalogColumn> {
    let column = |field: &Field| {
        let notes = [
            ("iceberg.field.id", field.id.to_string()),
            ("iceberg.field.optional", (!field.required).to_string()),
            ("iceberg.field.current", "true".to_owned()),
        ];
        CatalogColumn {
            name: field.name.to_lowercase(),
            data_type: hive_type(&field.field_type),
            comment: field.doc.clone(),
            parameters: notes.map(|(key, value)| (key.to_owned(), value)).into(),
        }
    };
    schema.columns.fields.iter().map(column).collect()
}
