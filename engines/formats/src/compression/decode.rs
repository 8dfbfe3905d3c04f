//! Streaming decompression: compressed bytes are fed as they arrive, plain bytes are drawn in
//! pieces of the caller's size, so that a bomb fills no memory.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};
use zstd::stream::raw::{Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};

use super::Compression;
use super::lz4::Lz4Decoder;
use super::snappy::SnappyDecoder;
use crate::error::{Error, Result};

/// What [`Decompressor::read`] stopped at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Room ran out; there may be more without feeding.
    More,
    /// All that was fed is used up.
    Starved,
}

/// Turns a compressed file into its plain bytes. Files of several members (gzip, bzip2) or frames
/// (zstd, snappy) are one stream.
pub struct Decompressor {
    codec: Codec,
    input: VecDeque<Bytes>,
    /// Compressed bytes used, for error messages.
    used: u64,
    /// Whether a member has begun and not ended.
    inside: bool,
    /// Whether a member has ended: what follows and is none is padding, as `gzip -d` has it.
    ended_once: bool,
    /// Only padding follows.
    padding: bool,
}

enum Codec {
    None,
    Gzip(Box<flate2::Decompress>),
    Zstd(Box<ZstdDecoder<'static>>),
    Bzip2(Box<bzip2::Decompress>),
    Snappy(Box<SnappyDecoder>),
    Zlib(Box<flate2::Decompress>),
    Lz4(Box<Lz4Decoder>),
}

/// What one step of a codec did.
struct Step {
    used: usize,
    made: usize,
    ended: bool,
}

impl Decompressor {
    /// A decompressor at the start of a file.
    pub fn new(compression: Compression) -> Result<Self> {
        let codec = match compression {
            Compression::None => Codec::None,
            Compression::Gzip => Codec::Gzip(Box::new(flate2::Decompress::new_gzip(15))),
            Compression::Zstd => Codec::Zstd(Box::new(ZstdDecoder::new()?)),
            Compression::Bzip2 => Codec::Bzip2(Box::new(bzip2::Decompress::new(false))),
            Compression::Snappy => Codec::Snappy(Box::default()),
            Compression::Deflate => Codec::Zlib(Box::new(flate2::Decompress::new(true))),
            Compression::Lz4 => Codec::Lz4(Box::default()),
        };
        Ok(Decompressor {
            codec,
            input: VecDeque::new(),
            used: 0,
            inside: false,
            ended_once: false,
            padding: false,
        })
    }

    /// Adds compressed bytes to what [`Decompressor::read`] works on.
    pub fn feed(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.input.push_back(bytes);
        }
    }

    /// Appends at most `room` plain bytes to `out`.
    pub fn read(&mut self, out: &mut Vec<u8>, room: usize) -> Result<Progress> {
        let start = out.len();
        // Room is cleared before it is filled: no more of it than the input is likely to need.
        let pending = self.input.front().map_or(0, Bytes::len);
        let room = room.min(pending.saturating_mul(8).clamp(4 << 10, 1 << 20));
        out.resize(start + room, 0);
        let mut filled = start;
        let result = self.fill(out, &mut filled);
        out.truncate(filled);
        result
    }

    /// Confirms that the file may end here.
    pub fn finish(&self) -> Result<()> {
        let between = match &self.codec {
            Codec::None => true,
            Codec::Snappy(snappy) => snappy.is_between_chunks(),
            Codec::Lz4(lz4) => lz4.is_between_blocks(),
            _ => !self.inside,
        };
        if between {
            return Ok(());
        }
        Err(Error::Truncated { codec: self.name(), offset: self.used })
    }

    fn fill(&mut self, out: &mut [u8], filled: &mut usize) -> Result<Progress> {
        loop {
            let Some(front) = self.input.front_mut() else { return Ok(Progress::Starved) };
            if self.padding {
                self.used += front.len() as u64;
                self.input.pop_front();
                continue;
            }
            if *filled == out.len() {
                return Ok(Progress::More);
            }
            let step = match self.codec.step(front, &mut out[*filled..]) {
                Ok(step) => step,
                // `gzip -d` and `bzip2 -d` ignore what follows the last member and is none.
                Err(_) if self.ended_once && !self.inside => {
                    self.padding = true;
                    continue;
                }
                Err(message) => {
                    return Err(Error::Corrupt { codec: self.name(), offset: self.used, message });
                }
            };
            front.advance(step.used);
            self.used += step.used as u64;
            *filled += step.made;
            // A step that takes nothing and makes nothing would be taken for ever.
            let stuck = step.used == 0 && step.made == 0 && !step.ended;
            let starved = front.is_empty();
            // Room left after all input was taken means that nothing is held back inside.
            if starved && (*filled < out.len() || step.made == 0) {
                self.input.pop_front();
            }
            if step.used > 0 || step.made > 0 {
                self.inside = true;
            }
            if step.ended {
                self.inside = false;
                self.ended_once = true;
                self.codec.restart()?;
            } else if stuck && !starved {
                let message = "the stream does not continue".to_owned();
                return Err(Error::Corrupt { codec: self.name(), offset: self.used, message });
            }
        }
    }

    fn name(&self) -> &'static str {
        match self.codec {
            Codec::None => "plain",
            Codec::Gzip(_) => "gzip",
            Codec::Zstd(_) => "zstd",
            Codec::Bzip2(_) => "bzip2",
            Codec::Snappy(_) => "snappy",
            Codec::Zlib(_) => "deflate",
            Codec::Lz4(_) => "lz4",
        }
    }
}

impl Codec {
    fn step(&mut self, input: &[u8], out: &mut [u8]) -> Result<Step, String> {
        match self {
            Codec::None => {
                let n = input.len().min(out.len());
                out[..n].copy_from_slice(&input[..n]);
                Ok(Step { used: n, made: n, ended: false })
            }
            Codec::Gzip(gzip) | Codec::Zlib(gzip) => {
                let (before_in, before_out) = (gzip.total_in(), gzip.total_out());
                let status = gzip
                    .decompress(input, out, flate2::FlushDecompress::None)
                    .map_err(|e| e.to_string())?;
                Ok(Step {
                    used: (gzip.total_in() - before_in) as usize,
                    made: (gzip.total_out() - before_out) as usize,
                    ended: status == flate2::Status::StreamEnd,
                })
            }
            Codec::Zstd(zstd) => {
                let mut source = InBuffer::around(input);
                let mut target = OutBuffer::around(out);
                let hint = zstd.run(&mut source, &mut target).map_err(|e| e.to_string())?;
                Ok(Step { used: source.pos(), made: target.pos(), ended: hint == 0 })
            }
            Codec::Bzip2(bzip2) => {
                let (before_in, before_out) = (bzip2.total_in(), bzip2.total_out());
                let status = bzip2.decompress(input, out).map_err(|e| e.to_string())?;
                Ok(Step {
                    used: (bzip2.total_in() - before_in) as usize,
                    made: (bzip2.total_out() - before_out) as usize,
                    ended: status == bzip2::Status::StreamEnd,
                })
            }
            Codec::Snappy(snappy) => {
                let (used, made) = snappy.step(input, out)?;
                Ok(Step { used, made, ended: false })
            }
            Codec::Lz4(lz4) => {
                let (used, made) = lz4.step(input, out)?;
                Ok(Step { used, made, ended: false })
            }
        }
    }

    /// Readies the codec for another member.
    fn restart(&mut self) -> Result<()> {
        match self {
            Codec::Gzip(gzip) => **gzip = flate2::Decompress::new_gzip(15),
            Codec::Zstd(zstd) => zstd.reinit()?,
            Codec::Bzip2(bzip2) => **bzip2 = bzip2::Decompress::new(false),
            Codec::Zlib(zlib) => **zlib = flate2::Decompress::new(true),
            Codec::None | Codec::Snappy(_) | Codec::Lz4(_) => {}
        }
        Ok(())
    }
}

/// The plain bytes of a file's head.
pub(crate) struct PlainHead {
    pub bytes: Vec<u8>,
    /// How many stored bytes they were.
    pub used: usize,
    /// Whether they are all that was stored, up to the end of a member.
    pub whole: bool,
}

/// As many plain bytes as the head of a file yields, about `limit` at most: a head cut inside a
/// member or corrupt after some bytes gives the bytes before.
pub(crate) fn decompress_head(compression: Compression, head: &[u8], limit: usize) -> PlainHead {
    let mut plain = PlainHead { bytes: Vec::new(), used: 0, whole: false };
    let Ok(mut decompressor) = Decompressor::new(compression) else { return plain };
    decompressor.feed(Bytes::copy_from_slice(head));
    while plain.bytes.len() < limit {
        match decompressor.read(&mut plain.bytes, 256 << 10) {
            Ok(Progress::More) => {}
            Ok(Progress::Starved) => {
                plain.whole = decompressor.finish().is_ok();
                break;
            }
            Err(_) => break,
        }
    }
    plain.used = decompressor.used as usize;
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compression::Compressor;

    fn read_all(
        compression: Compression,
        bytes: &[u8],
        piece: usize,
        room: usize,
    ) -> Result<Vec<u8>> {
        let mut decompressor = Decompressor::new(compression)?;
        let mut out = Vec::new();
        for chunk in bytes.chunks(piece) {
            decompressor.feed(Bytes::copy_from_slice(chunk));
            while decompressor.read(&mut out, room)? == Progress::More {}
        }
        decompressor.finish()?;
        Ok(out)
    }

    fn pack(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(compression).unwrap();
        let mut packed = Vec::new();
        compressor.write(bytes, &mut packed).unwrap();
        compressor.finish(&mut packed).unwrap();
        packed
    }

    fn sample() -> Vec<u8> {
        // Half of it compresses, half hardly does.
        let mut state = 1u32;
        let mut bytes = Vec::new();
        for i in 0..20_000u32 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes.push(if i % 2 == 0 { (state >> 24) as u8 } else { b'a' });
        }
        bytes.extend(std::iter::repeat_n(b'z', 280_000));
        bytes
    }

    const ALL: [Compression; 7] = [
        Compression::None,
        Compression::Gzip,
        Compression::Zstd,
        Compression::Bzip2,
        Compression::Snappy,
        Compression::Deflate,
        Compression::Lz4,
    ];

    #[test]
    fn every_codec_round_trips_in_any_pieces() {
        let bytes = sample();
        for compression in ALL {
            let packed = pack(compression, &bytes);
            for (piece, room) in [(1_000_000, 1 << 20), (7, 1 << 16), (4096, 113)] {
                let got = read_all(compression, &packed, piece, room).unwrap();
                assert!(got == bytes, "{compression:?} in pieces of {piece}, room for {room}");
            }
        }
    }

    #[test]
    fn nothing_round_trips() {
        for compression in ALL {
            assert_eq!(read_all(compression, &pack(compression, b""), 5, 64).unwrap(), b"");
            assert_eq!(read_all(compression, b"", 5, 64).unwrap(), b"", "{compression:?}");
        }
    }

    #[test]
    fn members_follow_one_another() {
        for compression in ALL {
            let both = [pack(compression, b"one,"), pack(compression, b"two")].concat();
            for piece in [1, 3, 1000] {
                let got = read_all(compression, &both, piece, 64).unwrap();
                assert_eq!(got, b"one,two", "{compression:?}");
            }
        }
    }

    #[test]
    fn a_cut_file_is_an_error() {
        for compression in &ALL[1..] {
            let packed = pack(*compression, &sample());
            let error = read_all(*compression, &packed[..packed.len() - 9], 999, 4096).unwrap_err();
            assert!(matches!(error, Error::Truncated { .. }), "{compression:?}: {error}");
        }
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        for compression in &ALL[1..] {
            let mut packed = pack(*compression, &sample());
            let middle = packed.len() / 2;
            for byte in &mut packed[middle..middle + 64] {
                *byte ^= 0x55;
            }
            // Hadoop's blocks have no checksum: a flip may change bytes and nothing else.
            let got = read_all(*compression, &packed, 999, 4096);
            let unchecked = matches!(compression, Compression::Snappy | Compression::Lz4);
            assert!(got.is_err() || unchecked, "{compression:?}");
        }
    }

    #[test]
    fn padding_after_a_member_is_ignored() {
        let mut packed = pack(Compression::Gzip, b"rows");
        packed.extend([0; 512]);
        assert_eq!(read_all(Compression::Gzip, &packed, 100, 64).unwrap(), b"rows");
    }

    #[test]
    fn noise_never_panics() {
        let mut state = 7u64;
        for round in 0..500usize {
            let mut noise: Vec<u8> = (0..round % 97)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            let compression = ALL[round % ALL.len()];
            // Behind a true beginning noise reaches further into the decoders.
            let mut packed = pack(compression, b"abcabcabcabcabcabcabc");
            packed.truncate(round % 23);
            packed.append(&mut noise);
            let _ = read_all(compression, &packed, 11, 64);
        }
    }

    #[test]
    fn a_bomb_is_drawn_in_pieces() {
        let packed = pack(Compression::Zstd, &vec![0; 5 << 20]);
        let mut decompressor = Decompressor::new(Compression::Zstd).unwrap();
        decompressor.feed(Bytes::from(packed));
        let mut out = Vec::new();
        assert_eq!(decompressor.read(&mut out, 1 << 16).unwrap(), Progress::More);
        assert!(out.len() <= 1 << 16);
    }
}
