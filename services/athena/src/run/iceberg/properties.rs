//! Properties of tables: Athena's words for them, and those that the metadata has.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html#querying-iceberg-table-properties>

use std::collections::BTreeMap;

use aquifer_sql::SqlError;

/// Athena's name, the metadata's, and what a value must be.
const KNOWN: [(&str, &str, Kind); 11] = [
    ("format", "write.format.default", Kind::Format),
    ("write_compression", "write.parquet.compression-codec", Kind::Codec),
    ("compression_level", "write.parquet.compression-level", Kind::Number(1)),
    ("write_target_data_file_size_bytes", "write.target-file-size-bytes", Kind::Number(1)),
    ("optimize_rewrite_min_data_file_size_bytes", SAME, Kind::Number(0)),
    ("optimize_rewrite_max_data_file_size_bytes", SAME, Kind::Number(1)),
    ("optimize_rewrite_data_file_threshold", SAME, Kind::Number(1)),
    ("optimize_rewrite_delete_file_threshold", SAME, Kind::Number(1)),
    ("vacuum_min_snapshots_to_keep", SAME, Kind::Number(1)),
    ("vacuum_max_snapshot_age_seconds", SAME, Kind::Number(1)),
    ("vacuum_max_metadata_files_to_keep", "write.metadata.previous-versions-max", Kind::Number(1)),
];

/// The metadata calls it as Athena does.
const SAME: &str = "";

#[derive(Clone, Copy)]
enum Kind {
    Format,
    Codec,
    /// A whole number of at least so much.
    Number(i64),
}

/// Athena's property as the metadata's.
///
/// # Errors
/// When there is none of that name, or it may not have that value.
pub(super) fn known(name: &str, value: &str) -> Result<(String, String), SqlError> {
    let folded = name.to_ascii_lowercase();
    let Some((own, key, kind)) = KNOWN.iter().find(|(own, ..)| *own == folded) else {
        return Err(invalid(format!("Unsupported table property key: {name}")));
    };
    let key = if key.is_empty() { own } else { key };
    let value = match kind {
        Kind::Format => match value.to_ascii_lowercase().as_str() {
            "parquet" => "parquet".to_owned(),
            "orc" | "avro" => {
                return Err(SqlError::not_supported(format!(
                    "Iceberg tables of {value} files are not supported by this version of Aquifer"
                )));
            }
            _ => return Err(wrong(name, value)),
        },
        Kind::Codec => match value.to_ascii_lowercase().as_str() {
            codec @ ("zstd" | "snappy" | "gzip" | "none") => codec.to_owned(),
            "lz4" => {
                return Err(SqlError::not_supported(
                    "LZ4 compression of Iceberg tables is not supported by this version of Aquifer",
                ));
            }
            _ => return Err(wrong(name, value)),
        },
        Kind::Number(least) => match value.trim().parse::<i64>() {
            Ok(number) if number >= *least => number.to_string(),
            _ => return Err(wrong(name, value)),
        },
    };
    Ok(((*key).to_owned(), value))
}

/// The name by which the metadata knows a property of Athena's.
pub(super) fn key_of(name: &str) -> Result<String, SqlError> {
    let folded = name.to_ascii_lowercase();
    let found = KNOWN.iter().find(|(own, ..)| *own == folded);
    let (own, key, _) =
        found.ok_or_else(|| invalid(format!("Unsupported table property key: {name}")))?;
    Ok(if key.is_empty() { (*own).to_owned() } else { (*key).to_owned() })
}

/// The properties that Athena shows of a table.
pub(super) fn shown(properties: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut shown = vec![("table_type".to_owned(), "iceberg".to_owned())];
    for (own, key, _) in KNOWN {
        let key = if key.is_empty() { own } else { key };
        if let Some(value) = properties.get(key) {
            shown.push((own.to_owned(), value.clone()));
        }
    }
    shown
}

/// A whole number among the properties.
pub(super) fn number(properties: &BTreeMap<String, String>, name: &str, usual: i64) -> i64 {
    properties.get(name).and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What every new table has that is told nothing else.
pub(super) fn with_defaults(properties: &mut BTreeMap<String, String>) {
    for (key, value) in
        [("write.format.default", "parquet"), ("write.parquet.compression-codec", "zstd")]
    {
        properties.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    }
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::user("INVALID_TABLE_PROPERTY", message)
}

fn wrong(name: &str, value: &str) -> SqlError {
    invalid(format!("Invalid value for table property {name}: {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_have_two_names() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(known("FORMAT", "PARQUET"), Ok(pair("write.format.default", "parquet")));
        let same = "vacuum_min_snapshots_to_keep";
        assert_eq!(known(same, "3"), Ok(pair(same, "3")));
        for (name, value, part) in [
            ("auto_compaction", "true", "Unsupported table property key: auto_compaction"),
            (same, "0", "Invalid value"),
            ("write_compression", "lzo", "Invalid value"),
            ("format", "orc", "not supported"),
        ] {
            let error = known(name, value).unwrap_err();
            assert!(error.message.contains(part), "{error}");
        }
        let properties = [pair("write.format.default", "parquet")].into();
        assert_eq!(shown(&properties), [pair("table_type", "iceberg"), pair("format", "parquet")]);
    }
}
