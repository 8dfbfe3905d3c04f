//! Guesses what a file is from its first bytes: format, codec, delimiter, header, columns.
//!
//! In the spirit of the built-in classifiers of AWS Glue: a file that fits no format is
//! `Unknown`, never an error. Files cut anywhere (inside a row, a character or a compressed
//! member) are expected: a head is all a crawler reads.

mod avro;
mod csv;
mod guess;
mod json;
mod lines;
mod merge;
mod orc;
mod parquet;
mod xml;

use std::collections::BTreeMap;

use crate::compression::{Compression, PlainHead, decompress_head};
use crate::grok::Grok;
use crate::hive::HiveType;
use crate::options::Format;

pub use avro::avro_columns;
pub use csv::CsvHints;
pub use merge::Conflict;
pub use orc::orc_tail;
pub use parquet::{ParquetTail, TailReader, infer_parquet, parquet_tail};

/// Plain bytes looked at, at most.
const PLAIN_MAX: usize = 4 << 20;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Classification {
    Csv,
    Json,
    Parquet,
    /// Described by its footer.
    Orc,
    /// Described by its header.
    Avro,
    /// Recognised by its first tag only, unless the tag of its rows is given.
    Xml,
    /// Lines that a given expression reads.
    Lines,
    Unknown,
}

impl Classification {
    /// The lower-case name: `csv`, `json`, …, `UNKNOWN` as crawlers spell it.
    pub fn name(self) -> &'static str {
        match self {
            Classification::Csv => "csv",
            Classification::Json => "json",
            Classification::Parquet => "parquet",
            Classification::Orc => "orc",
            Classification::Avro => "avro",
            Classification::Xml => "xml",
            Classification::Lines => "text",
            Classification::Unknown => "UNKNOWN",
        }
    }
}

/// How JSON objects lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonLayout {
    /// One a line: what tables can be read from.
    Lines,
    /// One after another with any blanks between and inside.
    Documents,
    /// The items of one array.
    Array,
}

/// What was found out about one file, or by [`Inference::merge`] about several.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    pub classification: Classification,
    /// How to read it, header and all; `None` for what this crate does not read.
    pub format: Option<Format>,
    pub compression: Compression,
    /// Whether the first row of a CSV file names the columns.
    pub header: bool,
    pub delimiter: Option<u8>,
    /// The quote, if any field has one.
    pub quote: Option<u8>,
    pub json_layout: Option<JsonLayout>,
    /// Names are in lower case and distinct; those of struct fields are as in the file. Types may
    /// be [unknown](HiveType::Void); a table [declares](HiveType::declared) them as text.
    pub columns: Vec<(String, HiveType)>,
    /// Rows looked at, the header not counted.
    pub sampled_rows: u64,
    /// Mean plain bytes of a row, rounded.
    pub avg_record_size: u64,
    /// All rows of the file, if that is known exactly.
    pub row_count: Option<u64>,
    /// Rows per byte of the file as stored.
    rows_per_byte: f64,
    /// What the file says of itself, e.g. who wrote it.
    pub metadata: BTreeMap<String, String>,
}

impl Inference {
    fn new(classification: Classification, compression: Compression) -> Self {
        Inference {
            classification,
            format: None,
            compression,
            header: false,
            delimiter: None,
            quote: None,
            json_layout: None,
            columns: Vec::new(),
            sampled_rows: 0,
            avg_record_size: 0,
            row_count: None,
            rows_per_byte: 0.0,
            metadata: BTreeMap::new(),
        }
    }

    /// How many rows files of `bytes` stored bytes hold, by the density of those looked at.
    pub fn estimated_rows(&self, bytes: u64) -> u64 {
        (self.rows_per_byte * bytes as f64).round() as u64
    }

    /// Notes rows found in the first `plain` of `whole` plain bytes of a head of `stored` bytes.
    fn measure(&mut self, rows: u64, plain: usize, whole: usize, stored: usize) {
        self.sampled_rows = rows;
        if rows > 0 && plain > 0 {
            self.avg_record_size = (plain as f64 / rows as f64).round() as u64;
            let stored = stored as f64 * (plain as f64 / whole.max(1) as f64);
            self.rows_per_byte = rows as f64 / stored.max(1.0);
        }
    }
}

/// Looks at the first bytes of the file `name`; `full` if they are all of it.
pub fn infer(head: &[u8], name: &str, full: bool) -> Inference {
    infer_with(head, name, full, None)
}

/// As [`infer`]; with hints the file is taken to be CSV if they fit, whatever else it looks like.
pub fn infer_with(head: &[u8], name: &str, full: bool, hints: Option<&CsvHints>) -> Inference {
    let classification = match head {
        [b'P', b'A', b'R', b'1', ..] => Some(Classification::Parquet),
        [b'O', b'R', b'C', ..] if head.get(3).is_some_and(|b| !b.is_ascii_graphic()) => {
            Some(Classification::Orc)
        }
        [b'O', b'b', b'j', 1, ..] => Some(Classification::Avro),
        _ => None,
    };
    if let Some(classification) = classification {
        return binary(classification, head, full);
    }
    // A codec known by name only is a file that cannot be looked into.
    let Ok(compression) = Compression::detect(head, name) else {
        return Inference::new(Classification::Unknown, Compression::None);
    };
    let plain = decompress_head(compression, head, PLAIN_MAX);
    let text = Text::of(&plain, full, compression);
    if !is_text(text.plain) {
        return Inference::new(Classification::Unknown, compression);
    }
    if let Some(hints) = hints
        && let Some(inference) = csv::infer(&text, hints)
    {
        return inference;
    }
    let first = text.plain.iter().find(|b| !b.is_ascii_whitespace());
    let found = match first {
        Some(b'{' | b'[') => json::infer(&text),
        Some(b'<') if is_xml(text.plain) => Some(Inference::new(Classification::Xml, compression)),
        _ => None,
    };
    found
        .or_else(|| csv::infer(&text, &CsvHints::default()))
        .unwrap_or_else(|| Inference::new(Classification::Unknown, compression))
}

/// As [`infer`] for a file whose lines a grok expression reads; `None` if most do not match it.
pub fn infer_lines(head: &[u8], name: &str, full: bool, grok: &Grok) -> Option<Inference> {
    let compression = Compression::detect(head, name).ok()?;
    let plain = decompress_head(compression, head, PLAIN_MAX);
    let text = Text::of(&plain, full, compression);
    if is_text(text.plain) { lines::infer(&text, grok) } else { None }
}

/// As [`infer`] for an XML file whose rows are the elements of a name; `None` if it has none.
pub fn infer_xml(head: &[u8], name: &str, full: bool, row_tag: &str) -> Option<Inference> {
    let compression = Compression::detect(head, name).ok()?;
    let plain = decompress_head(compression, head, PLAIN_MAX);
    let text = Text::of(&plain, full, compression);
    if is_text(text.plain) && is_xml(text.plain) { xml::infer(&text, row_tag) } else { None }
}

/// The plain text of a head.
struct Text<'a> {
    plain: &'a [u8],
    /// Whether the file goes on.
    cut: bool,
    /// How many stored bytes the text was.
    stored: usize,
    compression: Compression,
}

impl<'a> Text<'a> {
    fn of(plain: &'a PlainHead, full: bool, compression: Compression) -> Text<'a> {
        Text {
            plain: plain.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&plain.bytes),
            cut: !full || !plain.whole,
            stored: plain.used,
            compression,
        }
    }
}

fn binary(classification: Classification, head: &[u8], full: bool) -> Inference {
    let mut inference = Inference::new(classification, Compression::None);
    if classification == Classification::Avro
        && let Some(found) = avro::infer(head, full)
    {
        return found;
    }
    if classification == Classification::Orc
        && full
        && let Ok(ParquetTail::Done(found)) = orc_tail(head, head.len() as u64)
    {
        return *found;
    }
    if classification == Classification::Parquet {
        if full && let Ok(ParquetTail::Done(found)) = parquet_tail(head, head.len() as u64) {
            return *found;
        }
        inference.format = Some(Format::Parquet);
    }
    inference
}

/// Text has no NUL and few control characters but those that delimit.
fn is_text(plain: &[u8]) -> bool {
    let sample = &plain[..plain.len().min(64 << 10)];
    let control = sample.iter().filter(|b| matches!(b, 14..=26 | 28..=31)).count();
    // Characters are broken in files of other encodings; a few may be damaged.
    let broken = sample.utf8_chunks().filter(|c| !c.invalid().is_empty()).count();
    !sample.contains(&0) && control * 20 <= sample.len() && broken * 20 <= sample.len()
}

fn is_xml(plain: &[u8]) -> bool {
    let Some(start) = plain.trim_ascii_start().strip_prefix(b"<") else { return false };
    start.starts_with(b"?xml")
        || start.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'!')
}

#[cfg(test)]
mod tests;
