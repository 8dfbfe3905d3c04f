//! The two ways snappy is framed in files: the framing format (checksummed chunks) and Hadoop's
//! blocks (lengths only). Files of one raw block are not told from noise and are refused.

use crc_fast::CrcAlgorithm;

/// A chunk's or block's plain size in every known writer is far below this.
const CHUNK_MAX: usize = 64 << 20;
/// What `.snappy` files written here hold per block, as Hadoop's codec does by default.
pub(super) const HADOOP_BLOCK: usize = 256 << 10;
const STREAM_IDENTIFIER: [u8; 10] = [0xff, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y'];

#[derive(Default)]
pub(super) struct SnappyDecoder {
    framing: Option<Framing>,
    /// Of the header or chunk being collected.
    partial: Vec<u8>,
    /// Plain bytes not yet drawn.
    ready: Vec<u8>,
    drawn: usize,
    /// Plain bytes still owed by Hadoop's current block.
    block_left: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Framing {
    Framed,
    Hadoop,
}

impl SnappyDecoder {
    /// Takes from `input`, writes to `out`: the lengths taken and written.
    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Result<(usize, usize), String> {
        let mut used = 0;
        loop {
            let made = (self.ready.len() - self.drawn).min(out.len());
            if made > 0 {
                out[..made].copy_from_slice(&self.ready[self.drawn..self.drawn + made]);
                self.drawn += made;
                return Ok((used, made));
            }
            let wanted = self.wanted()?;
            let missing = wanted.saturating_sub(self.partial.len());
            let taken = missing.min(input.len() - used);
            self.partial.extend_from_slice(&input[used..used + taken]);
            used += taken;
            if taken < missing {
                return Ok((used, 0));
            }
            self.chunk()?;
        }
    }

    pub(super) fn is_between_chunks(&self) -> bool {
        self.partial.is_empty() && self.block_left == 0 && self.drawn == self.ready.len()
    }

    /// How many bytes the header or chunk at the front has, as far as can be told by now.
    fn wanted(&self) -> Result<usize, String> {
        let partial = &self.partial;
        match self.framing {
            // Four bytes tell the framings apart: a block of 4 GiB does not exist.
            None => Ok(4),
            Some(Framing::Framed) if partial.len() < 4 => Ok(4),
            Some(Framing::Framed) => {
                let length = u32::from_le_bytes([partial[1], partial[2], partial[3], 0]);
                Ok(4 + length as usize)
            }
            Some(Framing::Hadoop) if self.block_left == 0 || partial.len() < 4 => Ok(4),
            Some(Framing::Hadoop) => match be_length(partial) {
                length if length <= snap::raw::max_compress_len(CHUNK_MAX) => Ok(4 + length),
                length => Err(format!("a chunk of {length} bytes is not plausible")),
            },
        }
    }

    /// Handles what `wanted` asked for; `partial` holds at least that.
    fn chunk(&mut self) -> Result<(), String> {
        match self.framing {
            None if self.partial == STREAM_IDENTIFIER[..4] => self.framing = Some(Framing::Framed),
            None => self.framing = Some(Framing::Hadoop),
            Some(Framing::Framed) => {
                // Called for the bare header first; an empty chunk is whole already.
                if self.partial.len() == self.wanted()? {
                    self.framed_chunk()?;
                    self.partial.clear();
                }
            }
            Some(Framing::Hadoop) if self.block_left == 0 => {
                self.block_left = be_length(&self.partial);
                if self.block_left > CHUNK_MAX {
                    return Err("neither the framing format nor Hadoop's blocks".to_owned());
                }
                self.partial.clear();
            }
            Some(Framing::Hadoop) => {
                if self.partial.len() == self.wanted()? {
                    self.hadoop_chunk()?;
                    self.partial.clear();
                }
            }
        }
        Ok(())
    }

    fn framed_chunk(&mut self) -> Result<(), String> {
        let body = &self.partial[4..];
        match self.partial[0] {
            0x00 | 0x01 => {
                let (sum, data) = body.split_at_checked(4).ok_or("a chunk lacks its checksum")?;
                self.drawn = 0;
                if self.partial[0] == 0 {
                    unpack(data, &mut self.ready)?;
                } else {
                    self.ready.clear();
                    self.ready.extend_from_slice(data);
                }
                if sum != masked_crc32c(&self.ready).to_le_bytes() {
                    return Err("a chunk's checksum does not match".to_owned());
                }
            }
            // Streams may be concatenated, each with its identifier.
            0xff if self.partial[..] == STREAM_IDENTIFIER => {}
            0xff => return Err("the stream identifier is not snappy's".to_owned()),
            0x80..=0xfe => {}
            other => return Err(format!("chunk type {other:#04x} is reserved")),
        }
        Ok(())
    }

    fn hadoop_chunk(&mut self) -> Result<(), String> {
        self.drawn = 0;
        unpack(&self.partial[4..], &mut self.ready)?;
        self.block_left = self
            .block_left
            .checked_sub(self.ready.len())
            .ok_or("a block is longer than its header says")?;
        Ok(())
    }
}

/// The first four bytes as Hadoop writes a length.
fn be_length(bytes: &[u8]) -> usize {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
}

fn unpack(data: &[u8], into: &mut Vec<u8>) -> Result<(), String> {
    into.clear();
    let length = snap::raw::decompress_len(data).map_err(|e| e.to_string())?;
    if length > CHUNK_MAX {
        return Err(format!("a chunk of {length} bytes is not plausible"));
    }
    into.resize(length, 0);
    let result = snap::raw::Decoder::new().decompress(data, into);
    if result.is_err() {
        into.clear();
    }
    result.map(|_| ()).map_err(|e| e.to_string())
}

/// The framing format's checksum: CRC-32C, turned so that checksums of checksums stay good.
fn masked_crc32c(bytes: &[u8]) -> u32 {
    let crc = crc_fast::checksum(CrcAlgorithm::Crc32Iscsi, bytes) as u32;
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Appends one Hadoop block of `plain`, at most [`HADOOP_BLOCK`] bytes, to `out`.
pub(super) fn write_hadoop_block(plain: &[u8], out: &mut Vec<u8>) -> Result<(), snap::Error> {
    let packed = snap::raw::Encoder::new().compress_vec(plain)?;
    out.extend_from_slice(&(plain.len() as u32).to_be_bytes());
    out.extend_from_slice(&(packed.len() as u32).to_be_bytes());
    out.extend_from_slice(&packed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn unframe(bytes: &[u8], piece: usize) -> Result<Vec<u8>, String> {
        let mut decoder = SnappyDecoder::default();
        let mut plain = Vec::new();
        for mut chunk in bytes.chunks(piece) {
            loop {
                let mut out = [0; 50];
                let (used, made) = decoder.step(chunk, &mut out)?;
                plain.extend_from_slice(&out[..made]);
                chunk = &chunk[used..];
                if chunk.is_empty() && made == 0 {
                    break;
                }
            }
        }
        if decoder.is_between_chunks() { Ok(plain) } else { Err("cut".to_owned()) }
    }

    #[test]
    fn the_framing_format_is_read_and_its_checksums_checked() {
        let mut encoder = snap::write::FrameEncoder::new(Vec::new());
        encoder.write_all(&b"hello snappy ".repeat(100)).unwrap();
        let mut bytes = encoder.into_inner().unwrap();
        for piece in [1, 5, 10_000] {
            assert_eq!(unframe(&bytes, piece).unwrap(), b"hello snappy ".repeat(100));
        }
        bytes[14] ^= 1;
        assert_eq!(unframe(&bytes, 100).unwrap_err(), "a chunk's checksum does not match");
    }

    #[test]
    fn a_hadoop_block_may_hold_several_chunks() {
        let mut bytes = 8u32.to_be_bytes().to_vec();
        for part in [b"abcd", b"efgh"] {
            let packed = snap::raw::Encoder::new().compress_vec(part).unwrap();
            bytes.extend((packed.len() as u32).to_be_bytes());
            bytes.extend(packed);
        }
        assert_eq!(unframe(&bytes, 3).unwrap(), b"abcdefgh");
        assert!(unframe(&bytes[..bytes.len() - 1], 3).is_err());
    }

    #[test]
    fn text_is_not_snappy() {
        assert!(unframe(b"id,name\n1,a\n", 100).is_err());
    }
}
