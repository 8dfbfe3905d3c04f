//! A file's plain bytes, as they are wanted.

use std::sync::Arc;

use aquifer_formats::{Compression, Decompressor, Progress};

use super::Source;
use crate::RECORD_MAX;
use crate::code::{Code, Error, Result};

/// Bytes read at first, so that a query of a few records reads little.
const CHUNK_FIRST: u64 = 64 << 10;
const CHUNK: u64 = 1 << 20;
/// Plain bytes drawn from a decompressor at a time.
const ROOM: usize = 256 << 10;

pub(super) struct Feed {
    source: Arc<dyn Source>,
    /// The next byte to read.
    next: u64,
    decompressor: Option<Decompressor>,
    buffer: Vec<u8>,
    /// How much of the buffer is used up.
    used: usize,
    /// Where the first byte that is not used up stands, among the plain ones.
    offset: u64,
    scanned: u64,
    processed: u64,
    ended: bool,
}

impl Feed {
    pub fn new(source: Arc<dyn Source>, compression: Compression, from: u64) -> Result<Self> {
        let decompressor = match compression {
            Compression::None => None,
            Compression::Gzip | Compression::Bzip2 => Some(
                Decompressor::new(compression)
                    .map_err(|_| Error::from(Code::InvalidCompressionFormat))?,
            ),
            _ => return Err(Code::InvalidCompressionFormat.into()),
        };
        Ok(Self {
            source,
            next: from,
            decompressor,
            buffer: Vec::new(),
            used: 0,
            offset: from,
            scanned: 0,
            processed: 0,
            ended: false,
        })
    }

    /// What is there and not used up.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Uses bytes up.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.buffer.len() - self.used);
        self.used += count;
        self.offset += count as u64;
    }

    /// Bytes read, and plain bytes they came to.
    pub fn bytes(&self) -> (u64, u64) {
        (self.scanned, self.processed)
    }

    /// Counts what was read before.
    pub fn count(&mut self, (scanned, processed): (u64, u64)) {
        self.scanned += scanned;
        self.processed += processed;
    }

    /// Gets more; false at the end.
    pub fn fill(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.used);
        self.used = 0;
        let Some(mut decompressor) = self.decompressor.take() else {
            return match self.chunk()? {
                None => Ok(false),
                Some(chunk) => {
                    self.processed += chunk.len() as u64;
                    self.buffer.extend_from_slice(&chunk);
                    Ok(true)
                }
            };
        };
        let more = self.draw(&mut decompressor);
        self.decompressor = Some(decompressor);
        more
    }

    fn draw(&mut self, decompressor: &mut Decompressor) -> Result<bool> {
        loop {
            let before = self.buffer.len();
            let progress = decompressor.read(&mut self.buffer, ROOM);
            let drawn = self.buffer.len() - before;
            self.processed += drawn as u64;
            let corrupt = match self.processed {
                0 => Code::InvalidCompressionFormat,
                _ => Code::TruncatedInput,
            };
            let progress = progress.map_err(|_| Error::from(corrupt))?;
            if drawn > 0 {
                return Ok(true);
            }
            if progress == Progress::More {
                continue;
            }
            match self.chunk()? {
                Some(chunk) => decompressor.feed(chunk),
                None => {
                    decompressor.finish().map_err(|_| Error::from(Code::TruncatedInput))?;
                    return Ok(false);
                }
            }
        }
    }

    /// The next bytes as they are stored.
    fn chunk(&mut self) -> Result<Option<bytes::Bytes>> {
        let size = self.source.size();
        if self.next >= size {
            self.ended = true;
            return Ok(None);
        }
        let step = if self.scanned == 0 { CHUNK_FIRST } else { CHUNK };
        let range = self.next..size.min(self.next + step);
        let chunk = self.source.read(range.clone()).map_err(Error::Source)?;
        self.next = range.end;
        self.scanned += range.end - range.start;
        Ok(Some(chunk))
    }

    /// Refuses a record that is longer than any may be.
    pub fn check_length(length: usize) -> Result<()> {
        if length <= RECORD_MAX {
            return Ok(());
        }
        Err(Error::new(
            Code::OverMaxRecordSize,
            "The character number in one record is more than our max threshold, \
             maxCharsPerRecord: 1,048,576",
        ))
    }

    /// Skips what marks a file as UTF-8.
    pub fn skip_mark(&mut self) -> Result<()> {
        while self.rest().len() < 3 && self.fill()? {}
        if self.rest().starts_with(b"\xef\xbb\xbf") {
            self.consume(3);
        }
        Ok(())
    }

    /// Goes behind the next of a delimiter, wherever that is.
    pub fn skip_past(&mut self, delimiter: &[u8]) -> Result<()> {
        loop {
            if let Some(at) = memchr::memmem::find(self.rest(), delimiter) {
                self.consume(at + delimiter.len());
                return Ok(());
            }
            let keep = self.rest().len().min(delimiter.len() - 1);
            self.consume(self.rest().len() - keep);
            if !self.fill()? {
                self.consume(self.rest().len());
                return Ok(());
            }
        }
    }
}

/// What is not UTF-8 is named by its place.
pub(super) fn utf8(bytes: &[u8], offset: u64) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let near = offset + error.valid_up_to() as u64;
        let message = format!(
            "UTF-8 encoding is required. The text encoding error was found near byte {near}."
        );
        Error::new(Code::InvalidTextEncoding, message)
    })
}
