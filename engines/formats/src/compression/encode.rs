//! Streaming compression of what the text writers produce.

use std::io::Write;

use super::Compression;
use super::snappy::{HADOOP_BLOCK, write_hadoop_block};
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
}

impl Compressor {
    /// A compressor at the start of a file, at the codec's usual level.
    pub fn new(compression: Compression) -> Result<Self> {
        let codec = match compression {
            Compression::None => Codec::None,
            Compression::Gzip => Codec::Gzip(flate2::write::GzEncoder::new(
                Vec::new(),
                flate2::Compression::default(),
            )),
            Compression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3)?;
                // Off by default; without it a flipped bit is read as data.
                encoder.include_checksum(true)?;
                Codec::Zstd(encoder)
            }
            Compression::Bzip2 => Codec::Bzip2(bzip2::write::BzEncoder::new(
                Vec::new(),
                bzip2::Compression::default(),
            )),
            Compression::Snappy => Codec::Snappy(Vec::new()),
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
            Codec::Snappy(block) => {
                let mut rest = bytes;
                while block.len() + rest.len() >= HADOOP_BLOCK {
                    let (now, later) = rest.split_at(HADOOP_BLOCK - block.len());
                    block.extend_from_slice(now);
                    write_hadoop_block(block, out).map_err(std::io::Error::other)?;
                    block.clear();
                    rest = later;
                }
                block.extend_from_slice(rest);
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
                    write_hadoop_block(&block, out).map_err(std::io::Error::other)?;
                }
            }
        }
        Ok(())
    }
}
