//! Delimited text.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::feed::{Feed, utf8};
use super::{CsvInput, Headers, Input, ScanRange, Source, scan_range};
use crate::bind::Shape;
use crate::code::{Code, Result};

/// The fields of a record.
#[derive(Default)]
pub(crate) struct Fields {
    /// All of them, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Fields {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index {
            0 => 0,
            index => self.ends[index - 1],
        };
        self.text.get(start..end)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

pub(crate) struct CsvReader {
    options: CsvInput,
    delimiter: Vec<u8>,
    feed: Feed,
    range: ScanRange,
    names: Option<Vec<String>>,
    fields: Fields,
    /// The first record was read to learn its width, and is still to be handed out.
    pending: bool,
    /// Columns of the first record; `None` where there is no record.
    width: Option<usize>,
}

impl CsvReader {
    pub fn open(options: &CsvInput, input: &Input, source: Arc<dyn Source>) -> Result<Self> {
        let range = scan_range(input, source.size())?;
        let delimiter = options.record_delimiter.clone().unwrap_or_else(|| b"\n".to_vec());
        let mut reader = Self {
            options: options.clone(),
            delimiter,
            feed: Feed::new(Arc::clone(&source), input.compression, 0)?,
            range: ScanRange { first: 0, last: u64::MAX },
            names: None,
            fields: Fields::default(),
            pending: false,
            width: None,
        };
        let headers = options.headers;
        if headers != Headers::None || range.first == 0 {
            reader.feed.skip_mark()?;
        }
        if headers != Headers::None && reader.advance()? {
            reader.width = Some(reader.fields.len());
            if headers == Headers::Use {
                reader.names = Some(reader.fields.iter().map(str::to_owned).collect());
            }
        }
        reader.range = range;
        if range.first > reader.feed.offset() {
            // A record begins where one ends, so one may begin at the first byte.
            let from = range.first - (reader.delimiter.len() as u64).min(range.first);
            let before = reader.feed.bytes();
            reader.feed = Feed::new(source, input.compression, from)?;
            reader.feed.count(before);
            let delimiter = reader.delimiter.clone();
            reader.feed.skip_past(&delimiter)?;
        }
        if headers != Headers::Use {
            reader.pending = reader.advance()?;
            if reader.pending && headers == Headers::None {
                reader.width = Some(reader.fields.len());
            }
        }
        Ok(reader)
    }

    pub fn shape(&self) -> Option<Shape<'_>> {
        let width = self.width?;
        Some(Shape::Fields { names: self.names.as_deref(), width })
    }

    /// What the header calls the columns.
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    pub fn bytes(&self) -> (u64, u64) {
        self.feed.bytes()
    }

    pub fn advance(&mut self) -> Result<bool> {
        if std::mem::take(&mut self.pending) {
            return Ok(true);
        }
        loop {
            if self.feed.offset() > self.range.last {
                return Ok(false);
            }
            let Some((length, taken)) = self.record()? else { return Ok(false) };
            let offset = self.feed.offset();
            let record = &self.feed.rest()[..length];
            let comment = self.options.comment.is_some_and(|c| record.first() == Some(&c));
            let blank = record.is_empty();
            if !blank && !comment {
                let text = utf8(record, offset)?;
                parse(text, &self.options, &mut self.fields)?;
            }
            self.feed.consume(taken);
            if !blank && !comment {
                return Ok(true);
            }
        }
    }

    /// The length of the next record, and that with its delimiter; `None` at the end.
    fn record(&mut self) -> Result<Option<(usize, usize)>> {
        let mut searched = 0;
        loop {
            let rest = self.feed.rest();
            let found = match self.options.quoted_delimiters {
                true => find_outside_quotes(rest, &self.delimiter, &self.options),
                false => {
                    let from = searched;
                    memmem::find(&rest[from..], &self.delimiter).map(|at| from + at)
                }
            };
            if let Some(at) = found {
                Feed::check_length(at)?;
                return Ok(Some((self.without_return(at), at + self.delimiter.len())));
            }
            searched = rest.len().saturating_sub(self.delimiter.len() - 1);
            Feed::check_length(searched)?;
            if !self.feed.fill()? {
                let length = self.feed.rest().len();
                let record = (self.without_return(length), length);
                return Ok((length > 0).then_some(record));
            }
        }
    }

    /// A record without the carriage return before its end, unless its end was chosen.
    fn without_return(&self, length: usize) -> usize {
        let ends = length > 0 && self.feed.rest().get(length - 1) == Some(&b'\r');
        length - usize::from(ends && self.options.record_delimiter.is_none())
    }
}

/// Where a record ends whose quotes may hold delimiters.
fn find_outside_quotes(rest: &[u8], delimiter: &[u8], options: &CsvInput) -> Option<usize> {
    let Some(quote) = options.quote else { return memmem::find(rest, delimiter) };
    let first = *delimiter.first()?;
    let (mut at, mut inside, mut begins) = (0, false, true);
    while let Some(&byte) = rest.get(at) {
        if inside {
            let escapes = options.escape == Some(byte);
            match byte {
                // An escape that is a quote too escapes another quote only.
                byte if escapes && byte == quote => match rest.get(at + 1) {
                    Some(&next) if next == quote => at += 1,
                    _ => inside = false,
                },
                _ if escapes => at += 1,
                byte if byte == quote => inside = false,
                _ => {}
            }
            begins = false;
        } else if byte == first && rest[at..].starts_with(delimiter) {
            return Some(at);
        } else if byte == quote && begins {
            inside = true;
            begins = false;
        } else {
            begins = byte == options.field_delimiter;
        }
        at += 1;
    }
    None
}

/// Cuts a record into its fields.
fn parse(record: &str, options: &CsvInput, fields: &mut Fields) -> Result<()> {
    fields.text.clear();
    fields.ends.clear();
    let bytes = record.as_bytes();
    let mut at = 0;
    loop {
        if options.quote.is_some() && bytes.get(at).copied() == options.quote {
            at = parse_quoted(record, at + 1, options, fields)?;
        } else {
            let rest = &bytes[at..];
            let end = at + memchr(options.field_delimiter, rest).unwrap_or(rest.len());
            fields.text.push_str(&record[at..end]);
            at = end;
        }
        fields.ends.push(fields.text.len());
        if at >= bytes.len() {
            return Ok(());
        }
        // Past the delimiter.
        at += 1;
    }
}

/// The rest of a field in quotes; where it ends, at a delimiter or at the end.
fn parse_quoted(
    record: &str,
    from: usize,
    options: &CsvInput,
    fields: &mut Fields,
) -> Result<usize> {
    let bytes = record.as_bytes();
    let (mut at, mut start) = (from, from);
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let escapes = options.escape == Some(byte);
        if escapes && (next == options.quote || (next == options.escape && next.is_some())) {
            fields.text.push_str(&record[start..at]);
            start = at + 1;
            at += 2;
        } else if options.quote == Some(byte) {
            fields.text.push_str(&record[start..at]);
            return match next {
                None => Ok(at + 1),
                Some(next) if next == options.field_delimiter => Ok(at + 1),
                Some(_) => Err(Code::CSVUnescapedQuote.into()),
            };
        } else {
            at += 1;
        }
    }
    // The quote is open where the record ends.
    match options.quoted_delimiters {
        true => Err(Code::CSVParsingError.into()),
        false => Err(Code::CSVEscapingRecordDelimiter.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(record: &str, options: &CsvInput) -> Vec<String> {
        let mut fields = Fields::default();
        match parse(record, options, &mut fields) {
            Ok(()) => fields.iter().map(str::to_owned).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn records_are_cut_into_fields() {
        let plain = CsvInput::default();
        assert_eq!(fields("a,b,,d", &plain), ["a", "b", "", "d"]);
        assert_eq!(fields("a,", &plain), ["a", ""]);
        assert_eq!(fields(r##""a,b","c ""d""","""##, &plain), ["a,b", "c \"d\"", ""]);
        assert_eq!(fields("ä\"b,c", &plain), ["ä\"b", "c"]);
        assert!(fields(r#""a"b,c"#, &plain)[0].starts_with("CSVUnescapedQuote"));
        assert!(fields(r#""open,c"#, &plain)[0].starts_with("CSVEscapingRecordDelimiter"));
        let slash = CsvInput { escape: Some(b'\\'), ..CsvInput::default() };
        assert_eq!(fields(r#""a\"b\\",c\d"#, &slash), ["a\"b\\", "c\\d"]);
        let none = CsvInput { quote: None, ..CsvInput::default() };
        assert_eq!(fields(r#""a,b""#, &none), ["\"a", "b\""]);
    }
}
