//! xxHash of 32 bits, the checksum of LZ4 frames.
//!
//! <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>

const PRIMES: [u32; 5] = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d, 0x27d4_eb2f, 0x1656_67b1];

/// A hash under way, with seed 0.
pub(super) struct Xxh32 {
    lanes: [u32; 4],
    pending: Vec<u8>,
    length: u64,
}

impl Default for Xxh32 {
    fn default() -> Self {
        let [one, two, ..] = PRIMES;
        let lanes = [one.wrapping_add(two), two, 0, 0u32.wrapping_sub(one)];
        Xxh32 { lanes, pending: Vec::new(), length: 0 }
    }
}

impl Xxh32 {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        let mut rest = bytes;
        if !self.pending.is_empty() {
            let (taken, left) = rest.split_at(rest.len().min(16 - self.pending.len()));
            self.pending.extend_from_slice(taken);
            rest = left;
            if self.pending.len() < 16 {
                return;
            }
            let whole = std::mem::take(&mut self.pending);
            self.stripe(&whole);
        }
        let stripes = rest.chunks_exact(16);
        let left = stripes.remainder();
        stripes.for_each(|stripe| self.stripe(stripe));
        self.pending.extend_from_slice(left);
    }

    fn stripe(&mut self, stripe: &[u8]) {
        for (lane, word) in self.lanes.iter_mut().zip(stripe.as_chunks::<4>().0) {
            let mixed = lane.wrapping_add(u32::from_le_bytes(*word).wrapping_mul(PRIMES[1]));
            *lane = mixed.rotate_left(13).wrapping_mul(PRIMES[0]);
        }
    }

    pub(super) fn finish(&self) -> u32 {
        let [one, two, three, four] = self.lanes;
        let mut hash = if self.length >= 16 {
            one.rotate_left(1)
                .wrapping_add(two.rotate_left(7))
                .wrapping_add(three.rotate_left(12))
                .wrapping_add(four.rotate_left(18))
        } else {
            PRIMES[4]
        };
        // The length counts modulo 2³².
        hash = hash.wrapping_add(self.length as u32);
        let (words, bytes) = self.pending.as_chunks::<4>();
        for word in words {
            hash = hash.wrapping_add(u32::from_le_bytes(*word).wrapping_mul(PRIMES[2]));
            hash = hash.rotate_left(17).wrapping_mul(PRIMES[3]);
        }
        for byte in bytes {
            hash = hash.wrapping_add(u32::from(*byte).wrapping_mul(PRIMES[4]));
            hash = hash.rotate_left(11).wrapping_mul(PRIMES[0]);
        }
        hash = (hash ^ hash >> 15).wrapping_mul(PRIMES[1]);
        hash = (hash ^ hash >> 13).wrapping_mul(PRIMES[2]);
        hash ^ hash >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_texts_have_known_hashes() {
        for (text, want) in [("", 0x02cc_5d05), ("a", 0x550d_7456), ("abc", 0x32d1_53ff)] {
            let mut hash = Xxh32::default();
            hash.update(text.as_bytes());
            assert_eq!(hash.finish(), want, "{text}");
        }
    }
}
