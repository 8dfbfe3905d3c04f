//! A table of the catalog as the engine reads it: columns, place, and how its files are encoded by
//! what its SerDe's name and parameters say.

mod checks;
mod projection;

use std::collections::{BTreeMap, HashMap};

use aquifer_formats::{
    AvroOptions, CsvOptions, Format, HiveType, JsonOptions, JsonStyle, OrcOptions, PatternOptions,
    PatternStyle,
};
use aquifer_lake::{Column, PartitionDef, TableDef};
use aquifer_sql::SqlError;
use chrono::{DateTime, Utc};
use glue_api::{Partition, SerDeInfo, StorageDescriptor, Table};

pub(crate) const LAZY_SIMPLE: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
pub(crate) const OPEN_CSV: &str = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
pub(crate) const PARQUET: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
pub(crate) const OPENX_JSON: &str = "org.openx.data.jsonserde.JsonSerDe";
pub(crate) const HIVE_JSON: &str = "org.apache.hive.hcatalog.data.JsonSerDe";
pub(crate) const AVRO: &str = "org.apache.hadoop.hive.serde2.avro.AvroSerDe";
pub(crate) const ORC: &str = "org.apache.hadoop.hive.ql.io.orc.OrcSerde";
const REGEX: &str = "org.apache.hadoop.hive.serde2.RegexSerDe";
const REGEX_OLD: &str = "org.apache.hadoop.hive.contrib.serde2.RegexSerDe";
const GROK: &str = "com.amazonaws.glue.serde.GrokSerDe";
const CLOUD_TRAIL: &str = "com.amazon.emr.hive.serde.CloudTrailSerde";
/// Each object of a trail's file is a row, whatever reads it.
pub(crate) const CLOUD_TRAIL_INPUT: &str = "com.amazon.emr.cloudtrail.CloudTrailInputFormat";
const HIVE_JSON_NEW: &str = "org.apache.hadoop.hive.serde2.JsonSerDe";

type Parameters = BTreeMap<String, String>;

/// Whether a table is a view.
pub(crate) fn is_view(table: &Table) -> bool {
    table.table_type.as_deref() == Some("VIRTUAL_VIEW")
}

/// Whether a table's rows are Iceberg's.
pub(crate) fn is_iceberg(table: &Table) -> bool {
    parameter(table.parameters.as_ref(), "table_type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"))
}

/// A parameter by its name, whatever its case.
pub(crate) fn parameter<'a>(parameters: Option<&'a Parameters>, name: &str) -> Option<&'a str> {
    let found = parameters?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// The definition of a table that is not a view.
pub(crate) fn table_def(
    database: &str,
    table: &Table,
    now: DateTime<Utc>,
) -> Result<TableDef, SqlError> {
    if is_iceberg(table) {
        return Err(SqlError::not_supported(format!(
            "Table {database}.{} is an Iceberg table; Iceberg tables are not supported by this \
             version of Aquifer",
            table.name
        )));
    }
    let parameters = table.parameters.clone().unwrap_or_default();
    let storage = table.storage_descriptor.clone().unwrap_or_default();
    let keys = columns(&table.name, table.partition_keys.as_deref().unwrap_or_default())?;
    let full_name = format!("{database}.{}", table.name);
    let projection = projection::projection(&full_name, &keys, &parameters, now.naive_utc())?;
    Ok(TableDef {
        database: database.to_owned(),
        name: table.name.to_lowercase(),
        columns: columns(&table.name, storage.columns.as_deref().unwrap_or_default())?,
        partition_keys: keys,
        location: storage.location.clone().unwrap_or_default(),
        format: format(&storage, Some(&parameters))?,
        compression: None,
        parameters,
        projection,
    })
}

/// A partition; its format only where its SerDe is not the table's.
pub(crate) fn partition_def(
    table: Option<&Table>,
    partition: Partition,
) -> Result<PartitionDef, SqlError> {
    let storage = partition.storage_descriptor.unwrap_or_default();
    let of_table = table.and_then(|table| table.storage_descriptor.as_ref());
    let same = of_table.is_none_or(|of_table| {
        same_serde(of_table.serde_info.as_ref(), storage.serde_info.as_ref())
            && storage
                .input_format
                .as_ref()
                .is_none_or(|own| own.is_empty() || of_table.input_format.as_ref() == Some(own))
    });
    let parameters = table.and_then(|table| table.parameters.as_ref());
    Ok(PartitionDef {
        values: partition.values.unwrap_or_default(),
        location: storage.location.clone().unwrap_or_default(),
        format: if same { None } else { Some(format(&storage, parameters)?) },
    })
}

fn same_serde(a: Option<&SerDeInfo>, b: Option<&SerDeInfo>) -> bool {
    // A partition without a SerDe is read as its table is.
    let Some(b) = b.filter(|b| b.serialization_library.is_some()) else { return true };
    a.is_some_and(|a| {
        a.serialization_library == b.serialization_library
            && a.parameters.clone().unwrap_or_default() == b.parameters.clone().unwrap_or_default()
    })
}

fn columns(table: &str, columns: &[glue_api::Column]) -> Result<Vec<Column>, SqlError> {
    let read = |column: &glue_api::Column| {
        let text = column.r#type.as_deref().unwrap_or("string");
        let hive_type: HiveType = text.parse().map_err(|error| {
            let message = format!("Column '{}' of table '{table}': {error}", column.name);
            SqlError::user("HIVE_INVALID_METADATA", message)
        })?;
        let comment = column.comment.clone().unwrap_or_default();
        Ok(Column { comment, ..Column::new(column.name.to_lowercase(), hive_type) })
    };
    columns.iter().map(read).collect()
}

/// How files are encoded.
pub(crate) fn format(
    storage: &StorageDescriptor,
    table: Option<&Parameters>,
) -> Result<Format, SqlError> {
    let mut format = format_of_serde(storage, table)?;
    if let Format::Json(json) = &mut format
        && storage.input_format.as_deref() == Some(CLOUD_TRAIL_INPUT)
    {
        json.records = Some("Records".to_owned());
    }
    checks::check(&format, storage, table)?;
    Ok(format)
}

fn format_of_serde(
    storage: &StorageDescriptor,
    table: Option<&Parameters>,
) -> Result<Format, SqlError> {
    let serde = storage.serde_info.as_ref();
    let own = serde.and_then(|serde| serde.parameters.as_ref());
    let library = serde.and_then(|serde| serde.serialization_library.as_deref());
    let library = library.filter(|library| !library.is_empty());
    let classified = parameter(table, "classification").or_else(|| {
        storage.parameters.as_ref().and_then(|own| parameter(Some(own), "classification"))
    });
    match (library, classified) {
        (Some(LAZY_SIMPLE), _) | (None, None | Some("csv")) => lazy_simple(own, table),
        (Some(OPEN_CSV), _) => open_csv(own, table),
        (Some(PARQUET), _) | (None, Some("parquet")) => Ok(Format::Parquet),
        (Some(OPENX_JSON), _) | (None, Some("json")) => Ok(json(own, JsonStyle::OpenX)),
        (Some(HIVE_JSON | HIVE_JSON_NEW), _) => Ok(json(own, JsonStyle::Hive)),
        (Some(CLOUD_TRAIL), _) => Ok(json(own, JsonStyle::OpenX)),
        (Some(AVRO), _) | (None, Some("avro")) => avro(own, table),
        (Some(ORC), _) | (None, Some("orc")) => Ok(Format::Orc(orc(own, table))),
        (Some(REGEX | REGEX_OLD), _) => regex(storage, own, table),
        (Some(GROK), _) => grok(own, table),
        (Some(library), _) => Err(SqlError::user(
            "HIVE_UNSUPPORTED_FORMAT",
            format!("SerDe {library} is not supported by this version of Aquifer"),
        )),
        (None, Some(class)) => Err(SqlError::user(
            "HIVE_UNSUPPORTED_FORMAT",
            format!("Files of classification {class} are not supported by this version of Aquifer"),
        )),
    }
}

fn lazy_simple(own: Option<&Parameters>, table: Option<&Parameters>) -> Result<Format, SqlError> {
    let byte = |name: &str| parameter(own, name).map(code_or_delimiter).transpose();
    let delimiter = match byte("field.delim")? {
        Some(delimiter) => delimiter,
        None => byte("serialization.format")?.unwrap_or(1),
    };
    let mut options = CsvOptions::lazy_simple(delimiter);
    options.escape = byte("escape.delim")?;
    // The first spelling is Hive's own.
    if let Some(delimiter) = byte("colelction.delim")?.or(byte("collection.delim")?) {
        options.collection_delimiter = delimiter;
    }
    if let Some(delimiter) = byte("mapkey.delim")? {
        options.map_key_delimiter = delimiter;
    }
    if let Some(marker) = parameter(own, "serialization.null.format") {
        options.null_marker = marker.to_owned();
    }
    options.skip_header_lines = header_lines(own, table)?;
    options.timestamp_formats = timestamp_formats(own);
    Ok(Format::Csv(options))
}

fn open_csv(own: Option<&Parameters>, table: Option<&Parameters>) -> Result<Format, SqlError> {
    let byte = |name: &str| parameter(own, name).map(delimiter).transpose();
    let mut options = CsvOptions::open_csv();
    if let Some(separator) = byte("separatorChar")? {
        options.delimiter = separator;
    }
    if let Some(quote) = byte("quoteChar")? {
        options.quote = Some(quote);
    }
    if let Some(escape) = byte("escapeChar")? {
        options.escape = Some(escape);
    }
    options.skip_header_lines = header_lines(own, table)?;
    Ok(Format::Csv(options))
}

fn avro(own: Option<&Parameters>, table: Option<&Parameters>) -> Result<Format, SqlError> {
    let said = |name: &str| parameter(own, name).or_else(|| parameter(table, name));
    if let Some(url) = said("avro.schema.url") {
        return Err(SqlError::not_supported(format!(
            "Property avro.schema.url = '{url}' is not supported by this version of Aquifer: say \
             avro.schema.literal"
        )));
    }
    let schema = said("avro.schema.literal").map(str::trim).filter(|schema| !schema.is_empty());
    Ok(Format::Avro(AvroOptions { schema: schema.map(str::to_owned) }))
}

/// Columns are found by their places unless a property says otherwise.
fn orc(own: Option<&Parameters>, table: Option<&Parameters>) -> OrcOptions {
    let name = "orc.column.index.access";
    let said = parameter(own, name).or_else(|| parameter(table, name));
    OrcOptions { by_name: said.is_some_and(|value| value.eq_ignore_ascii_case("false")) }
}

fn regex(
    storage: &StorageDescriptor,
    own: Option<&Parameters>,
    table: Option<&Parameters>,
) -> Result<Format, SqlError> {
    let Some(expression) = parameter(own, "input.regex") else {
        let message = "This table does not have serde property \"input.regex\"!";
        return Err(SqlError::user("HIVE_INVALID_METADATA", message));
    };
    let groups = aquifer_formats::regex_groups(expression).map_err(|problem| {
        let message = format!("input.regex is not a regular expression: {problem}");
        SqlError::user("HIVE_INVALID_METADATA", message)
    })?;
    if groups < storage.columns.as_ref().map_or(0, Vec::len) {
        let message = "Number of matching groups doesn't match the number of columns";
        return Err(SqlError::user("HIVE_CURSOR_ERROR", message));
    }
    let case_insensitive = parameter(own, "input.regex.case.insensitive")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let style = PatternStyle::Regex { case_insensitive };
    pattern(expression, style, own, table)
}

fn grok(own: Option<&Parameters>, table: Option<&Parameters>) -> Result<Format, SqlError> {
    let Some(expression) = parameter(own, "input.format") else {
        let message = "GrokSerDe needs the serde property input.format";
        return Err(SqlError::user("HIVE_INVALID_METADATA", message));
    };
    let custom = parameter(own, "input.grokCustomPatterns").unwrap_or_default().to_owned();
    aquifer_formats::Grok::new(expression, &custom).map_err(|problem| {
        SqlError::user("HIVE_INVALID_METADATA", format!("input.format: {problem}"))
    })?;
    pattern(expression, PatternStyle::Grok { custom }, own, table)
}

fn pattern(
    expression: &str,
    style: PatternStyle,
    own: Option<&Parameters>,
    table: Option<&Parameters>,
) -> Result<Format, SqlError> {
    Ok(Format::Pattern(PatternOptions {
        expression: expression.to_owned(),
        style,
        skip_header_lines: header_lines(own, table)?,
        timestamp_formats: timestamp_formats(own),
    }))
}

/// Hive takes a number for a character's code before it takes it for a character: the `1` that
/// every table without delimiters of its own says.
fn code_or_delimiter(text: &str) -> Result<u8, SqlError> {
    match text.parse::<i8>() {
        Ok(code) => Ok(code.cast_unsigned()),
        Err(_) => delimiter(text),
    }
}

fn delimiter(text: &str) -> Result<u8, SqlError> {
    CsvOptions::delimiter_byte(text)
        .map_err(|error| SqlError::user("HIVE_INVALID_METADATA", error.to_string()))
}

/// How many lines each file begins with that are no rows.
pub(crate) fn header_lines(
    own: Option<&Parameters>,
    table: Option<&Parameters>,
) -> Result<usize, SqlError> {
    const NAME: &str = "skip.header.line.count";
    let Some(text) = parameter(table, NAME).or_else(|| parameter(own, NAME)) else { return Ok(0) };
    text.trim().parse().map_err(|_| {
        let message = format!("Invalid value for {NAME} property: {text}");
        SqlError::user("HIVE_INVALID_METADATA", message)
    })
}

fn timestamp_formats(own: Option<&Parameters>) -> Vec<String> {
    let text = parameter(own, "timestamp.formats").unwrap_or_default();
    text.split(',').map(str::trim).filter(|f| !f.is_empty()).map(str::to_owned).collect()
}

fn json(own: Option<&Parameters>, style: JsonStyle) -> Format {
    let is = |name: &str, default: bool| {
        parameter(own, name).map_or(default, |value| value.eq_ignore_ascii_case("true"))
    };
    let mapping: HashMap<String, String> = own
        .into_iter()
        .flatten()
        .filter_map(|(key, from)| {
            Some((key.strip_prefix("mapping.")?.to_lowercase(), from.clone()))
        })
        .collect();
    Format::Json(JsonOptions {
        case_insensitive: is("case.insensitive", true),
        ignore_malformed: is("ignore.malformed.json", false),
        dots_in_keys: is("dots.in.keys", false),
        mapping,
        records: None,
        style,
        timestamp_formats: timestamp_formats(own),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn storage(library: Option<&str>, pairs: &[(&str, &str)]) -> StorageDescriptor {
        StorageDescriptor {
            serde_info: Some(SerDeInfo {
                serialization_library: library.map(str::to_owned),
                parameters: Some(parameters(pairs)),
                name: None,
            }),
            ..StorageDescriptor::default()
        }
    }

    #[test]
    fn serdes_become_formats() {
        let header = parameters(&[("skip.header.line.count", "1")]);
        let text = storage(Some(LAZY_SIMPLE), &[("field.delim", "\t"), ("escape.delim", "\\")]);
        let Format::Csv(csv) = format(&text, Some(&header)).unwrap() else { panic!("not text") };
        assert_eq!((csv.delimiter, csv.escape, csv.skip_header_lines), (b'\t', Some(b'\\'), 1));

        let Format::Csv(csv) = format(&storage(None, &[]), None).unwrap() else { panic!("text") };
        assert_eq!(csv.delimiter, 1);
        let usual = storage(Some(LAZY_SIMPLE), &[("serialization.format", "1")]);
        let Format::Csv(csv) = format(&usual, None).unwrap() else { panic!("text") };
        assert_eq!(csv.delimiter, 1);

        let quoted = storage(Some(OPEN_CSV), &[("separatorChar", ";"), ("quoteChar", "'")]);
        let Format::Csv(csv) = format(&quoted, None).unwrap() else { panic!("not text") };
        assert_eq!((csv.delimiter, csv.quote), (b';', Some(b'\'')));

        let json = storage(Some(OPENX_JSON), &[("mapping.ts", "timestamp")]);
        let Format::Json(json) = format(&json, None).unwrap() else { panic!("not JSON") };
        assert_eq!(json.mapping.get("ts").map(String::as_str), Some("timestamp"));

        let class = parameters(&[("classification", "parquet")]);
        assert_eq!(format(&storage(None, &[]), Some(&class)).unwrap(), Format::Parquet);
        let ion = storage(Some("com.amazon.ionhiveserde.IonHiveSerDe"), &[]);
        assert_eq!(format(&ion, None).unwrap_err().code, "HIVE_UNSUPPORTED_FORMAT");

        let grok = storage(Some(GROK), &[("input.format", "%{INT:n}")]);
        assert_eq!(format(&grok, None).unwrap().name(), "pattern");
        let regex = storage(Some(REGEX), &[("input.regex", "(.*)")]);
        assert_eq!(format(&regex, None).unwrap().name(), "pattern");
        let column = glue_api::Column {
            name: "a".to_owned(),
            r#type: Some("string".to_owned()),
            comment: None,
            parameters: None,
        };
        let more = StorageDescriptor { columns: Some(vec![column.clone(), column]), ..regex };
        assert_eq!(format(&more, None).unwrap_err().code, "HIVE_CURSOR_ERROR");
        let trail = StorageDescriptor {
            input_format: Some(CLOUD_TRAIL_INPUT.to_owned()),
            ..storage(Some(HIVE_JSON), &[])
        };
        let Format::Json(json) = format(&trail, None).unwrap() else { panic!("not JSON") };
        assert_eq!(json.records.as_deref(), Some("Records"));
    }

    #[test]
    fn unreadable_definitions_say_which_column() {
        let table = Table {
            name: "t".into(),
            storage_descriptor: Some(StorageDescriptor {
                columns: Some(vec![glue_api::Column {
                    name: "a".into(),
                    r#type: Some("strng".into()),
                    ..glue_api::Column::default()
                }]),
                ..StorageDescriptor::default()
            }),
            ..Table::default()
        };
        let error = table_def("d", &table, DateTime::UNIX_EPOCH).unwrap_err();
        assert!(error.message.starts_with("Column 'a' of table 't'"), "{error}");
    }
}
