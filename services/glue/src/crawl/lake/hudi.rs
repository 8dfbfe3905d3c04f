//! Hudi: its properties, the schema of its last commit, its partitions.
//!
//! <https://hudi.apache.org/tech-specs/>

use std::collections::HashMap;

use aquifer_formats::{HiveType, avro_columns};
use glue_api::{Column, PartitionInput, SerDeInfo, StorageDescriptor};
use s3_api::{Client, ListObjectsV2Input};
use serde_json::Value;

use super::{LakeTable, Root, Source, Stop, column, input};

const HOODIE: &str = ".hoodie/";
/// Where newer versions keep the timeline.
const TIMELINE: &str = ".hoodie/timeline/";
const PROPERTIES: &str = "hoodie.properties";
const PARTITION: &str = "/.hoodie_partition_metadata";
const PARTITION_PARQUET: &str = "/.hoodie_partition_metadata.parquet";
/// Columns that Hudi itself writes.
const META: [&str; 5] = [
    "_hoodie_commit_time",
    "_hoodie_commit_seqno",
    "_hoodie_record_key",
    "_hoodie_partition_path",
    "_hoodie_file_name",
];
const READ_OPTIMIZED: &str = "org.apache.hudi.hadoop.HoodieParquetInputFormat";
const REAL_TIME: &str = "org.apache.hudi.hadoop.realtime.HoodieParquetRealtimeInputFormat";
const OUTPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
const SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/// Describes a table; one that is merged on read is two, as it was written and as it is.
pub(super) async fn tables(root: &Root<'_>) -> Result<Result<Vec<LakeTable>, String>, Stop> {
    let mut files = root.children(HOODIE).await?.files;
    let properties = files.iter().find(|file| file.key.ends_with(PROPERTIES));
    let Some(properties) = properties else { return Ok(Err("it has no hoodie.properties".into())) };
    let properties = match root.read(properties).await {
        Ok(text) => read_properties(&String::from_utf8_lossy(&text)),
        Err(why) => return Ok(Err(why)),
    };
    files.extend(root.children(TIMELINE).await?.files);
    let schema = match committed(root, &files).await {
        Some(schema) => Some(schema),
        None => properties.get("hoodie.table.create.schema").cloned(),
    };
    let Some(schema) = schema else { return Ok(Err("no commit tells its schema".into())) };
    let columns = match avro_columns(&schema) {
        Ok(columns) => columns,
        Err(why) => return Ok(Err(why)),
    };
    let folders = partitions(root).await?;
    Ok(Ok(describe(root, &properties, &columns, &folders)))
}

/// `key=value` lines, in which colons are escaped.
fn read_properties(text: &str) -> HashMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(key, value)| {
            (key.trim().to_owned(), value.trim().replace("\\:", ":").replace("\\=", "="))
        })
        .collect()
}

/// The schema that the newest commit tells.
async fn committed(root: &Root<'_>, files: &[Source]) -> Option<String> {
    let is_commit = |file: &&Source| {
        [".commit", ".deltacommit", ".replacecommit"].iter().any(|end| file.key.ends_with(end))
    };
    let mut commits: Vec<&Source> = files.iter().filter(is_commit).filter(|f| f.size > 0).collect();
    commits.sort_unstable_by_key(|file| file.key.rsplit('/').next().map(str::to_owned));
    for commit in commits.into_iter().rev() {
        let text = root.read(commit).await.ok()?;
        // Newer versions write Avro here: the table's properties tell the schema then.
        let told: Value = serde_json::from_slice(&text).unwrap_or_default();
        let schema = told.pointer("/extraMetadata/schema").and_then(Value::as_str);
        if let Some(schema) = schema.filter(|schema| !schema.is_empty()) {
            return Some(schema.to_owned());
        }
    }
    None
}

/// The folders that are partitions, below the table.
async fn partitions(root: &Root<'_>) -> Result<Vec<String>, Stop> {
    let mut folders = Vec::new();
    let mut token = None;
    loop {
        let input = ListObjectsV2Input {
            bucket: root.bucket.to_owned(),
            prefix: Some(root.prefix.clone()).filter(|prefix| !prefix.is_empty()),
            continuation_token: token.take(),
            ..ListObjectsV2Input::default()
        };
        let page = Client::list_objects_v2(root.ctx, input).await?;
        for key in page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key) {
            let below = key.strip_prefix(&root.prefix).unwrap_or(&key);
            let folder =
                [PARTITION, PARTITION_PARQUET].iter().find_map(|end| below.strip_suffix(end));
            folders.extend(folder.map(str::to_owned));
        }
        token = page.next_continuation_token;
        if token.is_none() {
            return Ok(folders);
        }
    }
}

fn describe(
    root: &Root<'_>,
    properties: &HashMap<String, String>,
    columns: &[(String, HiveType)],
    folders: &[String],
) -> Vec<LakeTable> {
    let text = |key: &str| properties.get(key).map(String::as_str).unwrap_or_default();
    let fields = text("hoodie.table.partition.fields");
    // A field may tell how its values are made: `ts:TIMESTAMP`.
    let names: Vec<String> = fields
        .split(',')
        .filter_map(|field| field.split(':').next())
        .filter(|name| !name.is_empty())
        .map(str::to_lowercase)
        .collect();
    let ty = |name: &str| columns.iter().find(|(own, _)| own == name).map(|(_, ty)| ty.clone());
    let keys: Vec<Column> = names
        .iter()
        .map(|name| column(name, ty(name).unwrap_or(HiveType::String).declared().to_string()))
        .collect();
    let meta = META
        .iter()
        .filter(|name| text("hoodie.populate.meta.fields") != "false" && ty(name).is_none());
    let meta = meta.map(|name| column(name, "string".to_owned()));
    let own = columns.iter().filter(|(name, _)| !names.contains(name));
    let own = own.map(|(name, ty)| column(name, ty.clone().declared().to_string()));
    let columns: Vec<Column> = meta.chain(own).collect();
    let table = |suffix: &str, format: &str| {
        let location = root.location().trim_end_matches('/').to_owned();
        let storage = |at: String| StorageDescriptor {
            columns: Some(columns.clone()),
            location: Some(at),
            input_format: Some(format.to_owned()),
            output_format: Some(OUTPUT.to_owned()),
            serde_info: Some(SerDeInfo {
                serialization_library: Some(SERDE.to_owned()),
                parameters: Some(
                    [
                        ("serialization.format", "1".to_owned()),
                        ("path", location.clone()),
                        ("hoodie.query.as.ro.table", (suffix == "_ro").to_string()),
                    ]
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
                ),
                ..SerDeInfo::default()
            }),
            ..StorageDescriptor::default()
        };
        let mut described = input(&[
            ("classification", "hudi".to_owned()),
            ("spark.sql.sources.provider", "hudi".to_owned()),
            ("EXTERNAL", "TRUE".to_owned()),
        ]);
        described.partition_keys = Some(keys.clone());
        described.storage_descriptor = Some(storage(location.clone()));
        let each = folders.iter().filter_map(|folder| {
            let values: Vec<String> = folder
                .split('/')
                .map(|part| part.split_once('=').map_or(part, |(_, value)| value).to_owned())
                .collect();
            (values.len() == keys.len()).then(|| PartitionInput {
                values: Some(values),
                storage_descriptor: Some(storage(format!("{location}/{folder}"))),
                ..PartitionInput::default()
            })
        });
        let partitions = if keys.is_empty() { Vec::new() } else { each.collect() };
        let named = match text("hoodie.table.name") {
            "" => root.name(),
            name => name,
        };
        LakeTable { location, source: format!("{named}{suffix}"), input: described, partitions }
    };
    match text("hoodie.table.type") {
        "MERGE_ON_READ" => vec![table("_ro", READ_OPTIMIZED), table("_rt", REAL_TIME)],
        _ => vec![table("", READ_OPTIMIZED)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_lines() {
        let found = read_properties("#Updated\nhoodie.table.name=trips\na=x\\:y\n");
        assert_eq!(found["hoodie.table.name"], "trips");
        assert_eq!(found["a"], "x:y");
    }
}
