//! Opening one file: what it is, by custom classifiers first and built-in ones after.
//!
//! A file is read from its beginning, a piece of bounded size; Parquet and ORC say what they are at their
//! ends.

use std::sync::Arc;

use aquifer_formats::{
    Classification, Compression, CsvHints, Decompressor, Grok, Inference, ParquetTail, Progress,
    infer, infer_lines, infer_with, infer_xml, orc_tail, parquet_tail,
};
use platform::{Bytes, Ctx, Fail};
use s3_api::{Client, GetObjectInput};

use super::json_path::JsonPath;
use super::logs;

/// Bytes read from the beginning of a file.
const HEAD: u64 = 1 << 20;
/// Bytes first read from the end of a file that says there what it is.
const TAIL: u64 = 64 << 10;
/// Decompressed bytes in which a JSON path is looked for.
const PLAIN_MAX: usize = 4 << 20;

/// How tables of delimited files are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Serde {
    /// With quotes if files have them.
    #[default]
    Auto,
    OpenCsv,
    LazySimple,
    /// The classifier wants none named.
    Bare,
}

/// What a file is.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub inference: Inference,
    pub serde: Serde,
    /// Where a custom classifier found the records.
    pub json_path: Option<String>,
    /// The expression that reads its lines.
    pub lines: Option<Arc<Lines>>,
    /// The elements that are its rows.
    pub elements: Option<Arc<Elements>>,
    /// Whether it is a log of calls, as CloudTrail writes them.
    pub trail: bool,
}

/// Elements of XML that are rows, as a custom classifier has it.
#[derive(Debug)]
pub(crate) struct Elements {
    pub tag: String,
    /// What files of this kind are called.
    pub classification: String,
}

/// Lines of text and how to read them, as a custom classifier has it.
#[derive(Debug)]
pub(crate) struct Lines {
    pub grok: Grok,
    /// What files of this kind are called.
    pub classification: String,
    pub expression: String,
    /// Patterns that come with the expression.
    pub patterns: Option<String>,
}

impl Look {
    /// As a built-in classifier sees it.
    pub fn plain(inference: Inference) -> Look {
        let (serde, json_path, lines, elements) = (Serde::Auto, None, None, None);
        Look { inference, serde, json_path, lines, elements, trail: false }
    }
}

/// A custom classifier, ready for use.
#[derive(Clone, Debug)]
pub(crate) enum Classifier {
    Csv { hints: CsvHints, serde: Serde },
    Json { path: JsonPath },
    Lines(Arc<Lines>),
    Elements(Arc<Elements>),
}

/// A file to be opened.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub bucket: String,
    pub key: String,
    pub size: u64,
}

impl Source {
    /// Its name for people.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// Opens a file.
///
/// # Errors
/// Why it cannot be read, or that no classifier knows it; in words for the log.
pub(crate) async fn open(
    ctx: &Ctx,
    source: &Source,
    classifiers: Arc<Vec<Classifier>>,
) -> Result<Look, String> {
    let head = read(ctx, source, 0, source.size.min(HEAD)).await.map_err(told)?;
    let full = head.len() as u64 == source.size;
    if head.starts_with(b"PAR1") {
        let footer = |tail: &[u8], size| parquet_tail(tail, size).map_err(|why| why.to_string());
        return footed(ctx, source, head, full, footer).await;
    }
    if is_orc(&head) {
        return footed(ctx, source, head, full, orc_tail).await;
    }
    let name = source.key.clone();
    // Decompressing and guessing takes milliseconds: not on the threads that serve requests.
    let work = ctx.spawn_blocking("classify", move || classify(&head, &name, full, &classifiers));
    work.await.map_err(|_| "the classifier failed".to_owned())?
}

fn classify(
    head: &Bytes,
    name: &str,
    full: bool,
    classifiers: &[Classifier],
) -> Result<Look, String> {
    for classifier in classifiers {
        if let Some(look) = custom(classifier, head, name, full) {
            return Ok(look);
        }
    }
    let inference = infer(head, name, full);
    match inference.classification {
        Classification::Unknown | Classification::Csv => match logs::known(head, name, full) {
            Some(look) => Ok(look),
            None if inference.classification == Classification::Csv => Ok(Look::plain(inference)),
            None => Err(unknown(head, name, full)),
        },
        Classification::Json => {
            Ok(logs::trail(&inference, head, name, full).unwrap_or(Look::plain(inference)))
        }
        Classification::Parquet => Ok(Look::plain(inference)),
        Classification::Avro if !inference.columns.is_empty() => Ok(Look::plain(inference)),
        other => Err(format!("files of format {} are not read by this version", other.name())),
    }
}

fn custom(classifier: &Classifier, head: &Bytes, name: &str, full: bool) -> Option<Look> {
    match classifier {
        Classifier::Csv { hints, serde } => {
            let inference = infer_with(head, name, full, Some(hints));
            let theirs = inference.classification == Classification::Csv
                && hints.delimiter.is_none_or(|d| inference.delimiter == Some(d))
                && hints.header.is_none_or(|header| inference.header == header);
            theirs.then_some(Look { serde: *serde, ..Look::plain(inference) })
        }
        Classifier::Json { path } => {
            let compression = Compression::detect(head, name).ok()?;
            let plain = plain(compression, head);
            let records = path.find(&plain)?;
            let mut inference = infer(records, "records.json", full);
            if inference.classification != Classification::Json {
                return None;
            }
            inference.compression = compression;
            let json_path = Some(path.to_string());
            Some(Look { json_path, ..Look::plain(inference) })
        }
        Classifier::Lines(lines) => {
            let inference = infer_lines(head, name, full, &lines.grok)?;
            Some(Look { lines: Some(Arc::clone(lines)), ..Look::plain(inference) })
        }
        Classifier::Elements(elements) => {
            let inference = infer_xml(head, name, full, &elements.tag)?;
            Some(Look { elements: Some(Arc::clone(elements)), ..Look::plain(inference) })
        }
    }
}

/// As much of a head as decompresses.
pub(super) fn plain(compression: Compression, head: &Bytes) -> Vec<u8> {
    let mut plain = Vec::new();
    let Ok(mut decompressor) = Decompressor::new(compression) else { return plain };
    decompressor.feed(head.clone());
    while plain.len() < PLAIN_MAX {
        let room = PLAIN_MAX - plain.len();
        match decompressor.read(&mut plain, room) {
            Ok(Progress::More) => {}
            Ok(Progress::Starved) | Err(_) => break,
        }
    }
    plain
}

/// Why nothing is known of a file: damage with its place if it is damaged.
fn unknown(head: &Bytes, name: &str, full: bool) -> String {
    let compression = match Compression::detect(head, name) {
        Ok(compression) => compression,
        Err(error) => return error.to_string(),
    };
    if let Ok(mut decompressor) = Decompressor::new(compression) {
        let mut plain = Vec::new();
        decompressor.feed(head.clone());
        let mut seen = 0;
        let mut starved = false;
        while seen < PLAIN_MAX && !starved {
            plain.clear();
            match decompressor.read(&mut plain, 256 << 10) {
                Ok(progress) => starved = progress == Progress::Starved,
                Err(error) => return error.to_string(),
            }
            seen += plain.len();
        }
        if full
            && starved
            && let Err(error) = decompressor.finish()
        {
            return error.to_string();
        }
    }
    "no classifier recognizes its format".to_owned()
}

/// Whether a file is ORC rather than text that begins so: text has no such signs.
fn is_orc(head: &[u8]) -> bool {
    const LOOKED_AT: usize = 256;
    head.strip_prefix(b"ORC").is_some_and(|rest| rest.iter().take(LOOKED_AT).any(|b| *b < 9))
}

/// A file that says what it is at its end.
async fn footed(
    ctx: &Ctx,
    source: &Source,
    head: Bytes,
    full: bool,
    footer: impl Fn(&[u8], u64) -> Result<ParquetTail, String>,
) -> Result<Look, String> {
    let mut tail = head;
    let mut length = if full { source.size } else { source.size.min(TAIL) };
    loop {
        if !full {
            tail = read(ctx, source, source.size - length, length).await.map_err(told)?;
        }
        match footer(&tail, source.size)? {
            ParquetTail::Done(inference) => return Ok(Look::plain(*inference)),
            ParquetTail::Need(more) if more > length && more <= source.size && !full => {
                length = more;
            }
            ParquetTail::Need(_) => return Err("its footer does not end where it says".to_owned()),
        }
    }
}

/// Reads a range of a file.
pub(super) async fn read(
    ctx: &Ctx,
    source: &Source,
    from: u64,
    length: u64,
) -> Result<Bytes, Fail> {
    let input = GetObjectInput {
        bucket: source.bucket.clone(),
        key: source.key.clone(),
        range: Some(format!("bytes={from}-{}", from + length.max(1) - 1)),
        ..GetObjectInput::default()
    };
    let answer = Client::get_object(ctx, input).await?;
    Ok(answer.body.collect(usize::try_from(length).unwrap_or(usize::MAX)).await?)
}

pub(super) fn told(fail: Fail) -> String {
    format!("{}: {}", fail.code(), fail.message())
}
