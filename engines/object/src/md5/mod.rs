//! MD5 of many bodies at once. It is the slowest of what is computed of a body, and a stream of its
//! steps cannot be hurried; but those of several bodies can be taken side by side, at hardly more
//! than the cost of one. So whoever has bytes to digest joins those who have some at the moment.
//!
//! No crate does this for bodies that arrive in pieces: those that compute several digests at once
//! need all of each message.

mod kernel;
mod together;

use bytes::Bytes;

use kernel::{BLOCK, INITIAL, State};
pub(crate) use together::Together;

/// The digest of one body, as far as it has come.
#[derive(Clone)]
pub(crate) struct Md5 {
    state: State,
    /// What does not fill a block yet, from the front.
    partial: [u8; BLOCK],
    bytes: u64,
}

impl Default for Md5 {
    fn default() -> Md5 {
        Md5 { state: INITIAL, partial: [0; BLOCK], bytes: 0 }
    }
}

impl Md5 {
    /// Takes chunks in on this thread, alone.
    pub fn update(&mut self, chunks: &[Bytes]) {
        for chunk in chunks {
            let rest = self.fill(chunk);
            let (blocks, rest) = rest.as_chunks::<BLOCK>();
            self.take(blocks);
            self.keep(rest);
        }
    }

    /// The digest.
    pub fn finalize(mut self) -> [u8; 16] {
        let bits = self.bytes.wrapping_mul(8);
        let filled = self.filled();
        let mut end = [0; 2 * BLOCK];
        end[..filled].copy_from_slice(&self.partial[..filled]);
        end[filled] = 0x80;
        let size = if filled < BLOCK - 8 { BLOCK } else { 2 * BLOCK };
        end[size - 8..size].copy_from_slice(&bits.to_le_bytes());
        let (blocks, _) = end[..size].as_chunks::<BLOCK>();
        kernel::alone(&mut self.state, blocks);
        let mut digest = [0; 16];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *bytes = word.to_le_bytes();
        }
        digest
    }

    fn filled(&self) -> usize {
        (self.bytes % BLOCK as u64) as usize
    }

    /// Fills up the block that was begun; what is left then, or nothing.
    fn fill<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let filled = self.filled();
        if filled == 0 {
            return bytes;
        }
        let (more, rest) = bytes.split_at(bytes.len().min(BLOCK - filled));
        self.partial[filled..filled + more.len()].copy_from_slice(more);
        self.bytes += more.len() as u64;
        if self.filled() == 0 {
            let block = self.partial;
            kernel::alone(&mut self.state, &[block]);
        }
        rest
    }

    /// Takes whole blocks in.
    fn take(&mut self, blocks: &[[u8; BLOCK]]) {
        kernel::alone(&mut self.state, blocks);
        self.bytes += (blocks.len() * BLOCK) as u64;
    }

    /// Begins a block with less than one.
    fn keep(&mut self, rest: &[u8]) {
        if !rest.is_empty() {
            self.partial[..rest.len()].copy_from_slice(rest);
            self.bytes += rest.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use md5::Digest as _;
    use proptest::prelude::*;

    use super::*;

    pub(super) fn oracle(chunks: &[Bytes]) -> [u8; 16] {
        let mut md5 = md5::Md5::new();
        chunks.iter().for_each(|chunk| md5.update(chunk));
        md5.finalize().into()
    }

    /// The test suite of RFC 1321.
    #[test]
    fn known_answers() {
        for (text, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ] {
            let mut md5 = Md5::default();
            md5.update(&[Bytes::from_static(text.as_bytes())]);
            let hex: String = md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, digest);
        }
    }

    proptest! {
        #[test]
        fn chunks_of_any_size_are_one_message(sizes in prop::collection::vec(0_usize..300, 0..8)) {
            let chunks: Vec<Bytes> = sizes
                .iter()
                .enumerate()
                .map(|(at, size)| vec![at as u8 ^ 0x5a; *size].into())
                .collect();
            let mut md5 = Md5::default();
            md5.update(&chunks);
            prop_assert_eq!(md5.finalize(), oracle(&chunks));
        }
    }
}
