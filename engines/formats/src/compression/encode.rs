//! Streaming compression of what the text writers produce.

use std::io::Write;

use super::Compression;
use super::{lz4, snappy};
use crate::error::Result;

/// Compresses bytes as they are written; what is ready is appended to the caller's buffer.
pub struct Compressor {
    codec: Codec,
}

enum Codec {
    None,
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    Bzip2(bzip2::write::BzEncoder<Vec<u8>>),
    /// What the current block has so far.
    Snappy(Vec<u8>),
    Zlib(flate2::write::ZlibEncoder<Vec<u8>>),
    Lz4(Vec<u8>),
}

impl Compressor {
    /// A compressor at the start of a file, at the codec's usual level.
    pub fn new(compression: Compression) -> Result<Self> {
        Self::with_level(compression, None)
    }

    /// As [`Compressor::new`], with another level where the codec is zstd.
    pub fn with_level(compression: Compression, level: Option<i32>) -> Result<Self> {
        let codec = match compression {
            Compression::None => Codec::None,
            Compression::Gzip => Codec::Gzip(flate2::write::GzEncoder::new(
                Vec::new(),
                flate2::Compression::default(),
            )),
            Compression::Zstd => {
                let mut encoder =
                    zstd::stream::write::Encoder::new(Vec::new(), level.unwrap_or(3))?;
                // Off by default; without it a flipped bit is read as data.
                encoder.include_checksum(true)?;
                Codec::Zstd(encoder)
            }
            Compression::Bzip2 => Codec::Bzip2(bzip2::write::BzEncoder::new(
                Vec::new(),
                bzip2::Compression::default(),
            )),
            Compression::Snappy => Codec::Snappy(Vec::new()),
            Compression::Deflate => Codec::Zlib(flate2::write::ZlibEncoder::new(
                Vec::new(),
                flate2::Compression::default(),
            )),
            Compression::Lz4 => Codec::Lz4(Vec::new()),
        };
        Ok(Compressor { codec })
    }

    /// Compresses `bytes`, appending what is ready to `out`.
    pub fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match &mut self.codec {
            Codec::None => out.extend_from_slice(bytes),
            Codec::Gzip(encoder) => {
                encoder.write_all(bytes)?;
                out.append(encoder.get_mut());
            }
            Codec::Zstd(encoder) => {
                encoder.write_all(bytes)?;
                out.append(encoder.get_mut());
            }
            Codec::Bzip2(encoder) => {
                encoder.write_all(bytes)?;
                out.append(encoder.get_mut());
            }
            Codec::Zlib(encoder) => {
                encoder.write_all(bytes)?;
                out.append(encoder.get_mut());
            }
            Codec::Snappy(block) => {
                let mut write = |plain: &[u8]| {
                    snappy::write_hadoop_block(plain, out).map_err(std::io::Error::other)
                };
                in_blocks(block, bytes, snappy::HADOOP_BLOCK, &mut write)?;
            }
            Codec::Lz4(block) => {
                let mut write = |plain: &[u8]| {
                    lz4::write_hadoop_block(plain, out);
                    Ok(())
                };
                in_blocks(block, bytes, lz4::HADOOP_BLOCK, &mut write)?;
            }
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<()> {
        match self.codec {
            Codec::None => {}
            Codec::Gzip(encoder) => out.append(&mut encoder.finish()?),
            Codec::Zstd(encoder) => out.append(&mut encoder.finish()?),
            Codec::Bzip2(encoder) => out.append(&mut encoder.finish()?),
            Codec::Snappy(block) => {
                if !block.is_empty() {
                    snappy::write_hadoop_block(&block, out).map_err(std::io::Error::other)?;
                }
            }
            Codec::Zlib(encoder) => out.append(&mut encoder.finish()?),
            Codec::Lz4(block) => {
                if !block.is_empty() {
                    lz4::write_hadoop_block(&block, out);
                }
            }
        }
        Ok(())
    }
}

/// Writes every block of `size` bytes that what is pending and `bytes` make.
fn in_blocks(
    pending: &mut Vec<u8>,
    bytes: &[u8],
    size: usize,
    write: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut rest = bytes;
    while pending.len() + rest.len() >= size {
        let (now, later) = rest.split_at(size - pending.len());
        pending.extend_from_slice(now);
        write(pending)?;
        pending.clear();
        rest = later;
    }
    pending.extend_from_slice(rest);
    Ok(())
}
