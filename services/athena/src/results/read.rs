//! Reading a page of a result back: from its first byte on, no further than its last row.

use futures::StreamExt;
use platform::{Bytes, Ctx, Fail};
use s3_api::{Client, GetObjectInput};

use super::Description;
use crate::encryption::{Opener, TAG};
use crate::uri::S3Uri;

/// A description larger than this is not one of ours.
const DESCRIPTION_MAX: usize = 16 << 20;
/// A row larger than this is refused rather than held in memory.
const ROW_MAX: usize = 64 << 20;

/// A page of rows: values, NULL where there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub rows: Vec<Vec<Option<String>>>,
    /// Where the next page starts, if there is one.
    pub next: Option<u64>,
}

/// A result's description and its rows from a byte on.
pub(crate) async fn read(
    ctx: &Ctx,
    file: &S3Uri,
    from: u64,
    limit: usize,
) -> Result<(Description, Rows), Fail> {
    let key = format!("{}.metadata", file.key);
    let described = S3Uri { bucket: file.bucket.clone(), key };
    let found = Client::get_object(ctx, get(&described, 0)).await?;
    let opener = Opener::new(ctx, found.metadata.as_ref()).await?;
    let mut bytes = found.body.collect(DESCRIPTION_MAX).await?.to_vec();
    if let Some(mut opener) = opener {
        let tag = bytes.split_off(bytes.len().saturating_sub(TAG as usize));
        opener.open(&mut bytes);
        if !opener.ends_with(&tag) {
            return Err(crate::error::invalid("The encrypted result was changed."));
        }
    }
    let description: Description = serde_json::from_slice(&bytes).map_err(Fail::internal)?;
    if description.update_count.is_some() || description.columns.is_empty() {
        return Ok((description, Rows::default()));
    }
    let found = match Client::get_object(ctx, get(file, from)).await {
        Ok(found) => found,
        // The page after the last row of a file that someone cut meanwhile.
        Err(fail) if fail.is("InvalidRange") => return Ok((description, Rows::default())),
        Err(fail) => return Err(fail),
    };
    let mut opener = Opener::new(ctx, found.metadata.as_ref()).await?;
    let size = from + found.content_length.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let size = size - opener.as_ref().map_or(0, |_| TAG.min(size - from));
    if let Some(opener) = &mut opener {
        opener.seek(from);
    }
    let mut left = size - from;
    let mut parser = Parser::new(description.rows, limit);
    let mut body = found.body;
    while let Some(chunk) = body.next().await {
        let mut chunk: Bytes = chunk?;
        if let Some(opener) = &mut opener {
            let mut own =
                chunk[..usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len())].to_vec();
            left -= own.len() as u64;
            opener.open(&mut own);
            chunk = own.into();
        }
        if parser.feed(&chunk)? {
            break;
        }
    }
    Ok((description, parser.finish(from, size)))
}

fn get(file: &S3Uri, from: u64) -> GetObjectInput {
    GetObjectInput {
        bucket: file.bucket.clone(),
        key: file.key.clone(),
        range: (from > 0).then(|| format!("bytes={from}-")),
        ..GetObjectInput::default()
    }
}

/// Takes rows off bytes as they come.
struct Parser {
    csv: bool,
    limit: usize,
    rows: Vec<Vec<Option<String>>>,
    row: Vec<Option<String>>,
    value: Vec<u8>,
    state: State,
    /// Bytes up to the end of the last whole row, and beyond it.
    done: u64,
    begun: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing of the value came.
    Start,
    /// Inside quotes.
    Quoted,
    /// After a quote inside quotes: the end, or the first of two.
    Quote,
    /// Outside quotes.
    Plain,
}

impl Parser {
    fn new(csv: bool, limit: usize) -> Self {
        let (rows, row, value) = (Vec::new(), Vec::new(), Vec::new());
        Self { csv, limit, rows, row, value, state: State::Start, done: 0, begun: 0 }
    }

    /// Takes bytes; answers whether there are rows enough.
    fn feed(&mut self, bytes: &[u8]) -> Result<bool, Fail> {
        for &byte in bytes {
            self.begun += 1;
            self.take(byte);
            if self.rows.len() == self.limit {
                return Ok(true);
            }
        }
        if self.value.len() > ROW_MAX {
            return Err(crate::error::invalid("A row of the result is too large to be returned."));
        }
        Ok(false)
    }

    fn take(&mut self, byte: u8) {
        if !self.csv {
            match byte {
                b'\n' => self.end_line(),
                byte => {
                    self.state = State::Plain;
                    self.value.push(byte);
                }
            }
            return;
        }
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::Quote,
            (State::Quoted, byte) => {
                self.value.push(byte);
                State::Quoted
            }
            (State::Quote, b'"') => {
                self.value.push(b'"');
                State::Quoted
            }
            (State::Start, b'"') => State::Quoted,
            (_, b',') => {
                self.end_value();
                State::Start
            }
            (_, b'\n') => {
                self.end_value();
                self.end_row();
                State::Start
            }
            (_, byte) => {
                self.value.push(byte);
                State::Plain
            }
        };
    }

    fn end_value(&mut self) {
        let value = std::mem::take(&mut self.value);
        let null = self.state == State::Start;
        // Results are text; anything else was not written by us.
        self.row.push((!null).then(|| String::from_utf8_lossy(&value).into_owned()));
    }

    fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
        self.done += std::mem::take(&mut self.begun);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.value);
        self.row.push(Some(String::from_utf8_lossy(&line).into_owned()));
        self.end_row();
        self.state = State::Start;
    }

    /// The page; `size` is where the file ends.
    fn finish(mut self, from: u64, size: u64) -> Rows {
        // A file may end without a line break.
        if self.rows.len() < self.limit && self.begun > 0 {
            if self.csv {
                self.end_value();
                self.end_row();
            } else {
                self.end_line();
            }
        }
        let next = Some(from + self.done).filter(|next| *next < size);
        Rows { rows: self.rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(csv: bool, text: &str, limit: usize, chunk: usize) -> Rows {
        let mut parser = Parser::new(csv, limit);
        for piece in text.as_bytes().chunks(chunk) {
            if parser.feed(piece).unwrap() {
                break;
            }
        }
        parser.finish(0, text.len() as u64)
    }

    #[test]
    fn rows_come_back_as_they_were_written() {
        let text = "\"a\",\"b\"\n\"say \"\"hi\"\",\nthere\",\n\"\",\"é\"\n";
        let some = |text: &str| Some(text.to_owned());
        for chunk in [1, 2, 3, 100] {
            let rows = page(true, text, 10, chunk);
            assert_eq!(
                rows.rows,
                [
                    vec![some("a"), some("b")],
                    vec![some("say \"hi\",\nthere"), None],
                    vec![some(""), some("é")],
                ]
            );
            assert_eq!(rows.next, None);
        }
    }

    #[test]
    fn pages_continue_where_the_last_one_ended() {
        let text = "\"a\"\n\n\"2\"\n";
        let first = page(true, text, 2, 3);
        assert_eq!(first.rows, [vec![Some("a".to_owned())], vec![None]]);
        assert_eq!(first.next, Some(5));
        let rest = page(true, &text[5..], 2, 3);
        assert_eq!(rest, Rows { rows: vec![vec![Some("2".to_owned())]], next: None });
        // A full last page ends the result.
        assert_eq!(page(true, text, 3, 100).next, None);
    }

    #[test]
    fn text_has_a_row_for_each_line() {
        let rows = page(false, "a\tb\n\n\"c", 10, 2);
        let lines: Vec<_> = rows.rows.into_iter().flatten().flatten().collect();
        assert_eq!(lines, ["a\tb", "", "\"c"]);
    }
}
