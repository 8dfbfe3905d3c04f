//! Tables and partitions as crawlers describe them: SerDes, formats and parameters as AWS writes
//! them, so that every engine reads the files as it would read a table crawled by AWS.

use aquifer_formats::{Classification, Compression, HiveType};
use glue_api::{Column, PartitionInput, SerDeInfo, StorageDescriptor, TableInput};

use super::group::{Found, FoundPartition};
use super::look::{Lines, Look, Serde};
use super::tree::{Group, reads_quotes};
use crate::catalog::Parameters;
use crate::place::fold;

/// Set on what a crawler wrote, with its name.
pub(crate) const UPDATED_BY: &str = "UPDATED_BY_CRAWLER";
/// Set on what a crawler no longer found, with the time.
pub(crate) const DEPRECATED_BY: &str = "DEPRECATED_BY_CRAWLER";

/// Parameters that say how much there is rather than how to read it.
const COUNTS: [&str; 4] = ["averageRecordSize", "objectCount", "recordCount", "sizeKey"];

const TEXT_INPUT: &str = "org.apache.hadoop.mapred.TextInputFormat";
const TEXT_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
const PARQUET_INPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
const PARQUET_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
const LAZY_SIMPLE: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
const OPEN_CSV: &str = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
const OPEN_JSON: &str = "org.openx.data.jsonserde.JsonSerDe";
const GROK: &str = "com.amazonaws.glue.serde.GrokSerDe";
const PARQUET: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
const AVRO_INPUT: &str = "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat";
const AVRO_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat";
const AVRO: &str = "org.apache.hadoop.hive.serde2.avro.AvroSerDe";
const TRAIL_INPUT: &str = "com.amazon.emr.cloudtrail.CloudTrailInputFormat";
const TRAIL: &str = "com.amazon.emr.hive.serde.CloudTrailSerde";
const ORC_INPUT: &str = "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat";
const ORC_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat";
const ORC: &str = "org.apache.hadoop.hive.ql.io.orc.OrcSerde";
/// Where the header of an Avro file keeps the schema, and a table too.
const LITERAL: &str = "avro.schema.literal";

/// A table as found.
pub(crate) fn table(crawler: &str, name: &str, location: &str, found: &Found) -> TableInput {
    let keys = found.keys.iter().map(|key| column(key.clone(), "string".to_owned()));
    let mut parameters = parameters(&found.group);
    parameters.insert(UPDATED_BY.to_owned(), crawler.to_owned());
    TableInput {
        name: name.to_owned(),
        owner: Some("owner".to_owned()),
        retention: Some(0),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        partition_keys: Some(keys.collect()),
        storage_descriptor: Some(storage(&found.group, location, columns(found))),
        parameters: Some(parameters),
        ..TableInput::default()
    }
}

/// A partition as found, with its table's columns.
pub(crate) fn partition(
    crawler: &str,
    table_location: &str,
    found: &FoundPartition,
    columns: Vec<Column>,
) -> PartitionInput {
    let location = format!("{table_location}{}/", found.path.join("/"));
    let mut parameters = parameters(&found.group);
    parameters.insert(UPDATED_BY.to_owned(), crawler.to_owned());
    PartitionInput {
        values: Some(found.values.clone()),
        storage_descriptor: Some(storage(&found.group, &location, columns)),
        parameters: Some(parameters),
        ..PartitionInput::default()
    }
}

/// The columns of a table. A column named like a partition key would make the table unreadable:
/// where columns go by their place it gets another name, where they go by name it is left out,
/// since the folder says the same.
///
/// AWS: both are kept, and Athena refuses the table.
fn columns(found: &Found) -> Vec<Column> {
    let inference = &found.group.look.inference;
    let by_place = inference.classification == Classification::Csv;
    let taken = |name: &str| {
        found.keys.iter().any(|key| key == name)
            || inference.columns.iter().any(|(column, _)| column == name)
    };
    let mut columns = Vec::with_capacity(inference.columns.len());
    for (name, ty) in &inference.columns {
        let is_key = found.keys.contains(name);
        if is_key && !by_place {
            continue;
        }
        let mut own = name.clone();
        while is_key && taken(&own) {
            own.push_str("_col");
        }
        columns.push(column(own, type_text(&found.group.look, ty)));
    }
    columns
}

/// A type as the catalog spells it. The reader of quoted fields knows no dates but numbers of days:
/// they stay text.
fn type_text(look: &Look, ty: &HiveType) -> String {
    match ty {
        HiveType::Date | HiveType::Timestamp if reads_quotes(look) => "string".to_owned(),
        ty => ty.clone().declared().to_string(),
    }
}

fn column(name: String, ty: String) -> Column {
    Column { name, r#type: Some(ty), ..Column::default() }
}

fn storage(group: &Group, location: &str, columns: Vec<Column>) -> StorageDescriptor {
    let look = &group.look;
    let (input, output) = match look.inference.classification {
        Classification::Parquet => (PARQUET_INPUT, PARQUET_OUTPUT),
        Classification::Avro => (AVRO_INPUT, AVRO_OUTPUT),
        Classification::Orc => (ORC_INPUT, ORC_OUTPUT),
        _ if look.trail => (TRAIL_INPUT, TEXT_OUTPUT),
        _ => (TEXT_INPUT, TEXT_OUTPUT),
    };
    // Nothing of Hive reads elements as rows: AWS names neither format nor SerDe.
    let named = look.elements.is_none();
    let serde_info = serde(look, &columns);
    StorageDescriptor {
        columns: Some(columns),
        location: Some(location.to_owned()),
        input_format: named.then(|| input.to_owned()),
        output_format: named.then(|| output.to_owned()),
        compressed: Some(look.inference.compression != Compression::None),
        number_of_buckets: Some(-1),
        serde_info: Some(serde_info),
        bucket_columns: Some(Vec::new()),
        sort_columns: Some(Vec::new()),
        parameters: Some(parameters(group)),
        stored_as_sub_directories: Some(false),
        ..StorageDescriptor::default()
    }
}

fn serde(look: &Look, columns: &[Column]) -> SerDeInfo {
    let inference = &look.inference;
    let delimiter = delimiter(look);
    let (library, parameters) = match inference.classification {
        Classification::Xml => {
            let tag = look.elements.as_ref().map(|elements| ("rowTag", elements.tag.clone()));
            ("", tag.into_iter().collect())
        }
        Classification::Lines => {
            (GROK, look.lines.as_deref().map(grok_parameters).unwrap_or_default())
        }
        Classification::Parquet => (PARQUET, vec![("serialization.format", "1".to_owned())]),
        Classification::Orc => (ORC, vec![("serialization.format", "1".to_owned())]),
        Classification::Avro => {
            let literal = inference.metadata.get(LITERAL).map(|text| (LITERAL, text.clone()));
            let format = ("serialization.format", "1".to_owned());
            (AVRO, literal.into_iter().chain([format]).collect())
        }
        Classification::Json if look.trail => {
            (TRAIL, vec![("serialization.format", "1".to_owned())])
        }
        Classification::Json => {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            (OPEN_JSON, vec![("paths", names.join(","))])
        }
        _ if reads_quotes(look) => {
            let quote = char::from(inference.quote.unwrap_or(b'"'));
            let quote = ("quoteChar", quote.to_string());
            (OPEN_CSV, vec![quote, ("separatorChar", delimiter)])
        }
        _ => (LAZY_SIMPLE, vec![("field.delim", delimiter)]),
    };
    let named = look.serde != Serde::Bare && !library.is_empty();
    SerDeInfo {
        serialization_library: named.then(|| library.to_owned()),
        parameters: Some(owned(parameters)),
        ..SerDeInfo::default()
    }
}

fn grok_parameters(lines: &Lines) -> Vec<(&'static str, String)> {
    let expression = ("input.format", lines.expression.clone());
    let patterns = lines.patterns.clone().map(|own| ("input.grokCustomPatterns", own));
    std::iter::once(expression).chain(patterns).collect()
}

fn delimiter(look: &Look) -> String {
    char::from(look.inference.delimiter.unwrap_or(b',')).to_string()
}

fn parameters(group: &Group) -> Parameters {
    let (look, amount) = (&group.look, group.amount);
    let inference = &look.inference;
    let own = look.lines.as_ref().map(|lines| lines.classification.as_str());
    let own = own.or(look.elements.as_ref().map(|elements| elements.classification.as_str()));
    let own = own.or(look.trail.then_some("cloudtrail"));
    let classification = own.unwrap_or(inference.classification.name());
    let mut parameters = vec![
        ("classification", classification.to_owned()),
        ("compressionType", inference.compression.name().to_owned()),
        ("typeOfData", "file".to_owned()),
        ("averageRecordSize", amount.record_bytes().to_string()),
        ("objectCount", amount.files.to_string()),
        ("recordCount", amount.rows.to_string()),
        ("sizeKey", amount.bytes.to_string()),
        ("CrawlerSchemaSerializerVersion", "1.0".to_owned()),
        ("CrawlerSchemaDeserializerVersion", "1.0".to_owned()),
    ];
    if inference.classification == Classification::Csv {
        parameters.push(("areColumnsQuoted", reads_quotes(look).to_string()));
        parameters.push(("columnsOrdered", "true".to_owned()));
        parameters.push(("delimiter", delimiter(look)));
        if inference.header {
            parameters.push(("skip.header.line.count", "1".to_owned()));
        }
    }
    if let Some(path) = &look.json_path {
        parameters.push(("jsonPath", path.clone()));
    }
    owned(parameters)
}

fn owned(pairs: Vec<(&str, String)>) -> Parameters {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Whether two descriptions say the same of how to read files, however much there is of them.
pub(crate) fn reads_same(a: &StorageDescriptor, b: &StorageDescriptor) -> bool {
    let serde = |s: &StorageDescriptor| {
        s.serde_info.as_ref().map(|serde| {
            // What names the columns goes with them.
            let mut parameters = serde.parameters.clone().unwrap_or_default();
            parameters.remove("paths");
            (serde.serialization_library.clone(), parameters)
        })
    };
    let settings = |s: &StorageDescriptor| {
        let mut parameters = s.parameters.clone().unwrap_or_default();
        parameters.retain(|key, _| !COUNTS.contains(&key.as_str()));
        parameters
    };
    a.location == b.location
        && a.input_format == b.input_format
        && a.compressed == b.compressed
        && serde(a) == serde(b)
        && settings(a) == settings(b)
}

/// Whether two lists of columns have the same names and types.
pub(crate) fn same_columns(a: &[Column], b: &[Column]) -> bool {
    let same = |(a, b): (&Column, &Column)| a.name == b.name && a.r#type == b.r#type;
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Whether two lists of columns have the same names, which are without case.
pub(crate) fn same_names(a: &[Column], b: &[Column]) -> bool {
    let names = |columns: &[Column]| -> Vec<String> {
        columns.iter().map(|column| fold(&column.name)).collect()
    };
    names(a) == names(b)
}
