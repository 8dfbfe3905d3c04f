//! Delimited rows, once their ends are known, as Arrow columns: quotes and escapes are taken
//! off, markers become NULL, and values are read by the rules of the chosen style.

use std::ops::Range;

use memchr::{memchr, memchr2};

use super::Selected;
use super::column::Column;
use super::pattern::TimestampFormats;
use super::scan::{Index, Scanner};
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::options::{CsvOptions, CsvStyle};

/// Hive's delimiters beyond the three a table names.
const DEEPER_DELIMITERS: [u8; 5] = [4, 5, 6, 7, 8];

/// The rows of a delimited file.
pub(super) struct CsvRows {
    options: CsvOptions,
    formats: TimestampFormats,
    scanner: Scanner,
    index: Index,
    /// Offset of the first indexed row.
    start: usize,
    /// Lines before it.
    lines: u64,
    /// By level of nesting, from the array or map in a column on.
    delimiters: [u8; 7],
}

impl CsvRows {
    pub(super) fn new(options: &CsvOptions, columns: &[Selected]) -> Result<Self> {
        options.check()?;
        let nested = columns.iter().find(|c| c.ty.is_nested());
        if let (CsvStyle::OpenCsv, Some(column)) = (options.style, nested) {
            return Err(Error::Options(format!(
                "column {} is of type {}: quoted text holds no nested values",
                column.name, column.ty
            )));
        }
        let formats = TimestampFormats::new(&options.timestamp_formats)
            .map_err(|p| Error::Options(format!("timestamp formats are not understood: {p}")))?;
        let mut delimiters =
            [options.collection_delimiter, options.map_key_delimiter, 0, 0, 0, 0, 0];
        delimiters[2..].copy_from_slice(&DEEPER_DELIMITERS);
        Ok(CsvRows {
            scanner: Scanner::new(options),
            index: Index::default(),
            start: 0,
            lines: 0,
            options: options.clone(),
            formats,
            delimiters,
        })
    }

    pub(super) fn scan(&mut self, data: &[u8], from: usize, last: bool, max: usize) -> usize {
        let reached = self.scanner.scan(data, from, last, max, &mut self.index);
        // What follows the last line end is a row too.
        if last && reached == data.len() && data.len() > self.complete_end() {
            self.index.ends.push(data.len() as u32);
            self.index.rows.push(self.index.ends.len() as u32);
        }
        reached
    }

    pub(super) fn ready(&self) -> usize {
        self.index.rows.len()
    }

    /// Why a record may have grown beyond all bounds.
    pub(super) fn is_inside_quotes(&self) -> bool {
        self.scanner.is_quoted()
    }

    /// Where the last whole row ends, just past its line end.
    fn complete_end(&self) -> usize {
        self.row_start(self.index.rows.len())
    }

    /// Where the first row begins. After the last row that is one past the data if it has no line
    /// end.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Drops the first `n` rows.
    pub(super) fn consume(&mut self, n: usize, data: &[u8]) {
        if n == 0 {
            return;
        }
        self.lines = self.line_of(n, data) - 1;
        self.start = self.row_start(n);
        let fields = self.index.rows[n - 1];
        self.index.ends.drain(..fields as usize);
        self.index.rows.drain(..n);
        self.index.rows.iter_mut().for_each(|r| *r -= fields);
    }

    /// The line a row begins on, from one.
    pub(super) fn line_of(&self, row: usize, data: &[u8]) -> u64 {
        let before = if self.options.quote.is_some() {
            let end = self.row_start(row).min(data.len());
            memchr::memchr_iter(b'\n', &data[self.start..end]).count()
        } else {
            row
        };
        self.lines + before as u64 + 1
    }

    fn row_start(&self, row: usize) -> usize {
        match row.checked_sub(1) {
            None => self.start,
            Some(before) => self.index.ends[self.index.rows[before] as usize - 1] as usize + 1,
        }
    }

    /// The first `by` bytes of the data are gone.
    pub(super) fn rebase(&mut self, by: usize) {
        self.start -= by;
        // Offsets fit because a batch's bytes are bounded.
        self.index.ends.iter_mut().for_each(|e| *e -= by as u32);
    }

    /// The selected columns of the first `n` rows. An error names the row, from zero.
    pub(super) fn build(
        &self,
        data: &[u8],
        n: usize,
        columns: &[Selected],
    ) -> Result<Vec<Column>, (usize, Error)> {
        let end = self.row_start(n).min(data.len());
        let text = std::str::from_utf8(&data[self.start..end]).ok();
        let view = View { rows: self, data, text };
        let mut scratch = Vec::new();
        columns.iter().map(|column| view.column(column, n, &mut scratch)).collect()
    }

    /// Text that stands for the same value without its quotes and escapes.
    fn bare<'s>(&self, raw: &[u8], scratch: &'s mut Vec<u8>) -> Bare<'s> {
        if let Some(quote) = self.options.quote {
            let open_csv = self.options.style == CsvStyle::OpenCsv;
            let blanks = match open_csv {
                true => raw.iter().take_while(|b| **b == b' ').count(),
                false => 0,
            };
            if raw.get(blanks) == Some(&quote) {
                return self.unquoted(raw, blanks + 1, quote, scratch);
            }
        }
        match self.options.escape {
            Some(escape) if memchr(escape, raw).is_some() => {
                scratch.clear();
                let open_csv = self.options.style == CsvStyle::OpenCsv;
                unescape(raw, escape, open_csv, scratch);
                Bare::Scratch(scratch)
            }
            _ => Bare::Same,
        }
    }

    /// `from` is where the text after an opening quote begins.
    fn unquoted<'s>(
        &self,
        raw: &[u8],
        from: usize,
        quote: u8,
        scratch: &'s mut Vec<u8>,
    ) -> Bare<'s> {
        let inner = &raw[from..];
        let escape = self.options.escape.filter(|e| *e != quote);
        let plain_end = match escape {
            Some(escape) => memchr2(quote, escape, inner),
            None => memchr(quote, inner),
        };
        match plain_end {
            // The usual field: a quote at both ends and none between.
            Some(end) if end + 1 == inner.len() && inner[end] == quote => {
                return Bare::Inside(from..from + end);
            }
            // A file cut inside quotes.
            None => return Bare::Inside(from..raw.len()),
            _ => {}
        }
        let lazy = self.options.style == CsvStyle::LazySimple;
        scratch.clear();
        let mut rest = inner;
        let mut quoted = true;
        while let [byte, tail @ ..] = rest {
            rest = tail;
            match tail.first() {
                Some(next) if Some(*byte) == escape && (quoted || lazy) => {
                    // Before anything else an escape vanishes, or under Hive's rules makes the
                    // character plain: the same, since nothing else is special here.
                    if lazy || *next == quote || Some(*next) == escape {
                        scratch.push(*next);
                        rest = &tail[1..];
                    }
                }
                Some(next) if quoted && *byte == quote && *next == quote => {
                    scratch.push(quote);
                    rest = &tail[1..];
                }
                _ if quoted && *byte == quote => quoted = false,
                _ => scratch.push(*byte),
            }
        }
        Bare::Scratch(scratch)
    }
}

/// A field without quotes and escapes.
enum Bare<'s> {
    /// There were none.
    Same,
    /// It is the part between quotes.
    Inside(Range<usize>),
    Scratch(&'s [u8]),
}

/// One batch being read.
struct View<'a> {
    rows: &'a CsvRows,
    data: &'a [u8],
    /// The data from the first row on, if all of it is UTF-8.
    text: Option<&'a str>,
}

impl View<'_> {
    fn column(
        &self,
        selected: &Selected,
        n: usize,
        scratch: &mut Vec<u8>,
    ) -> Result<Column, (usize, Error)> {
        let mut column = Column::new(&selected.ty, true, n);
        let mut first = 0usize;
        let mut row_start = self.rows.start;
        let index = &self.rows.index;
        for (row, &end) in index.rows[..n].iter().enumerate() {
            let end = end as usize;
            let field = first + selected.index;
            let span = (field < end).then(|| {
                let from = if selected.index == 0 {
                    row_start
                } else {
                    index.ends[field - 1] as usize + 1
                };
                let mut to = index.ends[field] as usize;
                // A carriage return before the line end belongs to it.
                if field + 1 == end && to > from && self.data[to - 1] == b'\r' {
                    to -= 1;
                }
                from..to
            });
            first = end;
            row_start = index.ends[end - 1] as usize + 1;
            let Some(span) = span else {
                column.push_null();
                continue;
            };
            if !self.push(&mut column, &selected.ty, span.clone(), scratch) {
                if self.rows.options.style == CsvStyle::OpenCsv {
                    return Err((row, selected.bad_value(&self.data[span])));
                }
                column.push_null();
            }
        }
        Ok(column)
    }

    /// Appends the value of a field; false if it is not of the type.
    fn push(
        &self,
        column: &mut Column,
        ty: &HiveType,
        span: Range<usize>,
        scratch: &mut Vec<u8>,
    ) -> bool {
        let raw = &self.data[span.clone()];
        let rules = self.rows;
        if rules.options.style == CsvStyle::LazySimple
            && raw == rules.options.null_marker.as_bytes()
        {
            column.push_null();
            return true;
        }
        if ty.is_nested() {
            self.nested(column, ty, raw, 0);
            return true;
        }
        let bare = rules.bare(raw, scratch);
        if column.is_text()
            && let Some(text) = self.text
        {
            // The whole is UTF-8 and fields end at ASCII characters, so every part is.
            let base = span.start - rules.start;
            let part = match &bare {
                Bare::Same => text.get(base..base + raw.len()),
                Bare::Inside(part) => text.get(base + part.start..base + part.end),
                Bare::Scratch(_) => None,
            };
            if let Some(part) = part {
                return column.push_str(part);
            }
        }
        let bytes = match bare {
            Bare::Same => raw,
            Bare::Inside(part) => &raw[part],
            Bare::Scratch(text) => text,
        };
        match rules.options.style {
            CsvStyle::LazySimple => column.push_scalar(bytes, &rules.formats),
            // AWS: an empty field of a typed column fails the query; here: it is NULL, because what
            // was inferred from a file with gaps must read back.
            CsvStyle::OpenCsv if bytes.is_empty() && !column.is_text() => {
                column.push_null();
                true
            }
            CsvStyle::OpenCsv => {
                push_epoch(column, bytes) || column.push_scalar(bytes, &rules.formats)
            }
        }
    }

    /// Reads a nested value whose parts are split by the delimiter of its level.
    fn nested(&self, column: &mut Column, ty: &HiveType, raw: &[u8], level: usize) {
        let marker = self.rows.options.null_marker.as_bytes();
        if raw == marker {
            return column.push_null();
        }
        // Types may nest deeper than Hive has delimiters; such values cannot be in the file.
        let Some(&delimiter) = self.rows.delimiters.get(level) else { return column.push_null() };
        match (column, ty) {
            (Column::List(list), HiveType::Array(item)) => {
                if !raw.is_empty() {
                    for part in self.split(raw, delimiter) {
                        self.nested(&mut list.items, item, part, level + 1);
                    }
                }
                list.end(true);
            }
            (Column::Map(map), HiveType::Map(key_type, value_type)) => {
                let between = self.rows.delimiters.get(level + 1).copied().unwrap_or(delimiter);
                for entry in self.split(raw, delimiter).filter(|_| !raw.is_empty()) {
                    let (key, value) = match self.split(entry, between).next() {
                        Some(key) if key.len() < entry.len() => {
                            (key, Some(&entry[key.len() + 1..]))
                        }
                        _ => (entry, None),
                    };
                    // Keys are never NULL: an entry whose key does not read is left out.
                    if key == marker || !self.scalar(&mut map.keys, key_type, key) {
                        continue;
                    }
                    match value {
                        Some(v) => self.nested(&mut map.values, value_type, v, level + 2),
                        None => map.values.push_null(),
                    }
                }
                map.end(true);
            }
            (Column::Struct(s), HiveType::Struct(fields)) => {
                let mut parts = self.split(raw, delimiter);
                for (column, (_, ty)) in s.columns.iter_mut().zip(fields) {
                    match parts.next() {
                        Some(part) => self.nested(column, ty, part, level + 1),
                        None => column.push_null(),
                    }
                }
                s.end(true);
            }
            (column, ty) => {
                if !self.scalar(column, ty, raw) {
                    column.push_null();
                }
            }
        }
    }

    fn scalar(&self, column: &mut Column, ty: &HiveType, raw: &[u8]) -> bool {
        if ty.is_nested() {
            return false;
        }
        let mut scratch = Vec::new();
        match self.rows.bare(raw, &mut scratch) {
            Bare::Same => column.push_scalar(raw, &self.rows.formats),
            Bare::Inside(part) => column.push_scalar(&raw[part], &self.rows.formats),
            Bare::Scratch(text) => column.push_scalar(text, &self.rows.formats),
        }
    }

    /// The parts between unescaped delimiters.
    fn split<'r>(&self, raw: &'r [u8], delimiter: u8) -> impl Iterator<Item = &'r [u8]> + use<'r> {
        let escape = self.rows.options.escape;
        let mut rest = Some(raw);
        std::iter::from_fn(move || {
            let raw = rest?;
            let mut from = 0;
            while let Some(at) = memchr(delimiter, &raw[from..]).map(|at| from + at) {
                if !escape.is_some_and(|e| is_escaped(raw, at, e)) {
                    rest = Some(&raw[at + 1..]);
                    return Some(&raw[..at]);
                }
                from = at + 1;
            }
            rest = None;
            Some(raw)
        })
    }
}

/// Whether an odd number of escapes precedes a byte.
fn is_escaped(raw: &[u8], at: usize, escape: u8) -> bool {
    raw[..at].iter().rev().take_while(|b| **b == escape).count() % 2 == 1
}

/// Quoted files hold dates as days and timestamps as milliseconds since the epoch.
fn push_epoch(column: &mut Column, text: &[u8]) -> bool {
    match column {
        Column::Date(b) => match super::value::integer(text).and_then(|d| i32::try_from(d).ok()) {
            Some(days) => b.append_value(days),
            None => return false,
        },
        Column::Timestamp(b) => match super::value::integer(text) {
            Some(millis) => b.append_value(millis),
            None => return false,
        },
        _ => return false,
    }
    true
}

fn unescape(raw: &[u8], escape: u8, open_csv: bool, into: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr(escape, rest) {
        into.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        // Outside quotes OpenCSV drops escapes; Hive takes what follows as it is.
        match rest {
            [next, tail @ ..] if !open_csv => {
                into.push(*next);
                rest = tail;
            }
            [] if !open_csv => into.push(escape),
            _ => {}
        }
    }
    into.extend_from_slice(rest);
}
