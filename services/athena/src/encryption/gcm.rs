//! AES-256-GCM over one object as its bytes come: counter mode, which can begin anywhere, and the
//! hash that makes the tag.

use aes::Aes256Enc;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;

const BLOCK: usize = 16;

/// One object being sealed or opened.
pub(super) struct Gcm {
    cipher: Aes256Enc,
    iv: [u8; 12],
    hash: GHash,
    /// Sealed bytes that do not make a block yet.
    pending: Vec<u8>,
    at: u64,
}

impl Gcm {
    pub(super) fn new(key: &[u8; 32], iv: [u8; 12]) -> Self {
        let cipher = Aes256Enc::new(key.into());
        let mut hash_key = [0u8; BLOCK].into();
        cipher.encrypt_block(&mut hash_key);
        Self { cipher, iv, hash: GHash::new(&hash_key), pending: Vec::new(), at: 0 }
    }

    pub(super) fn seek(&mut self, at: u64) {
        self.at = at;
    }

    /// The block that a counter stands for; the first is the tag's.
    fn block(&self, counter: u32) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        block[..12].copy_from_slice(&self.iv);
        block[12..].copy_from_slice(&counter.to_be_bytes());
        let mut block = block.into();
        self.cipher.encrypt_block(&mut block);
        block.into()
    }

    fn turn(&mut self, bytes: &mut [u8]) {
        let mut done = 0;
        while done < bytes.len() {
            let within = (self.at % BLOCK as u64) as usize;
            // Objects of 64 GiB and more are longer than the mode allows: counters begin again.
            let counter = (self.at / BLOCK as u64) as u32;
            let stream = self.block(counter.wrapping_add(2));
            let count = (BLOCK - within).min(bytes.len() - done);
            for (byte, mask) in bytes[done..done + count].iter_mut().zip(&stream[within..]) {
                *byte ^= mask;
            }
            done += count;
            self.at += count as u64;
        }
    }

    fn absorb(&mut self, sealed: &[u8]) {
        let mut rest = sealed;
        if !self.pending.is_empty() {
            let (taken, left) = rest.split_at(rest.len().min(BLOCK - self.pending.len()));
            self.pending.extend_from_slice(taken);
            rest = left;
            if self.pending.len() < BLOCK {
                return;
            }
            self.hash.update_padded(&std::mem::take(&mut self.pending));
        }
        let (whole, left) = rest.split_at(rest.len() - rest.len() % BLOCK);
        self.hash.update_padded(whole);
        self.pending.extend_from_slice(left);
    }

    pub(super) fn seal(&mut self, bytes: &mut [u8]) {
        self.turn(bytes);
        self.absorb(bytes);
    }

    pub(super) fn open(&mut self, bytes: &mut [u8]) {
        self.absorb(bytes);
        self.turn(bytes);
    }

    pub(super) fn tag(mut self) -> [u8; BLOCK] {
        let pending = std::mem::take(&mut self.pending);
        self.hash.update_padded(&pending);
        let mut lengths = [0; BLOCK];
        lengths[8..].copy_from_slice(&(self.at * 8).to_be_bytes());
        self.hash.update_padded(&lengths);
        let mask = self.block(1);
        let mut tag: [u8; BLOCK] = self.hash.clone().finalize().into();
        tag.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(pair).collect()
    }

    /// Test cases 13 to 15 of the mode's specification.
    #[test]
    fn known_texts_are_sealed_as_known() {
        let zero = Gcm::new(&[0; 32], [0; 12]);
        assert_eq!(zero.tag()[..], hex("530f8afbc74536b9a963b4f1c4cb738b"));
        let mut one = Gcm::new(&[0; 32], [0; 12]);
        let mut block = [0; 16];
        one.seal(&mut block);
        assert_eq!(block[..], hex("cea7403d4d606b6e074ec5d3baf39d18"));
        assert_eq!(one.tag()[..], hex("d0d1c8a799996bf0265b98b5d48ab919"));

        let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let key: [u8; 32] = key.try_into().unwrap();
        let iv: [u8; 12] = hex("cafebabefacedbaddecaf888").try_into().unwrap();
        let plain = hex(concat!(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
        ));
        let sealed = hex(concat!(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
        ));
        for piece in [1, 7, 16, 64] {
            let mut gcm = Gcm::new(&key, iv);
            let mut bytes = plain.clone();
            bytes.chunks_mut(piece).for_each(|piece| gcm.seal(piece));
            assert_eq!(bytes, sealed);
            assert_eq!(gcm.tag()[..], hex("b094dac5d93471bdec1a502270e3cc6c"));
        }
        let mut part = sealed[21..40].to_vec();
        let mut gcm = Gcm::new(&key, iv);
        gcm.seek(21);
        gcm.open(&mut part);
        assert_eq!(part, plain[21..40]);
    }
}
