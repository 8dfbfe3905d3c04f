//! What a definition says of its files that nobody here honours: refused by name, rather than read
//! as if it were not said.

use aquifer_formats::Format;
use aquifer_sql::SqlError;
use glue_api::StorageDescriptor;

use super::{CLOUD_TRAIL_INPUT, Parameters, parameter};
use crate::run::{AVRO_INPUT, ORC_INPUT, PARQUET_INPUT, TEXT_INPUT};

/// The same as [`TEXT_INPUT`], of the newer interface.
const TEXT_INPUT_NEW: &str = "org.apache.hadoop.mapreduce.lib.input.TextInputFormat";
/// The same as [`PARQUET_INPUT`], under names it had.
const PARQUET_INPUTS_OLD: [&str; 2] =
    ["parquet.hive.DeprecatedParquetInputFormat", "parquet.hive.MapredParquetInputFormat"];

/// Refuses files that are not read as this format alone says.
pub(super) fn check(
    format: &Format,
    storage: &StorageDescriptor,
    table: Option<&Parameters>,
) -> Result<(), SqlError> {
    input_format(format, storage.input_format.as_deref().unwrap_or_default())?;
    let serde = storage.serde_info.as_ref();
    let own = serde.and_then(|serde| serde.parameters.as_ref());
    let said = |name: &str| parameter(table, name).or_else(|| parameter(own, name));
    if matches!(format, Format::Parquet) {
        return match said("parquet.column.index.access") {
            Some(access) if access.eq_ignore_ascii_case("true") => {
                Err(unsupported("parquet.column.index.access", access))
            }
            _ => Ok(()),
        };
    }
    if !format.is_text() {
        return Ok(());
    }
    for (name, is_usual) in TEXT {
        if let Some(value) = said(name)
            && !is_usual(value)
        {
            return Err(unsupported(name, value));
        }
    }
    Ok(())
}

/// Whether a value says what is done anyway.
type IsUsual = fn(&str) -> bool;

/// Properties of text files that change what is read.
const TEXT: [(&str, IsUsual); 4] = [
    ("skip.footer.line.count", |value| value.trim().parse::<u32>() == Ok(0)),
    ("serialization.encoding", is_utf8),
    ("line.delim", |value| matches!(value, "\n" | "\\n" | "\r\n" | "10")),
    ("textinputformat.record.delimiter", |value| matches!(value, "\n" | "\\n" | "\r\n")),
];

fn is_utf8(name: &str) -> bool {
    // Text in ASCII is text in UTF-8.
    ["utf-8", "utf8", "us-ascii"].iter().any(|known| name.trim().eq_ignore_ascii_case(known))
}

fn input_format(format: &Format, class: &str) -> Result<(), SqlError> {
    let is_known = match format {
        _ if class.is_empty() => true,
        Format::Parquet => class == PARQUET_INPUT || PARQUET_INPUTS_OLD.contains(&class),
        Format::Avro(_) => class == AVRO_INPUT,
        Format::Orc(_) => class == ORC_INPUT,
        Format::Json(json) if json.records.is_some() => class == CLOUD_TRAIL_INPUT,
        Format::Csv(_) | Format::Json(_) | Format::Pattern(_) => {
            matches!(class, TEXT_INPUT | TEXT_INPUT_NEW)
        }
    };
    if is_known {
        return Ok(());
    }
    let name = format.name();
    let message =
        format!("Input format {class} of {name} files is not supported by this version of Aquifer");
    Err(SqlError::user("HIVE_UNSUPPORTED_FORMAT", message))
}

fn unsupported(name: &str, value: &str) -> SqlError {
    let value = value.escape_default();
    let message =
        format!("Property {name} = '{value}' is not supported by this version of Aquifer");
    SqlError::not_supported(message)
}

#[cfg(test)]
mod tests {
    use aquifer_formats::{CsvOptions, JsonOptions};
    use glue_api::SerDeInfo;

    use super::*;

    fn storage(input_format: &str, pairs: &[(&str, &str)]) -> StorageDescriptor {
        let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        StorageDescriptor {
            input_format: Some(input_format.to_owned()),
            serde_info: Some(SerDeInfo {
                parameters: Some(pairs.collect()),
                ..SerDeInfo::default()
            }),
            ..StorageDescriptor::default()
        }
    }

    #[test]
    fn files_are_read_only_through_the_formats_that_are_here() {
        let (csv, json) =
            (Format::Csv(CsvOptions::open_csv()), Format::Json(JsonOptions::default()));
        for (format, class) in [
            (&csv, TEXT_INPUT),
            (&json, TEXT_INPUT_NEW),
            (&json, ""),
            (&Format::Parquet, PARQUET_INPUT),
        ] {
            check(format, &storage(class, &[]), None).unwrap();
        }
        for (format, class) in [
            (&csv, "org.apache.hadoop.mapred.SequenceFileInputFormat"),
            (&csv, "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"),
            (&Format::Parquet, TEXT_INPUT),
            (&Format::Parquet, "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"),
        ] {
            let error = check(format, &storage(class, &[]), None).unwrap_err();
            assert_eq!(error.code, "HIVE_UNSUPPORTED_FORMAT");
            assert!(error.message.contains(class), "{error}");
        }
    }

    #[test]
    fn properties_that_change_the_rows_are_honoured_or_refused() {
        let csv = Format::Csv(CsvOptions::lazy_simple(b','));
        for (format, name, usual, unusual) in [
            (&csv, "skip.footer.line.count", "0", "1"),
            (&csv, "serialization.encoding", "UTF-8", "ISO-8859-1"),
            (&csv, "line.delim", "\n", "|"),
            (&Format::Parquet, "parquet.column.index.access", "false", "true"),
        ] {
            check(format, &storage("", &[(name, usual)]), None).unwrap();
            let error = check(format, &storage("", &[(name, unusual)]), None).unwrap_err();
            assert_eq!(error.code, "NOT_SUPPORTED");
            assert!(error.message.contains(name), "{error}");
            // The table's own properties count as well.
            let table = storage("", &[(name, unusual)]).serde_info.unwrap().parameters;
            check(format, &storage("", &[]), table.as_ref()).unwrap_err();
        }
    }
}
