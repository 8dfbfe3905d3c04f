//! How files are written, as the properties of `CREATE TABLE … WITH (…)` and `UNLOAD … WITH (…)`
//! say it.

use aquifer_formats::{Compression, CsvOptions, Format, JsonOptions, WriteOptions};
use aquifer_lake::TargetSpec;
use aquifer_sql::{Properties, PropertyValue, ResultColumn, SqlError};
use glue_api::{SerDeInfo, StorageDescriptor};

use crate::table_def::{HIVE_JSON, LAZY_SIMPLE, PARQUET};

/// Partitions one statement may write.
const PARTITIONS_MAX: usize = 100;
/// Files are closed when they are about this large.
const FILE_BYTES: u64 = 512 << 20;

/// How files are written.
#[derive(Debug)]
pub(super) struct Layout {
    pub format: Format,
    pub compression: Compression,
    pub partitioned_by: Vec<String>,
}

impl Layout {
    /// Takes what it knows out of the properties; what is left is nobody's.
    pub(super) fn take(
        properties: &mut Properties,
        codecs: &[&str],
        format: Option<&str>,
    ) -> Result<Self, SqlError> {
        let named = text(properties, "format")?;
        let delimiter = text(properties, "field_delimiter")?;
        let Some(name) = named.as_deref().or(format) else {
            return Err(invalid("The format property is required"));
        };
        let format = match name.to_ascii_uppercase().as_str() {
            "PARQUET" => Format::Parquet,
            "JSON" => Format::Json(JsonOptions::default()),
            "TEXTFILE" => {
                let byte = delimiter.as_deref().map(CsvOptions::delimiter_byte).transpose();
                let byte = byte.map_err(|error| invalid(error.to_string()))?;
                Format::Csv(CsvOptions::lazy_simple(byte.unwrap_or(1)))
            }
            "ORC" | "AVRO" => {
                let message = format!("Writing {name} files is not supported by this version");
                return Err(SqlError::not_supported(message));
            }
            _ => return Err(invalid(format!("Unknown format: {name}"))),
        };
        if delimiter.is_some() && !matches!(format, Format::Csv(_)) {
            return Err(invalid("field_delimiter is for the TEXTFILE format only"));
        }
        let mut compression = Compression::Gzip;
        for codec in codecs {
            let Some(name) = text(properties, codec)? else { continue };
            if codec.starts_with("parquet") != matches!(format, Format::Parquet)
                && codec.starts_with("parquet")
            {
                return Err(invalid(format!("{codec} is for the PARQUET format only")));
            }
            compression = Compression::parse(&name).map_err(|error| invalid(error.to_string()))?;
        }
        let partitioned_by = match properties.remove("partitioned_by") {
            None => Vec::new(),
            Some(value) => {
                let names = value.as_texts();
                let names =
                    names.ok_or_else(|| invalid("partitioned_by must be an array of names"))?;
                names.into_iter().map(str::to_lowercase).collect()
            }
        };
        Ok(Self { format, compression, partitioned_by })
    }

    /// Refuses partition columns that do not stand last, and tables of nothing else.
    pub(super) fn check_columns(&self, columns: &[ResultColumn]) -> Result<(), SqlError> {
        let names: Vec<String> = columns.iter().map(|c| c.name.to_lowercase()).collect();
        if let Some(missing) = self.partitioned_by.iter().find(|name| !names.contains(name)) {
            return Err(invalid(format!("Partition column '{missing}' not present in the query")));
        }
        if !names.ends_with(&self.partitioned_by) {
            let message = format!(
                "Partition keys must be the last columns in the table and in the same order as the \
                 table properties: [{}]",
                self.partitioned_by.join(", ")
            );
            return Err(SqlError::user("HIVE_COLUMN_ORDER_MISMATCH", message));
        }
        if names.len() == self.partitioned_by.len() {
            return Err(invalid("Table contains only partition columns"));
        }
        columns.iter().try_for_each(storable)
    }

    pub(super) fn target(&self, location: &str, id: &str, header: bool) -> TargetSpec {
        TargetSpec {
            location: location.to_owned(),
            format: self.format.clone(),
            options: WriteOptions {
                compression: self.compression,
                header,
                ..WriteOptions::for_format(&self.format)
            },
            partition_by: self.partitioned_by.clone(),
            max_partitions: PARTITIONS_MAX,
            target_file_size: FILE_BYTES,
            must_be_empty: true,
            file_prefix: id.to_owned(),
        }
    }

    /// The table property that keeps the codec for rows added later.
    pub(super) fn codec_property(&self) -> (String, String) {
        let name = match self.format {
            Format::Parquet => "parquet.compression",
            _ => "write.compression",
        };
        let codec = match self.compression {
            Compression::None => "NONE".to_owned(),
            codec => codec.name().to_ascii_uppercase(),
        };
        (name.to_owned(), codec)
    }

    /// A table's storage in this layout.
    pub(super) fn storage(
        &self,
        location: &str,
        columns: Vec<glue_api::Column>,
    ) -> StorageDescriptor {
        let (library, input, output, parameters) = match &self.format {
            Format::Parquet => {
                (PARQUET, PARQUET_INPUT, PARQUET_OUTPUT, vec![("serialization.format", "1".into())])
            }
            Format::Json(_) => {
                (HIVE_JSON, TEXT_INPUT, TEXT_OUTPUT, vec![("serialization.format", "1".into())])
            }
            Format::Csv(csv) => {
                let delimiter = char::from(csv.delimiter).to_string();
                let parameters =
                    vec![("field.delim", delimiter.clone()), ("serialization.format", delimiter)];
                (LAZY_SIMPLE, TEXT_INPUT, TEXT_OUTPUT, parameters)
            }
        };
        let parameters = parameters.into_iter().map(|(key, value)| (key.to_owned(), value));
        StorageDescriptor {
            columns: Some(columns),
            location: Some(location.to_owned()),
            input_format: Some(input.to_owned()),
            output_format: Some(output.to_owned()),
            compressed: Some(false),
            number_of_buckets: Some(-1),
            serde_info: Some(SerDeInfo {
                name: None,
                serialization_library: Some(library.to_owned()),
                parameters: Some(parameters.collect()),
            }),
            ..StorageDescriptor::default()
        }
    }
}

pub(crate) const TEXT_INPUT: &str = "org.apache.hadoop.mapred.TextInputFormat";
pub(super) const TEXT_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
pub(crate) const PARQUET_INPUT: &str =
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
pub(super) const PARQUET_OUTPUT: &str =
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";

/// Takes a property that must be a text.
pub(super) fn text(properties: &mut Properties, name: &str) -> Result<Option<String>, SqlError> {
    match properties.remove(name) {
        None => Ok(None),
        Some(PropertyValue::Text(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("The value of {name} must be a text"))),
    }
}

/// Refuses properties that nobody took.
pub(super) fn nothing_left(properties: &Properties) -> Result<(), SqlError> {
    match properties.keys().next() {
        Some(name) => Err(invalid(format!("table property '{name}' does not exist"))),
        None => Ok(()),
    }
}

pub(super) fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::user("INVALID_TABLE_PROPERTY", message)
}

/// Refuses columns that no file holds.
fn storable(column: &ResultColumn) -> Result<(), SqlError> {
    match column.type_base.as_str() {
        "unknown" => {
            let message = format!("Column type is unknown: {}", column.name);
            Err(SqlError::user("COLUMN_TYPE_UNKNOWN", message))
        }
        base if column.hive_type.is_none()
            || base.starts_with("interval")
            || base.starts_with("time ")
            || matches!(base, "json" | "time" | "timestamp with time zone") =>
        {
            Err(SqlError::not_supported(format!("Unsupported Hive type: {}", column.type_name)))
        }
        _ => Ok(()),
    }
}

/// A result's column as a table declares it.
pub(super) fn table_column(column: &ResultColumn) -> glue_api::Column {
    glue_api::Column {
        name: column.name.to_lowercase(),
        r#type: column.hive_type.as_ref().map(ToString::to_string),
        ..glue_api::Column::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(pairs: &[(&str, &str)]) -> Properties {
        let text = |value: &&str| PropertyValue::Text((*value).to_owned());
        pairs.iter().map(|(key, value)| ((*key).to_owned(), text(value))).collect()
    }

    #[test]
    fn properties_are_taken_or_refused() {
        let mut given =
            properties(&[("format", "textfile"), ("field_delimiter", "\\t"), ("x", "y")]);
        let layout = Layout::take(&mut given, &["write_compression"], Some("PARQUET")).unwrap();
        let Format::Csv(csv) = &layout.format else { panic!("not text") };
        assert_eq!((csv.delimiter, layout.compression), (b'\t', Compression::Gzip));
        assert_eq!(nothing_left(&given).unwrap_err().message, "table property 'x' does not exist");

        for (pairs, part) in [
            (vec![("format", "csv")], "Unknown format"),
            (vec![("format", "ORC")], "not supported"),
            (vec![("field_delimiter", ",")], "TEXTFILE"),
            (vec![("write_compression", "LZO")], "LZO"),
        ] {
            let refused =
                Layout::take(&mut properties(&pairs), &["write_compression"], Some("PARQUET"));
            let error = refused.unwrap_err();
            assert!(error.message.contains(part), "{error}");
        }
    }
}
