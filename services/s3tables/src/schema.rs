//! The metadata of a table to be, as `CreateTable` says it.

use aquifer_iceberg::{CreateTable, PartitionSpec, Schema, SortOrder};
use platform::Result;
use s3tables_api::{IcebergMetadata, IcebergSchema, IcebergSchemaV2};
use serde_json::{Value, json};

use crate::error;

/// What the engine is told to create; where it is to be is not known yet.
pub(crate) fn read(metadata: &IcebergMetadata) -> Result<CreateTable> {
    let schema = match (&metadata.schema, &metadata.schema_v2) {
        (Some(schema), None) => simple(schema),
        (None, Some(schema)) => nested(schema),
        (Some(_), Some(_)) => {
            return Err(error::invalid("Only one of schema and schemaV2 can be specified."));
        }
        (None, None) => return Err(error::invalid("A schema must be specified.")),
    };
    let schema: Schema = parse("schema", schema)?;
    if schema.columns.fields.is_empty() {
        return Err(error::invalid("The schema must have at least one field."));
    }
    let spec = metadata.partition_spec.as_ref().map(|spec| {
        let field = |field: &s3tables_api::IcebergPartitionField| {
            json!({ "source-id": field.source_id, "name": field.name, "transform": field.transform })
        };
        json!({ "fields": spec.fields.iter().map(field).collect::<Vec<_>>() })
    });
    let order = metadata.write_order.as_ref().map(|order| {
        let field = |field: &s3tables_api::IcebergSortField| {
            json!({
                "source-id": field.source_id, "transform": field.transform,
                "direction": field.direction.as_str(), "null-order": field.null_order.as_str(),
            })
        };
        json!({ "fields": order.fields.iter().map(field).collect::<Vec<_>>() })
    });
    let partition_spec = spec.map(|spec| parse::<PartitionSpec>("partition spec", spec));
    let sort_order = order.map(|order| parse::<SortOrder>("write order", order));
    Ok(CreateTable {
        schema,
        partition_spec: partition_spec.transpose()?.unwrap_or_default(),
        sort_order: sort_order.transpose()?.unwrap_or_default(),
        properties: metadata.properties.clone().unwrap_or_default(),
        ..CreateTable::default()
    })
}

fn parse<T: serde::de::DeserializeOwned>(what: &str, json: Value) -> Result<T> {
    let bad = |error| error::invalid(format!("The {what} is not valid: {error}"));
    serde_json::from_value(json).map_err(bad)
}

/// Columns without parts; who gives no ids has them in the order of the columns.
fn simple(schema: &IcebergSchema) -> Value {
    let field = |(at, field): (usize, &s3tables_api::SchemaField)| {
        json!({
            "id": field.id.map_or(at as i64 + 1, i64::from), "name": field.name,
            "type": field.r#type, "required": field.required.unwrap_or(false),
        })
    };
    json!({ "fields": schema.fields.iter().enumerate().map(field).collect::<Vec<_>>() })
}

fn nested(schema: &IcebergSchemaV2) -> Value {
    let field = |field: &s3tables_api::SchemaV2Field| {
        json!({
            "id": field.id, "name": field.name, "type": field.r#type, "required": field.required,
            "doc": field.doc,
        })
    };
    json!({
        "identifier-field-ids": schema.identifier_field_ids.clone().unwrap_or_default(),
        "fields": schema.fields.iter().map(field).collect::<Vec<_>>(),
    })
}
