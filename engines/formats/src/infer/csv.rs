//! Delimited text: which delimiter, is there a header, what are the columns.
//!
//! The header rule is that of Glue's built-in CSV classifier: the first row is one if every
//! column of it reads as a string, has under 150 characters and, but for the last, is not
//! empty; and if some column of the rows below reads as another type. Where all columns are
//! strings nothing tells a header from data and columns are named `col0`, `col1` …

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::guess::Guess;
use super::{Classification, Inference, Text};
use crate::hive::HiveType;
use crate::options::{CsvOptions, Format};
use crate::text::{Index, Scanner};

/// Tried in this order where several would do.
const DELIMITERS: [u8; 5] = [b',', b'|', b'\t', b';', 1];
/// Rows looked at to choose a delimiter.
const TRIAL_ROWS: usize = 200;
/// Rows looked at for types.
const SAMPLE_ROWS: usize = 20_000;
/// A delimiter that splits fewer rows alike than this is none.
const ALIKE_MIN: f64 = 0.9;
const HEADER_CHARS_MAX: usize = 150;
const COLUMNS_MAX: usize = 10_000;

/// What is known of a CSV file before it is looked at: a custom classifier.
#[derive(Debug, Clone, Default)]
pub struct CsvHints {
    pub delimiter: Option<u8>,
    pub quote: Option<u8>,
    /// Whether there is a header; by default that is guessed.
    pub header: Option<bool>,
    /// The columns' names, whatever the file says.
    pub columns: Vec<String>,
    /// Whether a file of one column is CSV too.
    pub single_column: bool,
}

/// A way to split the text, and how well it does.
struct Split {
    delimiter: u8,
    quote: Option<u8>,
    columns: usize,
    /// The share of rows with that many columns.
    alike: f64,
}

pub(super) fn infer(text: &Text<'_>, hints: &CsvHints) -> Option<Inference> {
    let mut split = best_split(text, hints)?;
    split.quote = split.quote.or_else(|| late_quote(text, &split, hints));
    let options = CsvOptions { quote: split.quote, ..CsvOptions::lazy_simple(split.delimiter) };
    let rows = Rows::new(text, &options, SAMPLE_ROWS);
    let mut guesses = vec![Guess::new(); split.columns];
    let mut records = (0..rows.len()).map(|r| rows.fields(r)).filter(|f| !is_blank(f));
    let first = records.next()?;
    let mut count = 0u64;
    for fields in records {
        count += 1;
        guesses.iter_mut().zip(&fields).for_each(|(g, f)| g.see(&unquoted(f, split.quote)));
    }
    let first: Vec<Cow<'_, [u8]>> = first.iter().map(|f| unquoted(f, split.quote)).collect();
    let header = hints.header.unwrap_or_else(|| is_header(&first, &guesses));
    if !header {
        count += 1;
        guesses.iter_mut().zip(&first).for_each(|(g, f)| g.see(f));
    }
    let names = match (&hints.columns[..], header) {
        ([], true) => header_names(&first, split.columns),
        ([], false) => (0..split.columns).map(|i| format!("col{i}")).collect(),
        (given, _) => given_names(given, split.columns),
    };
    let types = guesses.iter().map(|g| g.ty().unwrap_or(HiveType::Void));
    let columns = names.into_iter().zip(types).collect();

    let mut inference = Inference::new(Classification::Csv, text.compression);
    inference.measure(count, rows.end(), text.plain.len(), text.stored);
    inference.row_count = (!text.cut && rows.end() == text.plain.len()).then_some(count);
    inference.header = header;
    inference.delimiter = Some(split.delimiter);
    inference.quote = split.quote;
    inference.columns = columns;
    inference.format =
        Some(Format::Csv(CsvOptions { skip_header_lines: usize::from(header), ..options }));
    Some(inference)
}

/// The split with most rows alike; of equals the earlier delimiter, quotes before none.
fn best_split(text: &Text<'_>, hints: &CsvHints) -> Option<Split> {
    let delimiters = hints.delimiter.map_or(DELIMITERS.to_vec(), |d| vec![d]);
    let quote = hints.quote.unwrap_or(b'"');
    let mut best: Option<Split> = None;
    let quotes: &[Option<u8>] = match text.plain.contains(&quote) {
        true => &[Some(quote), None],
        false => &[None],
    };
    for &quote in quotes {
        for &delimiter in delimiters.iter().filter(|d| Some(**d) != quote) {
            let Some(split) = try_split(text, delimiter, quote, hints) else { continue };
            if best.as_ref().is_none_or(|b| split.alike > b.alike) {
                best = Some(split);
            }
        }
        // Without quotes only if with them nothing fits.
        if best.is_some() {
            break;
        }
    }
    best
}

fn try_split(text: &Text<'_>, delimiter: u8, quote: Option<u8>, hints: &CsvHints) -> Option<Split> {
    let options = CsvOptions { quote, ..CsvOptions::lazy_simple(delimiter) };
    let rows = Rows::new(text, &options, TRIAL_ROWS);
    let widths: Vec<usize> = (0..rows.len())
        .map(|r| rows.fields(r))
        .filter(|fields| !is_blank(fields))
        .map(|fields| fields.len())
        .collect();
    let columns = *widths.first()?;
    let fitting = widths.iter().filter(|w| **w == columns).count();
    let alike = fitting as f64 / widths.len() as f64;
    // A hint makes up for one row or column too few; nothing does for rows unlike each other.
    let rows_min = if hints.delimiter.is_some() || hints.header.is_some() { 1 } else { 2 };
    let columns_min = if hints.single_column { 1 } else { 2 };
    let quoted_somewhere = quote
        .filter(|q| (0..rows.len()).any(|r| rows.fields(r).iter().any(|f| f.first() == Some(q))));
    let fits = widths.len() >= rows_min
        && (columns_min..=COLUMNS_MAX).contains(&columns)
        // In a short file one odd row is not yet a sign.
        && (alike >= ALIKE_MIN || (fitting >= 3 && fitting + 1 == widths.len()));
    fits.then_some(Split { delimiter, quote: quoted_somewhere, columns, alike })
}

/// The quote of a text none of whose first rows needed it: it is one if a later row has a field
/// between two, and if with it no fewer rows are as wide as they should be.
fn late_quote(text: &Text<'_>, split: &Split, hints: &CsvHints) -> Option<u8> {
    let quote = hints.quote.unwrap_or(b'"');
    if quote == split.delimiter || !text.plain.contains(&quote) {
        return None;
    }
    let rows_with = |quote: Option<u8>| {
        let options = CsvOptions { quote, ..CsvOptions::lazy_simple(split.delimiter) };
        Rows::new(text, &options, SAMPLE_ROWS)
    };
    let alike = |rows: &Rows<'_>| {
        let fitting = (0..rows.len()).filter(|r| rows.fields(*r).len() == split.columns).count();
        fitting as f64 / rows.len().max(1) as f64
    };
    let closed = |field: &&[u8]| field.len() > 1 && field[0] == quote && field.ends_with(&[quote]);
    let rows = rows_with(Some(quote));
    let quoted = (0..rows.len()).any(|r| rows.fields(r).iter().any(&closed));
    (quoted && alike(&rows) >= alike(&rows_with(None))).then_some(quote)
}

/// Rows of a text, split.
struct Rows<'a> {
    plain: &'a [u8],
    index: Index,
}

impl<'a> Rows<'a> {
    fn new(text: &Text<'a>, options: &CsvOptions, max: usize) -> Self {
        let mut index = Index::default();
        let plain = text.plain;
        // Blocks are scanned to their end, so a few rows more than asked for may be found.
        let reached = Scanner::new(options).scan(plain, 0, true, max, &mut index);
        let end = index.ends.last().map_or(0, |e| *e as usize + 1);
        // The last row of a cut text may be cut itself.
        if !text.cut && reached == plain.len() && end < plain.len() {
            index.ends.push(plain.len() as u32);
            index.rows.push(index.ends.len() as u32);
        }
        Rows { plain, index }
    }

    fn len(&self) -> usize {
        self.index.rows.len()
    }

    /// Where the last row ends.
    fn end(&self) -> usize {
        match self.index.rows.last() {
            Some(n) => (self.index.ends[*n as usize - 1] as usize + 1).min(self.plain.len()),
            None => 0,
        }
    }

    /// A row's fields as they stand, without the line end.
    fn fields(&self, row: usize) -> Vec<&'a [u8]> {
        let first = if row == 0 { 0 } else { self.index.rows[row - 1] as usize };
        let ends = &self.index.ends[first..self.index.rows[row] as usize];
        let mut start = if first == 0 { 0 } else { self.index.ends[first - 1] as usize + 1 };
        let mut fields = Vec::with_capacity(ends.len());
        for end in ends {
            fields.push(&self.plain[start..*end as usize]);
            start = *end as usize + 1;
        }
        if let Some(last) = fields.last_mut() {
            *last = last.strip_suffix(b"\r").unwrap_or(last);
        }
        fields
    }
}

fn is_blank(fields: &[&[u8]]) -> bool {
    fields.len() == 1 && fields[0].trim_ascii().is_empty()
}

fn unquoted(field: &[u8], quote: Option<u8>) -> Cow<'_, [u8]> {
    let Some(quote) = quote else { return field.into() };
    let Some(inner) = field.strip_prefix(&[quote]) else { return field.into() };
    let inner = inner.strip_suffix(&[quote]).unwrap_or(inner);
    if !inner.contains(&quote) {
        return inner.into();
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut after_quote = false;
    for byte in inner {
        if *byte == quote && !after_quote {
            after_quote = true;
            continue;
        }
        after_quote = false;
        plain.push(*byte);
    }
    plain.into()
}

fn is_header(first: &[Cow<'_, [u8]>], below: &[Guess]) -> bool {
    let text = |(i, field): (usize, &Cow<'_, [u8]>)| {
        let last = i + 1 == first.len();
        let trimmed = field.trim_ascii();
        if trimmed.is_empty() {
            return last;
        }
        let mut guess = Guess::new();
        guess.see(field);
        let chars = String::from_utf8_lossy(trimmed).chars().count();
        // A missing marker is data, not a name.
        guess.ty() == Some(HiveType::String) && (last || chars < HEADER_CHARS_MAX)
    };
    first.iter().enumerate().all(text)
        && below.iter().any(|g| g.ty().is_some_and(|ty| ty != HiveType::String))
}

/// Lower case as catalogs keep names, control characters gone, each name once.
fn header_names(first: &[Cow<'_, [u8]>], columns: usize) -> Vec<String> {
    let names = (0..columns).map(|i| {
        let raw = first.get(i).map(|f| String::from_utf8_lossy(f)).unwrap_or_default();
        raw.trim().chars().filter(|c| !c.is_control()).collect::<String>()
    });
    distinct(names.collect())
}

fn given_names(given: &[String], columns: usize) -> Vec<String> {
    distinct((0..columns).map(|i| given.get(i).cloned().unwrap_or_default()).collect())
}

/// Names in lower case; the nameless are called by their place, a repeated name gets a number.
fn distinct(names: Vec<String>) -> Vec<String> {
    let names: Vec<String> = names
        .into_iter()
        .enumerate()
        .map(|(i, name)| if name.is_empty() { format!("col{i}") } else { name.to_lowercase() })
        .collect();
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    let mut seen: HashMap<String, usize> = HashMap::new();
    names
        .into_iter()
        .map(|name| {
            let times = seen.entry(name.clone()).or_insert(0);
            *times += 1;
            if *times == 1 {
                return name;
            }
            loop {
                let candidate = format!("{name}_{}", *times - 1);
                if taken.insert(candidate.clone()) {
                    return candidate;
                }
                *times += 1;
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_distinct() {
        let names = ["A", "a", "", "a_1", "A", "b c"].map(str::to_owned).to_vec();
        assert_eq!(distinct(names), ["a", "a_2", "col2", "a_1", "a_3", "b c"]);
    }

    #[test]
    fn quotes_are_taken_off() {
        for (field, want) in [
            ("\"a\"", "a"),
            ("\"a \"\"b\"\"\"", "a \"b\""),
            ("a\"b", "a\"b"),
            ("\"", ""),
            ("\"x", "x"),
        ] {
            let plain = unquoted(field.as_bytes(), Some(b'"'));
            assert_eq!(String::from_utf8_lossy(&plain), want, "{field}");
        }
    }
}
