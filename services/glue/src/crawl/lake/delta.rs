//! Delta Lake: the newest description of the table in its log.
//!
//! <https://github.com/delta-io/delta/blob/master/PROTOCOL.md>

use glue_api::{Column, SerDeInfo, StorageDescriptor};
use serde_json::Value;

use super::{LakeTable, Root, Stop, column, input};

const LOG: &str = "_delta_log/";
const PARQUET_INPUT: &str = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat";
const PARQUET_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
const PARQUET: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
const SEQUENCE_INPUT: &str = "org.apache.hadoop.mapred.SequenceFileInputFormat";
const SEQUENCE_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat";
const LAZY_SIMPLE: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
const DEPTH_MAX: usize = 50;

/// Describes a table, natively or as Hive reads its manifest.
pub(super) async fn table(
    root: &Root<'_>,
    native: bool,
) -> Result<Result<Vec<LakeTable>, String>, Stop> {
    let mut commits = root.children(LOG).await?.files;
    commits.retain(|file| {
        let name = file.key.rsplit('/').next().unwrap_or_default();
        name.strip_suffix(".json")
            .is_some_and(|n| n.len() == 20 && n.bytes().all(|b| b.is_ascii_digit()))
    });
    commits.sort_unstable_by(|a, b| b.key.cmp(&a.key));
    for commit in &commits {
        let text = match root.read(commit).await {
            Ok(text) => text,
            Err(why) => return Ok(Err(why)),
        };
        let mut actions = text.split(|byte| *byte == b'\n').filter_map(|line| {
            let action: Value = serde_json::from_slice(line).ok()?;
            action.get("metaData").cloned()
        });
        if let Some(metadata) = actions.next_back() {
            return Ok(describe(root, &metadata, native).map(|table| vec![table]));
        }
    }
    Ok(Err(match commits.is_empty() {
        true => "it has no _delta_log".to_owned(),
        false => "its log describes the table in checkpoints only".to_owned(),
    }))
}

fn describe(root: &Root<'_>, metadata: &Value, native: bool) -> Result<LakeTable, String> {
    let schema = metadata.get("schemaString").and_then(Value::as_str).unwrap_or_default();
    let schema: Value = serde_json::from_str(schema).map_err(|why| why.to_string())?;
    let keys: Vec<&str> = metadata
        .get("partitionColumns")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let (mut columns, mut partition_keys): (Vec<Column>, Vec<Column>) = Default::default();
    for field in schema.get("fields").and_then(Value::as_array).into_iter().flatten() {
        let name = field.get("name").and_then(Value::as_str).unwrap_or_default();
        let ty = type_text(field.get("type").unwrap_or(&Value::Null), 0)?;
        match keys.contains(&name) {
            true => partition_keys.push(column(name, ty)),
            false => columns.push(column(name, ty)),
        }
    }
    partition_keys.sort_by_key(|key| keys.iter().position(|own| own.to_lowercase() == key.name));
    let location = root.location();
    let mut parameters =
        vec![("classification", "delta".to_owned()), ("EXTERNAL", "TRUE".to_owned())];
    let (at, formats, serde) = if native {
        parameters.push(("table_type", "DELTA".to_owned()));
        parameters.push(("spark.sql.sources.provider", "delta".to_owned()));
        (location.clone(), (SEQUENCE_INPUT, SEQUENCE_OUTPUT), LAZY_SIMPLE)
    } else {
        let manifest = format!("{location}_symlink_format_manifest/");
        (manifest, (PARQUET_INPUT, PARQUET_OUTPUT), PARQUET)
    };
    let mut described = input(&parameters);
    described.partition_keys = Some(partition_keys);
    let serde_parameters = [
        ("serialization.format".to_owned(), "1".to_owned()),
        ("path".to_owned(), location.trim_end_matches('/').to_owned()),
    ];
    described.storage_descriptor = Some(StorageDescriptor {
        columns: Some(columns),
        location: Some(at.clone()),
        input_format: Some(formats.0.to_owned()),
        output_format: Some(formats.1.to_owned()),
        serde_info: Some(SerDeInfo {
            serialization_library: Some(serde.to_owned()),
            parameters: Some(serde_parameters.into_iter().collect()),
            ..SerDeInfo::default()
        }),
        ..StorageDescriptor::default()
    });
    let source = root.name().to_owned();
    Ok(LakeTable { location: at, source, input: described, partitions: Vec::new() })
}

/// A type of Spark's as Hive spells it.
fn type_text(ty: &Value, depth: usize) -> Result<String, String> {
    if depth > DEPTH_MAX {
        return Err("its types are nested too deeply".to_owned());
    }
    let part = |name: &str| type_text(ty.get(name).unwrap_or(&Value::Null), depth + 1);
    match (ty, ty.get("type").and_then(Value::as_str)) {
        (Value::String(name), _) => Ok(match name.as_str() {
            "long" => "bigint",
            "integer" => "int",
            "short" => "smallint",
            "byte" => "tinyint",
            "timestamp_ntz" => "timestamp",
            "string" | "float" | "double" | "boolean" | "binary" | "date" | "timestamp" => name,
            name if name.starts_with("decimal") => name,
            other => return Err(format!("there is no type {other}")),
        }
        .to_owned()),
        (_, Some("array")) => Ok(format!("array<{}>", part("elementType")?)),
        (_, Some("map")) => Ok(format!("map<{},{}>", part("keyType")?, part("valueType")?)),
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
    fn types_of_spark_are_types_of_hive() {
        let told = |json: &str| type_text(&serde_json::from_str(json).unwrap(), 0);
        assert_eq!(told(r#""long""#).unwrap(), "bigint");
        assert_eq!(told(r#""decimal(10,2)""#).unwrap(), "decimal(10,2)");
        let nested = r#"{"type":"struct","fields":[{"name":"a","type":{"type":"array",
            "elementType":"integer","containsNull":true}},{"name":"m","type":{"type":"map",
            "keyType":"string","valueType":"short","valueContainsNull":true}}]}"#;
        assert_eq!(told(nested).unwrap(), "struct<a:array<int>,m:map<string,smallint>>");
        assert!(told(r#""colour""#).is_err());
    }
}
