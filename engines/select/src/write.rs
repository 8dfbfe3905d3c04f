//! Results as text.

use std::fmt::Write;

use crate::RECORD_MAX;
use crate::code::{Code, Error, Result};
use crate::convert::{float, plain};
use crate::value::{Tree, Value};

/// How CSV is written.
#[derive(Clone, Debug)]
pub struct CsvOutput {
    pub field_delimiter: String,
    pub record_delimiter: String,
    /// `None` writes fields as they are.
    pub quote: Option<char>,
    /// What goes before a quote inside quotes.
    pub escape: Option<char>,
    /// Whether every field is quoted, or those that must be.
    pub quote_all: bool,
}

impl Default for CsvOutput {
    fn default() -> Self {
        Self {
            field_delimiter: ",".to_owned(),
            record_delimiter: "\n".to_owned(),
            quote: Some('"'),
            escape: Some('"'),
            quote_all: false,
        }
    }
}

/// How results are written.
#[derive(Clone, Debug)]
pub enum Output {
    Csv(CsvOutput),
    /// An object a record.
    Json {
        record_delimiter: String,
    },
}

/// Writes records to a buffer.
pub(crate) struct Writer {
    output: Output,
    out: String,
    /// Where the record that is being written begins.
    start: usize,
    /// Where the last record that is whole ends.
    end: usize,
    columns: usize,
}

impl Writer {
    pub fn new(output: Output) -> Self {
        Self { output, out: String::new(), start: 0, end: 0, columns: 0 }
    }

    pub fn len(&self) -> usize {
        self.out.len()
    }

    pub fn take(&mut self) -> String {
        self.end = 0;
        std::mem::take(&mut self.out)
    }

    /// Begins a record.
    pub fn begin(&mut self) {
        self.start = self.out.len();
        self.columns = 0;
        if let Output::Json { .. } = self.output {
            self.out.push('{');
        }
    }

    /// Writes a column of the record.
    pub fn column(&mut self, name: &str, value: &Value<'_>) -> Result<()> {
        match &self.output {
            Output::Csv(csv) => {
                if self.columns > 0 {
                    self.out.push_str(&csv.field_delimiter);
                }
                self.columns += 1;
                field(csv, value, &mut self.out)?;
            }
            Output::Json { .. } => {
                if matches!(value, Value::Missing) {
                    return Ok(());
                }
                if self.columns > 0 {
                    self.out.push(',');
                }
                self.columns += 1;
                string(name, &mut self.out);
                self.out.push(':');
                json(value, &mut self.out);
            }
        }
        match self.out.len() - self.start > RECORD_MAX {
            true => Err(Code::OverMaxRecordSize.into()),
            false => Ok(()),
        }
    }

    /// Ends the record.
    pub fn end(&mut self) {
        match &self.output {
            Output::Csv(csv) => self.out.push_str(&csv.record_delimiter),
            Output::Json { record_delimiter } => {
                self.out.push('}');
                self.out.push_str(record_delimiter);
            }
        }
        self.end = self.out.len();
    }

    /// Forgets a record that could not be ended.
    pub fn abandon(&mut self) {
        self.out.truncate(self.end);
    }
}

fn field(csv: &CsvOutput, value: &Value<'_>, out: &mut String) -> Result<()> {
    let nested = || Error::new(Code::InvalidDataType, "Only JSON output can hold nested data.");
    let written;
    let text = match value.as_str() {
        Some(text) => text,
        None => {
            written = plain(value).ok_or_else(nested)?;
            &written
        }
    };
    let must = |quote: char| {
        text.contains(quote)
            || text.contains(&csv.field_delimiter)
            || text.contains(&csv.record_delimiter)
            || text.contains(['\n', '\r'])
    };
    match csv.quote {
        Some(quote) if csv.quote_all || must(quote) => {
            out.push(quote);
            for character in text.chars() {
                if character == quote || Some(character) == csv.escape {
                    out.extend(csv.escape);
                }
                out.push(character);
            }
            out.push(quote);
        }
        _ => out.push_str(text),
    }
    Ok(())
}

fn json(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Missing | Value::Null => out.push_str("null"),
        Value::Bool(value) => _ = write!(out, "{value}"),
        Value::Int(value) => _ = write!(out, "{value}"),
        Value::Decimal(value) => _ = write!(out, "{value}"),
        // JSON has no infinities.
        Value::Float(value) if !value.is_finite() => out.push_str("null"),
        Value::Float(value) => out.push_str(&float(*value)),
        Value::Text(text) => string(text, out),
        Value::Field(text) => string(text, out),
        Value::Time(time) => _ = write!(out, "\"{time}\""),
        Value::Nested(tree) => nested(tree, out),
    }
}

fn nested(tree: &Tree, out: &mut String) {
    match tree {
        Tree::List(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                nested(element, out);
            }
            out.push(']');
        }
        Tree::Struct(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(name, out);
                out.push(':');
                nested(value, out);
            }
            out.push('}');
        }
        scalar => json(&scalar.value(), out),
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if character < ' ' => _ = write!(out, "\\u{:04x}", u32::from(character)),
            character => out.push(character),
        }
    }
    out.push('"');
}
