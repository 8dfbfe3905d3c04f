//! Iceberg: the newest file of metadata.
//!
//! <https://iceberg.apache.org/spec/#table-metadata>

use std::collections::BTreeMap;

use glue_api::{Column, StorageDescriptor};
use serde_json::Value;

use super::{LakeTable, Root, Source, Stop, column, input};

const METADATA: &str = "metadata/";
const HINT: &str = "version-hint.text";
const SUFFIX: &str = ".metadata.json";
const DEPTH_MAX: usize = 50;

/// Describes a table; none where the folder holds other metadata.
pub(super) async fn table(root: &Root<'_>) -> Result<Result<Vec<LakeTable>, String>, Stop> {
    let files = root.children(METADATA).await?.files;
    let hint = files.iter().find(|file| file.key.ends_with(HINT));
    let hint = match hint {
        Some(file) => root.read(file).await.ok(),
        None => None,
    };
    let hinted = hint.and_then(|text| {
        let name = format!("/v{}{SUFFIX}", String::from_utf8_lossy(&text).trim());
        files.iter().find(|file| file.key.ends_with(&name))
    });
    let newest = files.iter().filter_map(|file| Some((version(file)?, file)));
    let newest = newest.max_by(|a, b| (a.0, &a.1.key).cmp(&(b.0, &b.1.key))).map(|(_, file)| file);
    let Some(file) = hinted.or(newest) else { return Ok(Ok(Vec::new())) };
    let text = match root.read(file).await {
        Ok(text) => text,
        Err(why) => return Ok(Err(why)),
    };
    Ok(describe(root, file, &text).map(|table| vec![table]))
}

/// The number of a metadata file: `v3.metadata.json`, `00003-….metadata.json`.
fn version(file: &Source) -> Option<u64> {
    let name = file.key.rsplit('/').next()?.strip_suffix(SUFFIX)?;
    let digits = name.strip_prefix('v').unwrap_or(name);
    digits.split('-').next()?.parse().ok()
}

fn describe(root: &Root<'_>, file: &Source, text: &[u8]) -> Result<LakeTable, String> {
    let metadata: Value = serde_json::from_slice(text).map_err(|why| why.to_string())?;
    let id = metadata.get("current-schema-id").and_then(Value::as_i64);
    let schemas = metadata.get("schemas").and_then(Value::as_array);
    let current = schemas
        .into_iter()
        .flatten()
        .find(|schema| id.is_some() && schema.get("schema-id").and_then(Value::as_i64) == id);
    let schema = current.or_else(|| metadata.get("schema")).ok_or("it has no current schema")?;
    let fields =
        schema.get("fields").and_then(Value::as_array).ok_or("its schema has no fields")?;
    let columns = fields.iter().map(field).collect::<Result<Vec<Column>, String>>()?;
    let location = metadata.get("location").and_then(Value::as_str);
    let location = location.map_or_else(|| root.location(), str::to_owned);
    let mut described = input(&[
        ("classification", "iceberg".to_owned()),
        ("table_type", "ICEBERG".to_owned()),
        ("metadata_location", file.url()),
        ("EXTERNAL", "TRUE".to_owned()),
    ]);
    described.partition_keys = Some(Vec::new());
    described.storage_descriptor = Some(StorageDescriptor {
        columns: Some(columns),
        location: Some(location.trim_end_matches('/').to_owned()),
        ..StorageDescriptor::default()
    });
    let (location, source) = (root.location(), root.name().to_owned());
    let at = location.trim_end_matches('/').to_owned();
    Ok(LakeTable { location: at, source, input: described, partitions: Vec::new() })
}

fn field(field: &Value) -> Result<Column, String> {
    let name = field.get("name").and_then(Value::as_str).unwrap_or_default();
    let ty = type_text(field.get("type").unwrap_or(&Value::Null), 0)?;
    let id = field.get("id").and_then(Value::as_i64).unwrap_or_default();
    let optional = field.get("required").and_then(Value::as_bool) != Some(true);
    let parameters: BTreeMap<String, String> = [
        ("iceberg.field.current", "true".to_owned()),
        ("iceberg.field.id", id.to_string()),
        ("iceberg.field.optional", optional.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    let comment = field.get("doc").and_then(Value::as_str).map(str::to_owned);
    Ok(Column { parameters: Some(parameters), comment, ..column(name, ty) })
}

/// A type of Iceberg's as Hive spells it.
fn type_text(ty: &Value, depth: usize) -> Result<String, String> {
    if depth > DEPTH_MAX {
        return Err("its types are nested too deeply".to_owned());
    }
    let part = |name: &str| type_text(ty.get(name).unwrap_or(&Value::Null), depth + 1);
    match (ty, ty.get("type").and_then(Value::as_str)) {
        (Value::String(name), _) => Ok(match name.as_str() {
            "long" => "bigint".to_owned(),
            "boolean" | "int" | "float" | "double" | "date" | "string" | "binary" => name.clone(),
            "time" | "uuid" => "string".to_owned(),
            "timestamp" | "timestamptz" | "timestamp_ns" | "timestamptz_ns" => {
                "timestamp".to_owned()
            }
            name if name.starts_with("fixed") => "binary".to_owned(),
            name if name.starts_with("decimal") => name.replace(' ', ""),
            other => return Err(format!("there is no type {other}")),
        }),
        (_, Some("list")) => Ok(format!("array<{}>", part("element")?)),
        (_, Some("map")) => Ok(format!("map<{},{}>", part("key")?, part("value")?)),
        (_, Some("struct")) => {
            let mut fields = Vec::new();
            for field in ty.get("fields").and_then(Value::as_array).into_iter().flatten() {
                let name = field.get("name").and_then(Value::as_str).unwrap_or_default();
                let inner = type_text(field.get("type").unwrap_or(&Value::Null), depth + 1)?;
                fields.push(format!("{name}:{inner}"));
            }
            Ok(format!("struct<{}>", fields.join(",")))
        }
        (other, _) => Err(format!("{other} is no type")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_metadata_has_the_highest_number() {
        let number = |key: &str| version(&Source { bucket: "b".into(), key: key.into(), size: 1 });
        assert_eq!(number("t/metadata/v12.metadata.json"), Some(12));
        assert_eq!(number("t/metadata/00003-0f1e.metadata.json"), Some(3));
        assert_eq!(number("t/metadata/snap-1.avro"), None);
    }

    #[test]
    fn types_are_types_of_hive() {
        let told = |json: &str| type_text(&serde_json::from_str(json).unwrap(), 0).unwrap();
        assert_eq!(told(r#""decimal(9, 2)""#), "decimal(9,2)");
        let list = r#"{"type":"list","element-id":3,"element":"long","element-required":true}"#;
        assert_eq!(told(list), "array<bigint>");
    }
}
