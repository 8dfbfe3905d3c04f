//! `aws-chunked` bodies: taken apart as they arrive, each signature checked.
//!
//! ```text
//! 10000;chunk-signature=<64 hex>\r\n  <65536 bytes> \r\n      (the extension only if signed)
//! 0;chunk-signature=<64 hex>\r\n
//! x-amz-checksum-crc32c:sOO8/Q==\r\n                          (trailers, if announced)
//! x-amz-trailer-signature:<64 hex>\r\n                        (if signed)
//! \r\n
//! ```
//!
//! Data leave the decoder as slices of what was pushed, *before* the signature at hand is
//! checked, which needs the whole chunk: nothing of any size is held back or copied. Whoever
//! stores the data must therefore not commit them until [`ChunkDecoder::finish`] has agreed.
//!
//! Checksums in trailers are returned, not verified: the reader of the body computes them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>

use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::EMPTY_SHA256;
use crate::key::{SigningKey, sha256_hex};
use crate::presented::{ALGORITHM, PayloadHash, Presented};
use crate::verify::Verified;

/// Longest chunk header or trailer line, in bytes. A signed chunk header is about 100.
const LINE_LEN_MAX: usize = 1024;
/// Most trailers a body may have; AWS defines fewer than ten.
const TRAILERS_MAX: usize = 16;
/// Every chunk but the last holds at least this many bytes.
const CHUNK_LEN_MIN: u64 = 8192;

/// The body is not what its headers promised.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChunkError {
    /// The framing is broken at this byte of the encoded body.
    #[error("malformed chunked body at byte {position}: {what}")]
    Malformed {
        /// Offset into the encoded body.
        position: u64,
        /// What was expected there.
        what: &'static str,
    },
    /// A chunk's signature, or the trailer's, does not hold.
    #[error("the signature of the chunk ending at byte {position} does not match")]
    SignatureMismatch {
        /// Offset into the encoded body.
        position: u64,
    },
    /// The body ended too early.
    #[error("the body ended at byte {position}, before its last chunk")]
    Truncated {
        /// Length of the encoded body that arrived.
        position: u64,
    },
    /// The data are not as long as `x-amz-decoded-content-length` says.
    #[error("expected {expected} decoded bytes, found {found}")]
    LengthMismatch {
        /// The announced length.
        expected: u64,
        /// What was found; when too long, what was found so far.
        found: u64,
    },
    /// A chunk that is not the last holds less than 8 KiB.
    #[error("only the last chunk may hold less than 8192 bytes, chunk {index} holds {len}")]
    ChunkTooSmall {
        /// Number of the chunk, from zero.
        index: u64,
        /// Its length.
        len: u64,
    },
}

/// The chain of signatures through a streamed body: each signs its data and its predecessor.
#[derive(Debug, Clone)]
pub struct ChunkSignatures {
    key: SigningKey,
    amz_date: String,
    scope: String,
    previous: String,
}

impl ChunkSignatures {
    /// Continues from a verified request.
    pub fn after(presented: &Presented, verified: &Verified) -> ChunkSignatures {
        ChunkSignatures {
            key: verified.key.clone(),
            amz_date: presented.amz_date.clone(),
            scope: presented.scope(),
            previous: verified.seed.clone(),
        }
    }

    /// Signs the next chunk, given the SHA-256 of its data in hex; lower-case hex.
    pub fn chunk(&mut self, data_sha256: &str) -> String {
        self.next("PAYLOAD", &format!("{EMPTY_SHA256}\n{data_sha256}"))
    }

    /// Signs the trailers: lines `name:value\n`, names lower case, sorted.
    pub fn trailers(&mut self, canonical: &[u8]) -> String {
        self.next("TRAILER", &sha256_hex(canonical))
    }

    fn next(&mut self, kind: &str, hashes: &str) -> String {
        let ChunkSignatures { key, amz_date, scope, previous } = self;
        let text = format!("{ALGORITHM}-{kind}\n{amz_date}\n{scope}\n{previous}\n{hashes}");
        *previous = key.sign(text.as_bytes());
        previous.clone()
    }
}

/// Takes an `aws-chunked` body apart as it arrives.
#[derive(Debug)]
pub struct ChunkDecoder {
    signatures: Option<ChunkSignatures>,
    trailers_announced: bool,
    decoded_len_expected: Option<u64>,
    state: State,
    line: Vec<u8>,
    hash: Sha256,
    chunk_signature: Vec<u8>,
    trailers: Vec<(String, String)>,
    chunk_index: u64,
    chunk_len: u64,
    decoded_len: u64,
    position: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a chunk's header line.
    Header,
    /// In a chunk's data, this many bytes still to come.
    Data(u64),
    /// In the line end after a chunk's data.
    DataEnd,
    /// After the last chunk: trailers, then an empty line.
    Trailers,
    /// After the empty line; nothing but line ends may follow.
    Done,
}

impl ChunkDecoder {
    /// A decoder for a verified request; `None` if its body is not `aws-chunked`.
    ///
    /// `decoded_len` is the value of `x-amz-decoded-content-length`, if sent.
    pub fn new(
        presented: &Presented,
        verified: &Verified,
        decoded_len: Option<u64>,
    ) -> Option<ChunkDecoder> {
        let signatures = || Some(ChunkSignatures::after(presented, verified));
        match presented.payload_hash {
            PayloadHash::StreamingSigned => Some(Self::build(signatures(), false, decoded_len)),
            PayloadHash::StreamingSignedTrailer => {
                Some(Self::build(signatures(), true, decoded_len))
            }
            PayloadHash::StreamingUnsignedTrailer => Some(Self::unsigned(decoded_len)),
            _ => None,
        }
    }

    /// A decoder that checks no signatures: of unsigned chunks, and of chunks signed with a key
    /// nobody here knows, whose signatures are passed over (the trailers' shows as a trailer).
    pub fn unsigned(decoded_len: Option<u64>) -> ChunkDecoder {
        Self::build(None, true, decoded_len)
    }

    fn build(
        signatures: Option<ChunkSignatures>,
        trailers_announced: bool,
        decoded_len_expected: Option<u64>,
    ) -> ChunkDecoder {
        ChunkDecoder {
            signatures,
            trailers_announced,
            decoded_len_expected,
            state: State::Header,
            line: Vec::new(),
            hash: Sha256::new(),
            chunk_signature: Vec::new(),
            trailers: Vec::new(),
            chunk_index: 0,
            chunk_len: 0,
            decoded_len: 0,
            position: 0,
        }
    }

    /// Consumes from `input` up to the next piece of data, which is a slice of it.
    ///
    /// Call again with the same `input` until the answer is `None`: all of it is then consumed.
    /// After an error the decoder must be dropped.
    pub fn push(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, ChunkError> {
        while !input.is_empty() {
            match self.state {
                State::Data(left) => {
                    let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    let data = input.split_to(wanted);
                    self.take_data(&data, left)?;
                    return Ok(Some(data));
                }
                State::Header => {
                    if let Some(line) = self.take_line(input)? {
                        self.start_chunk(&line)?;
                    }
                }
                State::DataEnd => {
                    if let Some(line) = self.take_line(input)? {
                        if !line.is_empty() {
                            return Err(self.malformed("expected a line end after the chunk"));
                        }
                        self.state = State::Header;
                    }
                }
                State::Trailers => {
                    if let Some(line) = self.take_line(input)? {
                        self.take_trailer(&line)?;
                    }
                }
                State::Done => {
                    if input.iter().any(|byte| !matches!(byte, b'\r' | b'\n')) {
                        return Err(self.malformed("data after the last chunk"));
                    }
                    self.position += input.len() as u64;
                    input.clear();
                }
            }
        }
        Ok(None)
    }

    /// The body has ended: checks that it was whole and returns its trailers, names lower case.
    pub fn finish(mut self) -> Result<Vec<(String, String)>, ChunkError> {
        // Some clients leave out the final empty line, or the line end of the last trailer.
        if self.state == State::Trailers {
            let rest = std::mem::take(&mut self.line);
            let rest = rest.strip_suffix(b"\r").unwrap_or(&rest);
            if !rest.is_empty() {
                self.take_trailer(rest)?;
            }
            self.end_trailers()?;
        }
        if self.state != State::Done {
            return Err(ChunkError::Truncated { position: self.position });
        }
        Ok(self.trailers)
    }

    /// Accounts for data of the current chunk, of which `left` bytes were still to come.
    fn take_data(&mut self, data: &[u8], left: u64) -> Result<(), ChunkError> {
        let taken = data.len() as u64;
        self.position += taken;
        self.decoded_len += taken;
        if self.signatures.is_some() {
            self.hash.update(data);
        }
        if left > taken {
            self.state = State::Data(left - taken);
            return Ok(());
        }
        self.state = State::DataEnd;
        self.check_chunk()
    }

    fn start_chunk(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let mut parts = line.split(|byte| *byte == b';');
        let len = parts.next().unwrap_or_default();
        let len = std::str::from_utf8(len)
            .ok()
            // `from_str_radix` alone would let a sign pass.
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|text| u64::from_str_radix(text, 16).ok())
            .ok_or_else(|| self.malformed("expected a chunk length in hexadecimal"))?;
        if self.signatures.is_some() {
            self.chunk_signature = parts
                .find_map(|part| part.trim_ascii().strip_prefix(b"chunk-signature="))
                .ok_or_else(|| self.malformed("expected a chunk signature"))?
                .to_vec();
        }
        if len == 0 {
            self.check_chunk()?;
            self.check_len_is_whole()?;
            self.state = State::Trailers;
            return Ok(());
        }
        if self.chunk_index > 0 && self.chunk_len < CHUNK_LEN_MIN {
            return Err(ChunkError::ChunkTooSmall {
                index: self.chunk_index - 1,
                len: self.chunk_len,
            });
        }
        let found = self.decoded_len.saturating_add(len);
        if let Some(expected) = self.decoded_len_expected.filter(|expected| found > *expected) {
            return Err(ChunkError::LengthMismatch { expected, found });
        }
        self.chunk_index += 1;
        self.chunk_len = len;
        self.state = State::Data(len);
        Ok(())
    }

    /// Compares the chunk's announced signature with the one of the data that arrived.
    fn check_chunk(&mut self) -> Result<(), ChunkError> {
        let Some(signatures) = &mut self.signatures else { return Ok(()) };
        let expected = signatures.chunk(&hex::encode(self.hash.finalize_reset()));
        check_signature(&expected, &self.chunk_signature, self.position)
    }

    fn check_len_is_whole(&self) -> Result<(), ChunkError> {
        match self.decoded_len_expected {
            Some(expected) if expected != self.decoded_len => {
                Err(ChunkError::LengthMismatch { expected, found: self.decoded_len })
            }
            _ => Ok(()),
        }
    }

    fn take_trailer(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        if line.is_empty() {
            return self.end_trailers();
        }
        if !self.trailers_announced {
            return Err(self.malformed("a trailer that was not announced"));
        }
        if self.trailers.len() == TRAILERS_MAX {
            return Err(self.malformed("too many trailers"));
        }
        let (name, value) = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.split_once(':'))
            .ok_or_else(|| self.malformed("expected a trailer, 'name:value'"))?;
        self.trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        Ok(())
    }

    fn end_trailers(&mut self) -> Result<(), ChunkError> {
        self.state = State::Done;
        if !self.trailers_announced {
            return Ok(());
        }
        let Some(signatures) = &mut self.signatures else { return Ok(()) };
        let is_signature = |(name, _): &(String, String)| name == "x-amz-trailer-signature";
        let Some(at) = self.trailers.iter().position(is_signature) else {
            // AWS refuses an unsigned trailer in a signed stream, even an empty one.
            return Err(ChunkError::SignatureMismatch { position: self.position });
        };
        let (_, presented) = self.trailers.remove(at);
        let mut sorted: Vec<&(String, String)> = self.trailers.iter().collect();
        sorted.sort();
        let canonical: String =
            sorted.into_iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let expected = signatures.trailers(canonical.as_bytes());
        check_signature(&expected, presented.as_bytes(), self.position)
    }

    /// Collects a line, which may arrive in pieces; without its line end when complete.
    fn take_line(&mut self, input: &mut Bytes) -> Result<Option<Vec<u8>>, ChunkError> {
        let end = input.iter().position(|byte| *byte == b'\n');
        let piece_len = end.unwrap_or(input.len());
        if self.line.len() + piece_len > LINE_LEN_MAX {
            return Err(self.malformed("line too long"));
        }
        self.line.extend_from_slice(input.get(..piece_len).unwrap_or_default());
        let consumed = piece_len + usize::from(end.is_some());
        input.advance(consumed);
        self.position += consumed as u64;
        if end.is_none() {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }

    fn malformed(&self, what: &'static str) -> ChunkError {
        ChunkError::Malformed { position: self.position, what }
    }
}

fn check_signature(expected: &str, presented: &[u8], position: u64) -> Result<(), ChunkError> {
    if bool::from(expected.as_bytes().ct_eq(presented)) {
        Ok(())
    } else {
        Err(ChunkError::SignatureMismatch { position })
    }
}

#[cfg(test)]
#[path = "chunked_tests.rs"]
mod tests;
