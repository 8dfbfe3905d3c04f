//! One stream of a stripe: decompressed chunk by chunk, so that a bomb fills no memory.

use std::io::Read;

use bytes::Bytes;

use crate::coerce::Result;

/// A chunk's plain size is never beyond this.
pub(super) const CHUNK_MAX: usize = 64 << 20;

/// How a file's chunks are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    None,
    Zlib,
    Snappy,
    Lz4,
    Zstd,
}

impl Codec {
    /// One chunk's plain bytes, `limit` at most.
    pub(super) fn unpack(self, packed: &[u8], limit: usize) -> Result<Vec<u8>> {
        let limit = limit.min(CHUNK_MAX);
        let failed = |problem: String| format!("a chunk does not decompress: {problem}");
        let mut plain = Vec::new();
        let reader: Box<dyn Read + '_> = match self {
            Codec::None => Box::new(packed),
            Codec::Zlib => Box::new(flate2::read::DeflateDecoder::new(packed)),
            Codec::Zstd => {
                let decoder = zstd::stream::read::Decoder::new(packed);
                Box::new(decoder.map_err(|e| failed(e.to_string()))?)
            }
            Codec::Snappy => {
                let length =
                    snap::raw::decompress_len(packed).map_err(|e| failed(e.to_string()))?;
                if length > limit {
                    return Err(failed(format!("{length} bytes are not plausible")));
                }
                let unpacked = snap::raw::Decoder::new().decompress_vec(packed);
                return unpacked.map_err(|e| failed(e.to_string()));
            }
            Codec::Lz4 => {
                plain.resize(limit, 0);
                let made = lz4_flex::block::decompress_into(packed, &mut plain);
                plain.truncate(made.map_err(|e| failed(e.to_string()))?);
                return Ok(plain);
            }
        };
        reader
            .take(limit as u64 + 1)
            .read_to_end(&mut plain)
            .map_err(|error| failed(error.to_string()))?;
        match plain.len() > limit {
            true => Err(failed(format!("it is longer than {limit} bytes"))),
            false => Ok(plain),
        }
    }

    /// All plain bytes of chunks that follow one another.
    pub(super) fn unpack_all(self, bytes: &Bytes, chunk: usize, limit: usize) -> Result<Vec<u8>> {
        let mut stream = Stream::new(self, chunk, bytes.clone());
        let mut all = Vec::new();
        while !stream.at_end()? {
            all.extend_from_slice(stream.chunk());
            stream.at = stream.plain.len();
            if all.len() > limit {
                return Err(format!("a footer is longer than {limit} bytes"));
            }
        }
        Ok(all)
    }
}

/// A stream being read.
pub(super) struct Stream {
    codec: Codec,
    chunk: usize,
    packed: Bytes,
    plain: Bytes,
    at: usize,
}

impl Stream {
    pub(super) fn new(codec: Codec, chunk: usize, packed: Bytes) -> Self {
        match codec {
            Codec::None => Stream { codec, chunk, packed: Bytes::new(), plain: packed, at: 0 },
            _ => Stream { codec, chunk, packed, plain: Bytes::new(), at: 0 },
        }
    }

    pub(super) fn empty() -> Self {
        Stream::new(Codec::None, 0, Bytes::new())
    }

    fn chunk(&self) -> &[u8] {
        &self.plain[self.at..]
    }

    /// Whether nothing is left; readies the next chunk.
    pub(super) fn at_end(&mut self) -> Result<bool> {
        while self.at == self.plain.len() {
            if self.packed.is_empty() {
                return Ok(true);
            }
            let header = self.packed.first_chunk::<3>().ok_or("a chunk lacks its length")?;
            let header = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
            let end = 3 + (header >> 1);
            if end > self.packed.len() {
                return Err("a chunk is cut short".to_owned());
            }
            let chunk = self.packed.split_to(end).slice(3..);
            self.plain = match header & 1 {
                1 => chunk,
                _ => self.codec.unpack(&chunk, self.chunk)?.into(),
            };
            self.at = 0;
        }
        Ok(false)
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        if self.at_end()? {
            return Err("a stream ends too soon".to_owned());
        }
        let byte = self.plain[self.at];
        self.at += 1;
        Ok(byte)
    }

    /// Appends the next `n` bytes.
    pub(super) fn read(&mut self, mut n: usize, into: &mut Vec<u8>) -> Result<()> {
        while n > 0 {
            if self.at_end()? {
                return Err("a stream ends too soon".to_owned());
            }
            let taken = n.min(self.plain.len() - self.at);
            into.extend_from_slice(&self.plain[self.at..self.at + taken]);
            self.at += taken;
            n -= taken;
        }
        Ok(())
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    /// A number of variable length.
    pub(super) fn varint(&mut self) -> Result<u128> {
        let mut value = 0u128;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a number is longer than any may be".to_owned())
    }

    /// A big-endian number of so many bytes.
    pub(super) fn big_endian(&mut self, bytes: usize) -> Result<u64> {
        let mut value = 0u64;
        for _ in 0..bytes {
            value = value << 8 | u64::from(self.byte()?);
        }
        Ok(value)
    }
}

pub(super) fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}
