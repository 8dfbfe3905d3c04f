//! How files are written, as the properties of `CREATE TABLE … WITH (…)` and `UNLOAD … WITH (…)`
//! say it.

use aquifer_formats::{
    AvroOptions, Compression, CsvOptions, Format, JsonOptions, OrcOptions, WriteOptions,
};
use aquifer_lake::TargetSpec;
use aquifer_sql::{Properties, PropertyValue, ResultColumn, SqlError};
use glue_api::{SerDeInfo, StorageDescriptor};

use crate::table_def::{AVRO, HIVE_JSON, LAZY_SIMPLE, ORC, PARQUET};

/// Partitions one statement may write.
const PARTITIONS_MAX: usize = 100;
/// Files are closed when they are about this large.
const FILE_BYTES: u64 = 512 << 20;

/// How files are written.
#[derive(Debug)]
pub(super) struct Layout {
    pub format: Format,
    pub compression: Compression,
    /// How hard zstd tries.
    pub level: Option<i32>,
    pub partitioned_by: Vec<String>,
    /// Columns by which rows go to buckets, and how many there are.
    pub bucketed_by: Option<(Vec<String>, u32)>,
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
            "AVRO" => Format::Avro(AvroOptions::default()),
            "ORC" => Format::Orc(OrcOptions::default()),
            "ION" => {
                let message = "Writing ION files is not supported by this version of Aquifer";
                return Err(SqlError::not_supported(message));
            }
            _ => return Err(invalid(format!("Unknown format: {name}"))),
        };
        if delimiter.is_some() && !matches!(format, Format::Csv(_)) {
            return Err(invalid("field_delimiter is for the TEXTFILE format only"));
        }
        let mut compression = codec_default(&format);
        for codec in codecs {
            let Some(name) = text(properties, codec)? else { continue };
            for (prefix, of) in [("parquet_", "parquet"), ("orc_", "orc")] {
                if codec.starts_with(prefix) && format.name() != of {
                    let of = of.to_ascii_uppercase();
                    return Err(invalid(format!("{codec} is for the {of} format only")));
                }
            }
            compression = codec_of(&format, &name)?;
        }
        let level = level(properties, compression)?;
        let partitioned_by = names(properties, "partitioned_by")?.unwrap_or_default();
        let bucketed_by = buckets(properties)?;
        if let Some((columns, _)) = &bucketed_by
            && let Some(both) = columns.iter().find(|column| partitioned_by.contains(column))
        {
            let message = format!("Bucketing columns cannot be partition columns: {both}");
            return Err(invalid(message));
        }
        Ok(Self { format, compression, level, partitioned_by, bucketed_by })
    }

    /// Refuses partition columns that do not stand last, and tables of nothing else.
    pub(super) fn check_columns(&self, columns: &[ResultColumn]) -> Result<(), SqlError> {
        let names: Vec<String> = columns.iter().map(|c| c.name.to_lowercase()).collect();
        if let Some(missing) = self.partitioned_by.iter().find(|name| !names.contains(name)) {
            return Err(invalid(format!("Partition column '{missing}' not present in the query")));
        }
        let buckets = self.bucketed_by.iter().flat_map(|(columns, _)| columns);
        if let Some(missing) = buckets.into_iter().find(|name| !names.contains(name)) {
            return Err(invalid(format!("Bucketing columns [{missing}] not present in schema")));
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
                level: self.level,
                header,
                ..WriteOptions::for_format(&self.format)
            },
            partition_by: self.partitioned_by.clone(),
            bucket_by: self.bucketed_by.clone(),
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
            Format::Orc(_) => "orc.compress",
            _ => "write.compression",
        };
        let codec = match (self.compression, &self.format) {
            (Compression::None, _) => "NONE".to_owned(),
            (Compression::Deflate, Format::Orc(_)) => "ZLIB".to_owned(),
            (codec, _) => codec.name().to_ascii_uppercase(),
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
            Format::Avro(_) => {
                (AVRO, AVRO_INPUT, AVRO_OUTPUT, vec![("serialization.format", "1".into())])
            }
            Format::Orc(_) => {
                (ORC, ORC_INPUT, ORC_OUTPUT, vec![("serialization.format", "1".into())])
            }
            // Nobody is let to write lines for an expression to take apart.
            Format::Json(_) | Format::Pattern(_) => {
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
            number_of_buckets: Some(
                self.bucketed_by.as_ref().and_then(|(_, n)| i32::try_from(*n).ok()).unwrap_or(-1),
            ),
            bucket_columns: self.bucketed_by.as_ref().map(|(columns, _)| columns.clone()),
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

pub(crate) const AVRO_INPUT: &str = "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat";
pub(super) const AVRO_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat";
pub(crate) const ORC_INPUT: &str = "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat";
pub(super) const ORC_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat";

/// What files are compressed with if nothing is said.
pub(super) fn codec_default(format: &Format) -> Compression {
    match format {
        Format::Avro(_) | Format::Orc(_) => Compression::Deflate,
        _ => Compression::Gzip,
    }
}

/// A codec by its name, if files of the format may be written with it.
///
/// <https://docs.aws.amazon.com/athena/latest/ug/compression-support-by-file-format.html>
pub(super) fn codec_of(format: &Format, name: &str) -> Result<Compression, SqlError> {
    let upper = name.to_ascii_uppercase();
    let known: &[&str] = match format {
        Format::Parquet => &["NONE", "UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4"],
        Format::Avro(_) => &["NONE", "DEFLATE", "SNAPPY", "ZSTD"],
        Format::Orc(_) => &["NONE", "ZLIB", "SNAPPY", "ZSTD", "LZ4"],
        _ => &["NONE", "GZIP", "SNAPPY", "ZSTD", "LZ4", "BZIP2"],
    };
    if !known.contains(&upper.as_str()) {
        let format = match format {
            Format::Csv(_) => "TEXTFILE".to_owned(),
            other => other.name().to_ascii_uppercase(),
        };
        let message = format!("Compression codec {upper} is not supported for format {format}");
        return Err(invalid(message));
    }
    Compression::parse(name).map_err(|error| invalid(error.to_string()))
}

/// An array of column names.
fn names(properties: &mut Properties, name: &str) -> Result<Option<Vec<String>>, SqlError> {
    let Some(value) = properties.remove(name) else { return Ok(None) };
    let names = value.as_texts();
    let names = names.ok_or_else(|| invalid(format!("{name} must be an array of names")))?;
    Ok(Some(names.into_iter().map(str::to_lowercase).collect()))
}

/// `bucketed_by` and `bucket_count`, which go together.
fn buckets(properties: &mut Properties) -> Result<Option<(Vec<String>, u32)>, SqlError> {
    let columns = names(properties, "bucketed_by")?.filter(|columns| !columns.is_empty());
    let count = match properties.remove("bucket_count") {
        None => None,
        Some(PropertyValue::Number(text)) => {
            let count = text.parse::<u32>().ok().filter(|count| (1..=1_000_000).contains(count));
            Some(count.ok_or_else(|| invalid("bucket_count must be from 1 to 1000000"))?)
        }
        Some(_) => return Err(invalid("bucket_count must be a number")),
    };
    match (columns, count) {
        (None, None) => Ok(None),
        (Some(columns), Some(count)) => Ok(Some((columns, count))),
        (Some(_), None) => {
            Err(invalid("bucket_count must be specified when bucketed_by is specified"))
        }
        (None, Some(_)) => {
            Err(invalid("bucketed_by must be specified when bucket_count is specified"))
        }
    }
}

/// `compression_level`, which only zstd has.
fn level(properties: &mut Properties, compression: Compression) -> Result<Option<i32>, SqlError> {
    let Some(value) = properties.remove("compression_level") else { return Ok(None) };
    let level = match &value {
        PropertyValue::Text(text) => text.trim().parse::<i32>().ok(),
        PropertyValue::Number(text) => text.trim().parse::<i32>().ok(),
        _ => None,
    };
    match level {
        Some(_) if compression != Compression::Zstd => {
            Err(invalid("compression_level is for the ZSTD compression only"))
        }
        Some(level @ 1..=22) => Ok(Some(level)),
        _ => Err(invalid("compression_level must be a number from 1 to 22")),
    }
}

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
            (vec![("format", "ION")], "not supported"),
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
