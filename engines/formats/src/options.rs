//! What a reader or writer must know of a text file beyond its bytes.
//!
//! These are the knobs of the usual table definitions (delimiters, quotes, markers of NULL),
//! not their spelling: turning a table's SerDe parameters into options is the caller's work.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A file's format with its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Rows of delimited fields, tab-separated ones included.
    Csv(CsvOptions),
    /// One JSON object a line.
    Json(JsonOptions),
    /// Lines taken apart by an expression.
    Pattern(PatternOptions),
    /// Apache Avro's object container files.
    Avro(AvroOptions),
    /// Apache ORC.
    Orc(OrcOptions),
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The lower-case name: `csv`, `json`, `pattern`, `avro`, `orc` or `parquet`.
    pub fn name(&self) -> &'static str {
        match self {
            Format::Csv(_) => "csv",
            Format::Json(_) => "json",
            Format::Pattern(_) => "pattern",
            Format::Avro(_) => "avro",
            Format::Orc(_) => "orc",
            Format::Parquet => "parquet",
        }
    }

    /// Whether files are read as text, from one end to the other.
    pub fn is_text(&self) -> bool {
        matches!(self, Format::Csv(_) | Format::Json(_) | Format::Pattern(_))
    }
}

/// Options of ORC files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrcOptions {
    /// Whether columns are found by their names; by default they are where the table has them.
    pub by_name: bool,
}

/// How an expression takes lines apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PatternStyle {
    /// A regular expression that matches whole lines; its groups are the columns in order.
    Regex {
        /// Whether case does not matter.
        case_insensitive: bool,
    },
    /// A grok expression, whose fields are the columns of the same name.
    Grok {
        /// Patterns that come with it, one a line.
        custom: String,
    },
}

/// Options of lines taken apart by an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternOptions {
    /// The expression.
    pub expression: String,
    /// What sort it is.
    pub style: PatternStyle,
    /// Lines dropped at the start of each file.
    pub skip_header_lines: usize,
    /// Patterns in Java's `SimpleDateFormat` letters tried before the built-in ones.
    pub timestamp_formats: Vec<String>,
}

/// Options of Avro files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AvroOptions {
    /// The schema rows are read by, as JSON; by default it follows from the columns.
    pub schema: Option<String>,
}

/// Which reader's rules hold where delimited files are ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CsvStyle {
    /// Hive's `LazySimpleSerDe`: quotes are ordinary characters unless `quote` is set, the null
    /// marker is NULL, a value that is not of its column's type is NULL, arrays, maps and structs
    /// are read with nested delimiters.
    #[default]
    LazySimple,
    /// `OpenCSVSerde`: quoted fields (line breaks included), every field a string that is then
    /// cast; nothing is NULL in columns of other types, a value that does not cast is an error;
    /// dates are days and timestamps milliseconds since the epoch, the usual spellings accepted as
    /// well.
    OpenCsv,
}

/// Options of delimited text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CsvOptions {
    /// Between fields.
    pub delimiter: u8,
    /// Around fields that contain delimiters; `None` reads quotes as they are.
    pub quote: Option<u8>,
    /// Takes the next character's meaning away.
    pub escape: Option<u8>,
    /// Lines dropped at the start of each file.
    pub skip_header_lines: usize,
    /// The field that stands for NULL.
    pub null_marker: String,
    /// Whose rules hold.
    pub style: CsvStyle,
    /// Between the items of an array, and the entries of a map or fields of a struct.
    pub collection_delimiter: u8,
    /// Between a map's key and its value.
    pub map_key_delimiter: u8,
    /// Patterns in Java's `SimpleDateFormat` letters tried before the built-in ones.
    pub timestamp_formats: Vec<String>,
}

impl Default for CsvOptions {
    /// What Hive reads when a table names nothing: fields end at `\u{1}`.
    fn default() -> Self {
        CsvOptions {
            delimiter: 1,
            quote: None,
            escape: None,
            skip_header_lines: 0,
            null_marker: "\\N".to_owned(),
            style: CsvStyle::LazySimple,
            collection_delimiter: 2,
            map_key_delimiter: 3,
            timestamp_formats: Vec::new(),
        }
    }
}

impl CsvOptions {
    /// Comma-separated fields in quotes where needed, escapes by backslash: `OpenCSVSerde`'s
    /// defaults.
    pub fn open_csv() -> Self {
        CsvOptions {
            delimiter: b',',
            quote: Some(b'"'),
            escape: Some(b'\\'),
            style: CsvStyle::OpenCsv,
            ..CsvOptions::default()
        }
    }

    /// Unquoted fields between `delimiter`s under `LazySimpleSerDe`'s rules.
    pub fn lazy_simple(delimiter: u8) -> Self {
        CsvOptions { delimiter, ..CsvOptions::default() }
    }

    /// The one byte a table's delimiter text stands for: a character, `\t`, `\u0001`, or a
    /// number such as `1` that Hive reads as a character code when nothing else fits.
    ///
    /// Delimiters of several bytes are refused: no reader here could honour them.
    pub fn delimiter_byte(text: &str) -> Result<u8> {
        let bytes = text.as_bytes();
        let code = match bytes {
            [one] => return Ok(*one),
            [b'\\', b't'] => Some(9),
            [b'\\', b'n'] => Some(10),
            [b'\\', b'r'] => Some(13),
            [b'\\', b'\\'] => Some(92),
            [b'\\', b'u', hex @ ..] if hex.len() == 4 => u8_in(hex, 16),
            [b'\\', octal @ ..] if octal.len() == 3 => u8_in(octal, 8),
            [_, _, ..] if bytes.iter().all(u8::is_ascii_digit) => u8_in(bytes, 10),
            _ => None,
        };
        code.ok_or_else(|| {
            Error::Options(format!("delimiter '{text}' must be one character of one byte"))
        })
    }

    /// Refuses combinations that no file could be read with.
    pub(crate) fn check(&self) -> Result<()> {
        let special = [Some(self.delimiter), self.quote, self.escape];
        for (i, a) in special.iter().enumerate() {
            let Some(a) = a else { continue };
            if matches!(a, b'\n' | b'\r') {
                return Err(Error::Options("a line break cannot be a delimiter or quote".into()));
            }
            // A quote that escapes itself is how doubled quotes are spelled by some.
            if special[..i].contains(&Some(*a)) && !(i == 2 && self.quote == Some(*a)) {
                return Err(Error::Options(format!(
                    "'{}' cannot be two of delimiter, quote and escape",
                    char::from(*a).escape_default()
                )));
            }
        }
        Ok(())
    }
}

fn u8_in(digits: &[u8], radix: u32) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text.trim_start_matches('0'), radix).ok().or_else(|| {
        // All zeroes: nothing is left after trimming.
        (!text.is_empty() && text.bytes().all(|b| b == b'0')).then_some(0)
    })
}

/// Which JSON reader's rules hold for values that are not of their column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum JsonStyle {
    /// Hive's own: a value that cannot become its column's type fails the row.
    #[default]
    Hive,
    /// OpenX: a value that cannot become its column's type is NULL.
    OpenX,
}

/// Options of JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JsonOptions {
    /// Whether keys match column names whatever their case.
    pub case_insensitive: bool,
    /// Whether a malformed line is a row of NULLs rather than an error.
    pub ignore_malformed: bool,
    /// Whether dots in keys match underscores in column names.
    pub dots_in_keys: bool,
    /// Column name → the key it is read from, where they differ.
    pub mapping: HashMap<String, String>,
    /// The key of the array whose objects are the rows, where rows are not lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// Whose rules hold.
    pub style: JsonStyle,
    /// Patterns in Java's `SimpleDateFormat` letters tried before the built-in ones.
    pub timestamp_formats: Vec<String>,
}

impl Default for JsonOptions {
    fn default() -> Self {
        JsonOptions {
            case_insensitive: true,
            ignore_malformed: false,
            dots_in_keys: false,
            mapping: HashMap::new(),
            records: None,
            style: JsonStyle::Hive,
            timestamp_formats: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_read_as_tables_spell_them() {
        for (text, byte) in [
            (",", 44),
            ("\t", 9),
            ("\\t", 9),
            ("\\u0001", 1),
            ("\\001", 1),
            ("\u{1}", 1),
            ("01", 1),
            ("000", 0),
        ] {
            assert_eq!(CsvOptions::delimiter_byte(text).unwrap(), byte, "{text:?}");
        }
        for text in ["", "||", "é", "\\u0100", "999"] {
            assert!(CsvOptions::delimiter_byte(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_character_has_one_meaning() {
        assert!(CsvOptions::open_csv().check().is_ok());
        let mut options = CsvOptions { escape: Some(b'"'), ..CsvOptions::open_csv() };
        assert!(options.check().is_ok());
        options.quote = Some(b',');
        assert!(options.check().is_err());
        assert!(CsvOptions::lazy_simple(b'\n').check().is_err());
    }
}
