//! Queries over objects: what requests say of them, in the engine's words, and where the engine
//! reads.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_SelectObjectContent.html>

use std::io;
use std::ops::Range;
use std::sync::Arc;

use aquifer_object::{Held, Key, Objects};
use aquifer_select::{
    Code, Compression, CsvInput, CsvOutput, Error, Headers, Input, InputFormat, Output, ScanRange,
    Source,
};
use platform::{AccountId, Bytes, Closed, Fail, House, Result};
use s3_api::{
    CSVInput, CSVOutput, CompressionType, FileHeaderInfo, InputSerialization, JSONType,
    OutputSerialization, QuoteFields,
};
use tokio::sync::Semaphore;

use crate::model::Version;

/// Queries that compute at the same time; others wait for their turn, a step each.
const AT_ONCE: usize = 16;

/// Who may query, and how many at once.
pub(crate) struct Desk {
    closed: Closed,
    pub turns: Arc<Semaphore>,
}

impl Desk {
    pub fn new(house: &House) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE.min(house.threads.max(1) * 2)));
        Self { closed: house.closed.clone(), turns }
    }

    /// Refuses accounts that do not have Select, as AWS does since it gives it to nobody new.
    pub fn check(&self, account: AccountId) -> Result<()> {
        match self.closed.is_closed("s3:SelectObjectContent", account) {
            true => Err(Fail::new(
                "MethodNotAllowed",
                405,
                "The specified method is not allowed against this resource.",
            )),
            false => Ok(()),
        }
    }
}

/// An object that a query reads. Whoever overwrites it meanwhile does not disturb that.
pub(crate) struct ObjectSource {
    bytes: Held,
    size: u64,
}

impl ObjectSource {
    /// # Errors
    /// `NotFound` when the bytes are about to go, since another version took their place.
    pub fn open(
        objects: &Objects,
        version: &Version,
        key: Option<&Key>,
    ) -> Result<Self, aquifer_object::Error> {
        Ok(Self { bytes: objects.hold(&version.blob, key)?, size: version.size })
    }
}

impl Source for ObjectSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.bytes.read(range).map_err(io::Error::other)
    }
}

/// A failure of the engine.
pub(crate) fn refused(error: Error) -> Fail {
    match error {
        Error::Refused { code, message } => Fail::new(code.name(), 400, message),
        Error::Source(error) => match error.downcast::<aquifer_object::Error>() {
            Ok(error) => crate::error::from_objects(error),
            Err(error) => Fail::internal(error),
        },
    }
}

fn code(code: Code) -> Fail {
    refused(code.into())
}

fn missing(parameter: &str) -> Fail {
    let message =
        format!("{parameter} is required. Please check the service documentation and try again.");
    Fail::new("MissingRequiredParameter", 400, message)
}

/// A parameter of a request has no value that is known.
pub(crate) fn invalid(parameter: &str) -> Fail {
    let message = format!(
        "The value of {parameter} in the SelectRequest element is not valid. Check the service API \
         documentation and try again."
    );
    Fail::new("InvalidRequestParameter", 400, message)
}

fn conflict() -> Fail {
    Fail::new(
        "ObjectSerializationConflict",
        400,
        "InputSerialization specifies more than one format (CSV, JSON, or Parquet), or \
         OutputSerialization specifies more than one format (CSV or JSON). For InputSerialization \
         and OutputSerialization, you can specify only one format for each.",
    )
}

/// How the object is to be read.
pub(crate) fn input(said: &InputSerialization) -> Result<Input> {
    let compression = match said.compression_type {
        None | Some(CompressionType::None) => Compression::None,
        Some(CompressionType::Gzip) => Compression::Gzip,
        Some(CompressionType::Bzip2) => Compression::Bzip2,
    };
    let format = match (&said.csv, &said.json, &said.parquet) {
        (Some(csv), None, None) => InputFormat::Csv(csv_input(csv)?),
        (None, Some(json), None) => match json.r#type {
            Some(JSONType::Lines) => InputFormat::JsonLines,
            Some(JSONType::Document) => InputFormat::JsonDocument,
            None => return Err(missing("Type")),
        },
        (None, None, Some(_)) => match compression {
            Compression::None => InputFormat::Parquet,
            // Parquet is compressed column by column, never as a whole.
            _ => return Err(code(Code::InvalidCompressionFormat)),
        },
        (None, None, None) => {
            return Err(Fail::new(
                "InvalidDataSource",
                400,
                "The data source type is not valid. Only CSV, JSON, and Parquet are supported.",
            ));
        }
        _ => return Err(conflict()),
    };
    Ok(Input { format, compression, range: None })
}

fn csv_input(said: &CSVInput) -> Result<CsvInput> {
    let default = CsvInput::default();
    let record_delimiter = match said.record_delimiter.as_deref() {
        None => None,
        Some(text) if (1..=2).contains(&text.len()) => Some(text.as_bytes().to_vec()),
        Some(_) => return Err(invalid("RecordDelimiter")),
    };
    let field_delimiter = byte(said.field_delimiter.as_deref(), "FieldDelimiter")?;
    let field_delimiter = field_delimiter.unwrap_or(default.field_delimiter);
    let quote = optional(said.quote_character.as_deref(), "QuoteCharacter", default.quote)?;
    let parameter = "QuoteEscapeCharacter";
    let escape = optional(said.quote_escape_character.as_deref(), parameter, default.escape)?;
    if record_delimiter.as_ref().is_some_and(|bytes| bytes.contains(&field_delimiter))
        || quote == Some(field_delimiter)
    {
        return Err(invalid("FieldDelimiter"));
    }
    Ok(CsvInput {
        headers: match said.file_header_info {
            None | Some(FileHeaderInfo::None) => Headers::None,
            Some(FileHeaderInfo::Use) => Headers::Use,
            Some(FileHeaderInfo::Ignore) => Headers::Ignore,
        },
        field_delimiter,
        record_delimiter,
        quote,
        escape,
        comment: optional(said.comments.as_deref(), "Comments", None)?,
        quoted_delimiters: said.allow_quoted_record_delimiter == Some(true),
    })
}

/// A character of one byte.
fn byte(said: Option<&str>, parameter: &str) -> Result<Option<u8>> {
    match said.map(str::as_bytes) {
        None => Ok(None),
        Some(&[byte]) => Ok(Some(byte)),
        Some(_) => Err(invalid(parameter)),
    }
}

/// A character that may be said to be none.
fn optional(said: Option<&str>, parameter: &str, default: Option<u8>) -> Result<Option<u8>> {
    match said {
        Some("") => Ok(None),
        said => Ok(byte(said, parameter)?.or(default)),
    }
}

/// How results are to be written.
pub(crate) fn output(said: &OutputSerialization) -> Result<Output> {
    match (&said.csv, &said.json) {
        (Some(csv), None) => csv_output(csv).map(Output::Csv),
        (None, Some(json)) => {
            let record_delimiter = json.record_delimiter.clone();
            Ok(Output::Json { record_delimiter: record_delimiter.unwrap_or_else(|| "\n".into()) })
        }
        (None, None) => Err(missing("OutputSerialization")),
        (Some(_), Some(_)) => Err(conflict()),
    }
}

fn csv_output(said: &CSVOutput) -> Result<CsvOutput> {
    let default = CsvOutput::default();
    let quote = optional(said.quote_character.as_deref(), "QuoteCharacter", Some(b'"'))?;
    let parameter = "QuoteEscapeCharacter";
    let escape = optional(said.quote_escape_character.as_deref(), parameter, Some(b'"'))?;
    Ok(CsvOutput {
        field_delimiter: said.field_delimiter.clone().unwrap_or(default.field_delimiter),
        record_delimiter: said.record_delimiter.clone().unwrap_or(default.record_delimiter),
        quote: quote.map(char::from),
        escape: escape.map(char::from),
        quote_all: said.quote_fields == Some(QuoteFields::Always),
    })
}

/// The part of an object of `size` that is to be read.
pub(crate) fn range(said: &s3_api::ScanRange, size: u64) -> Result<ScanRange> {
    let offset = |value: i64| u64::try_from(value).map_err(|_| code(Code::InvalidScanRange));
    let (start, end) = (said.start.map(offset).transpose()?, said.end.map(offset).transpose()?);
    match (start, end) {
        (Some(first), Some(last)) => Ok(ScanRange { first, last }),
        (Some(first), None) => Ok(ScanRange { first, last: u64::MAX }),
        // An end alone counts from the end.
        (None, Some(0)) | (None, None) => Err(code(Code::InvalidScanRange)),
        (None, Some(last)) => Ok(ScanRange { first: size.saturating_sub(last), last: u64::MAX }),
    }
}
