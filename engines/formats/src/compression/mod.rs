//! The codecs data files come in: recognised by their first bytes or their name.

mod decode;
mod encode;
mod lz4;
mod snappy;
mod xxhash;

pub use decode::{Decompressor, Progress};
pub(crate) use decode::{PlainHead, decompress_head};
pub use encode::Compressor;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How a file is compressed: text as a whole, Parquet page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    #[default]
    None,
    Gzip,
    /// Read in both framings (the snappy framing format and Hadoop's blocks), written in Hadoop's.
    Snappy,
    Zstd,
    Bzip2,
    /// With zlib's header where files are compressed as a whole.
    Deflate,
    /// Read in both framings (the frame format and Hadoop's blocks), written in Hadoop's.
    Lz4,
}

impl Compression {
    /// What the first bytes of a file say. Hadoop's snappy and LZ4 have no magic number, that of
    /// zlib is too short: they are known by their extensions only.
    pub fn from_magic(head: &[u8]) -> Option<Compression> {
        match head {
            [0x1f, 0x8b, 0x08, ..] => Some(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Some(Compression::Bzip2),
            // A bzip2 stream of nothing has the end-of-stream magic instead of a block's.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => Some(Compression::Bzip2),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Compression::Lz4),
            [0xff, 0x06, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => Some(Compression::Snappy),
            _ => None,
        }
    }

    /// What a file's extension says; an unknown one says [`Compression::None`], that of a codec
    /// that is not supported is an error.
    pub fn from_name(name: &str) -> Result<Compression> {
        let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
        match extension.to_ascii_lowercase().as_str() {
            "gz" | "gzip" => Ok(Compression::Gzip),
            "snappy" | "sz" => Ok(Compression::Snappy),
            "zst" | "zstd" => Ok(Compression::Zstd),
            "bz2" | "bzip2" => Ok(Compression::Bzip2),
            "lz4" => Ok(Compression::Lz4),
            "deflate" | "zlib" => Ok(Compression::Deflate),
            "lzo" | "lzop" | "lzo_deflate" => Err(Error::UnsupportedCodec("LZO".into())),
            _ => Ok(Compression::None),
        }
    }

    /// First the bytes, then the name: a file renamed is still what it is.
    pub fn detect(head: &[u8], name: &str) -> Result<Compression> {
        match Compression::from_magic(head) {
            Some(compression) => Ok(compression),
            // A plain file misnamed `.gz` is plain: its codec would have a magic.
            None => match Compression::from_name(name)? {
                named @ (Compression::Snappy | Compression::Lz4 | Compression::Deflate) => {
                    Ok(named)
                }
                _ => Ok(Compression::None),
            },
        }
    }

    /// The codec of a name as tables and statements write it (`GZIP`, `snappy`, `UNCOMPRESSED`…).
    pub fn parse(name: &str) -> Result<Compression> {
        match name.to_ascii_lowercase().as_str() {
            "" | "none" | "uncompressed" => Ok(Compression::None),
            "gzip" | "gz" => Ok(Compression::Gzip),
            "snappy" => Ok(Compression::Snappy),
            "zstd" | "zstandard" => Ok(Compression::Zstd),
            "bzip2" | "bz2" => Ok(Compression::Bzip2),
            "deflate" | "zlib" => Ok(Compression::Deflate),
            "lz4" => Ok(Compression::Lz4),
            other => Err(Error::UnsupportedCodec(other.to_ascii_uppercase())),
        }
    }

    /// The lower-case name: `none`, `gzip`, `snappy`, `zstd`, `bzip2`, `deflate` or `lz4`.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Snappy => "snappy",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Deflate => "deflate",
            Compression::Lz4 => "lz4",
        }
    }

    /// What files so compressed end in, with its dot; nothing for plain ones.
    pub fn extension(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gzip => ".gz",
            Compression::Snappy => ".snappy",
            Compression::Zstd => ".zst",
            Compression::Bzip2 => ".bz2",
            Compression::Deflate => ".deflate",
            Compression::Lz4 => ".lz4",
        }
    }
}
