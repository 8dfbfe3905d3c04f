//! The two ways LZ4 is framed in files: the frame format (checksummed blocks) and Hadoop's blocks
//! (lengths only).

use super::xxhash::Xxh32;

/// A block's plain size in every known writer is far below this.
const BLOCK_MAX: usize = 64 << 20;
/// What `.lz4` files written here hold per block, as Hadoop's codec does by default.
pub(super) const HADOOP_BLOCK: usize = 256 << 10;
pub(super) const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
/// Plain bytes that a block may refer back to.
const WINDOW: usize = 64 << 10;

#[derive(Default)]
pub(super) struct Lz4Decoder {
    state: State,
    /// Of what the state wants.
    partial: Vec<u8>,
    /// Plain bytes not yet drawn.
    ready: Vec<u8>,
    drawn: usize,
}

#[derive(Default)]
enum State {
    /// At the start of the file.
    #[default]
    Start,
    /// At a frame's magic number, or the end of the file.
    Magic,
    /// The frame's descriptor, of so many bytes; two tell how many.
    Descriptor(usize),
    /// A frame of user data to be passed over: its length, then so many bytes.
    Skippable(Option<usize>),
    /// A block's length.
    Length(Box<Frame>),
    /// A block of so many bytes, checksum included; whether it is stored plain.
    Block(Box<Frame>, usize, bool),
    /// The checksum at a frame's end.
    Sum(Box<Frame>),
    /// Hadoop: a block's plain length.
    Hadoop,
    /// Hadoop: a chunk's length, with so many plain bytes of the block to come.
    HadoopLength(usize),
    /// Hadoop: a chunk.
    HadoopChunk(usize, usize),
}

/// What a frame's descriptor says, and what its blocks need.
struct Frame {
    linked: bool,
    block_sums: bool,
    content_sum: bool,
    block_max: usize,
    hash: Xxh32,
    window: Vec<u8>,
}

impl Lz4Decoder {
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
            let missing = self.wanted().saturating_sub(self.partial.len());
            let taken = missing.min(input.len() - used);
            self.partial.extend_from_slice(&input[used..used + taken]);
            used += taken;
            if taken < missing {
                return Ok((used, 0));
            }
            let got = std::mem::take(&mut self.partial);
            self.ready.clear();
            self.drawn = 0;
            self.state = self.next(&got)?;
        }
    }

    pub(super) fn is_between_blocks(&self) -> bool {
        let between = matches!(self.state, State::Start | State::Magic | State::Hadoop);
        between && self.partial.is_empty() && self.drawn == self.ready.len()
    }

    fn wanted(&self) -> usize {
        match &self.state {
            State::Descriptor(length) | State::Skippable(Some(length)) => *length,
            State::Block(_, length, _) | State::HadoopChunk(_, length) => *length,
            _ => 4,
        }
    }

    /// The state after `got`, which is what the one before wanted.
    fn next(&mut self, got: &[u8]) -> Result<State, String> {
        let word = |order: fn([u8; 4]) -> u32| {
            let bytes = got.first_chunk::<4>().copied().unwrap_or_default();
            order(bytes) as usize
        };
        Ok(match std::mem::take(&mut self.state) {
            State::Start if got == MAGIC || is_skippable(got) => magic(got)?,
            State::Magic => magic(got)?,
            State::Descriptor(2) => {
                let sized = if got[0] & 0x08 == 0 { 0 } else { 8 };
                let dictionary = if got[0] & 0x01 == 0 { 0 } else { 4 };
                self.partial.extend_from_slice(got);
                State::Descriptor(3 + sized + dictionary)
            }
            State::Descriptor(_) => State::Length(Box::new(Frame::new(got)?)),
            State::Skippable(None) => State::Skippable(Some(word(u32::from_le_bytes))),
            State::Skippable(Some(_)) => State::Magic,
            State::Length(frame) => match word(u32::from_le_bytes) {
                0 if frame.content_sum => State::Sum(frame),
                0 => State::Magic,
                length => {
                    let (plain, length) = (length >> 31 == 1, length & 0x7fff_ffff);
                    if length > frame.block_max {
                        return Err(format!("a block of {length} bytes is not plausible"));
                    }
                    let sum = if frame.block_sums { 4 } else { 0 };
                    State::Block(frame, length + sum, plain)
                }
            },
            State::Block(mut frame, _, plain) => {
                frame.block(got, plain, &mut self.ready)?;
                State::Length(frame)
            }
            State::Sum(frame) if frame.hash.finish() as usize == word(u32::from_le_bytes) => {
                State::Magic
            }
            State::Sum(_) => return Err("a frame's checksum does not match".to_owned()),
            State::Start | State::Hadoop => match word(u32::from_be_bytes) {
                length if length > BLOCK_MAX => {
                    return Err("neither the frame format nor Hadoop's blocks".to_owned());
                }
                0 => State::Hadoop,
                length => State::HadoopLength(length),
            },
            State::HadoopLength(left) => match word(u32::from_be_bytes) {
                length if length > lz4_flex::block::get_maximum_output_size(BLOCK_MAX) => {
                    return Err(format!("a chunk of {length} bytes is not plausible"));
                }
                length => State::HadoopChunk(left, length),
            },
            State::HadoopChunk(left, _) => {
                self.ready = lz4_flex::block::decompress(got, left).map_err(|e| e.to_string())?;
                let left = left.checked_sub(self.ready.len());
                match left.ok_or("a block is longer than its header says")? {
                    0 => State::Hadoop,
                    // A chunk of nothing would be read for ever.
                    _ if self.ready.is_empty() => return Err("a chunk is empty".to_owned()),
                    left => State::HadoopLength(left),
                }
            }
        })
    }
}

fn is_skippable(got: &[u8]) -> bool {
    matches!(got, [0x50..=0x5f, 0x2a, 0x4d, 0x18])
}

fn magic(got: &[u8]) -> Result<State, String> {
    match got {
        got if got == MAGIC => Ok(State::Descriptor(2)),
        got if is_skippable(got) => Ok(State::Skippable(None)),
        _ => Err("it does not go on with a frame".to_owned()),
    }
}

impl Frame {
    fn new(descriptor: &[u8]) -> Result<Self, String> {
        let [flags, sizes, .., sum] = descriptor else {
            return Err("a frame has no descriptor".to_owned());
        };
        if flags >> 6 != 1 {
            return Err("a frame is of an unknown version".to_owned());
        }
        if flags & 0x01 != 0 {
            return Err("a frame needs a dictionary".to_owned());
        }
        let mut hash = Xxh32::default();
        hash.update(&descriptor[..descriptor.len() - 1]);
        if (hash.finish() >> 8) as u8 != *sum {
            return Err("a frame's descriptor does not match its checksum".to_owned());
        }
        let block_max = match sizes >> 4 & 7 {
            size @ 4..=7 => 1 << (8 + 2 * size),
            _ => return Err("a frame's blocks are of an unknown size".to_owned()),
        };
        Ok(Frame {
            linked: flags & 0x20 == 0,
            block_sums: flags & 0x10 != 0,
            content_sum: flags & 0x04 != 0,
            block_max,
            hash: Xxh32::default(),
            window: Vec::new(),
        })
    }

    fn block(&mut self, got: &[u8], plain: bool, ready: &mut Vec<u8>) -> Result<(), String> {
        let data = match self.block_sums {
            false => got,
            true => {
                let (data, sum) = got.split_at(got.len() - 4);
                let mut hash = Xxh32::default();
                hash.update(data);
                if hash.finish().to_le_bytes() != sum {
                    return Err("a block's checksum does not match".to_owned());
                }
                data
            }
        };
        if plain {
            ready.extend_from_slice(data);
        } else {
            ready.resize(self.block_max, 0);
            let made = lz4_flex::block::decompress_into_with_dict(data, ready, &self.window);
            ready.truncate(made.map_err(|e| e.to_string())?);
        }
        if self.linked {
            self.window.extend_from_slice(ready);
            let old = self.window.len().saturating_sub(WINDOW);
            self.window.drain(..old);
        }
        if self.content_sum {
            self.hash.update(ready);
        }
        Ok(())
    }
}

/// Appends one Hadoop block of `plain`, at most [`HADOOP_BLOCK`] bytes, to `out`.
pub(super) fn write_hadoop_block(plain: &[u8], out: &mut Vec<u8>) {
    let packed = lz4_flex::block::compress(plain);
    out.extend_from_slice(&(plain.len() as u32).to_be_bytes());
    out.extend_from_slice(&(packed.len() as u32).to_be_bytes());
    out.extend_from_slice(&packed);
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use lz4_flex::frame::{BlockMode, FrameEncoder, FrameInfo};

    use super::*;

    fn unframe(bytes: &[u8], piece: usize) -> Result<Vec<u8>, String> {
        let mut decoder = Lz4Decoder::default();
        let mut plain = Vec::new();
        for mut chunk in bytes.chunks(piece) {
            loop {
                let mut out = [0; 5_000];
                let (used, made) = decoder.step(chunk, &mut out)?;
                plain.extend_from_slice(&out[..made]);
                chunk = &chunk[used..];
                if chunk.is_empty() && made == 0 {
                    break;
                }
            }
        }
        if decoder.is_between_blocks() { Ok(plain) } else { Err("cut".to_owned()) }
    }

    #[test]
    fn frames_are_read_and_their_checksums_checked() {
        let plain: Vec<u8> = (0..200_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        for mode in [BlockMode::Linked, BlockMode::Independent] {
            let info = FrameInfo::new()
                .block_mode(mode)
                .block_checksums(true)
                .content_checksum(true)
                .content_size(Some(plain.len() as u64));
            let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(&plain).unwrap();
            let mut frame = encoder.finish().unwrap();
            for piece in [1, 999, 1_000_000] {
                assert!(unframe(&frame, piece).unwrap() == plain);
            }
            let twice = [frame.clone(), frame.clone()].concat();
            assert_eq!(unframe(&twice, 4_096).unwrap().len(), 2 * plain.len());
            assert!(unframe(&frame[..frame.len() - 2], 100).is_err());
            let middle = frame.len() / 2;
            frame[middle] ^= 0x40;
            assert!(unframe(&frame, 4_096).is_err());
        }
        assert!(unframe(b"id,name\n1,a\n", 100).is_err());
    }
}
