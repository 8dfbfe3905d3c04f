//! CRCs of a concatenation from the CRCs of its parts, without the bytes.
//!
//! A CRC is a remainder modulo a polynomial over GF(2). Appending `n` bytes multiplies the
//! remainder by x^(8n), so two CRCs combine with one modular power and one exclusive or. (True of
//! CRCs that start and end with all ones, as these three do: the constants cancel.)

/// A CRC that can be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crc {
    Crc32,
    Crc32c,
    Crc64Nvme,
}

impl Crc {
    /// Width in bits, and the polynomial with the highest power in the lowest bit.
    const fn parameters(self) -> (u32, u64) {
        match self {
            Crc::Crc32 => (32, 0xedb8_8320),
            Crc::Crc32c => (32, 0x82f6_3b78),
            Crc::Crc64Nvme => (64, 0x9a6c_9329_ac4b_c9b5),
        }
    }

    /// The CRC of `first` followed by `second`, which is `second_len` bytes long.
    pub fn combine(self, first: u64, second: u64, second_len: u64) -> u64 {
        let (width, polynomial) = self.parameters();
        let one = 1 << (width - 1);
        let mut power = one;
        let mut square = one >> 8;
        let mut bytes = second_len;
        while bytes != 0 {
            if bytes & 1 == 1 {
                power = multiply(power, square, width, polynomial);
            }
            square = multiply(square, square, width, polynomial);
            bytes >>= 1;
        }
        multiply(power, first, width, polynomial) ^ second
    }
}

/// Product of two polynomials modulo `polynomial`, bits reflected.
fn multiply(a: u64, mut b: u64, width: u32, polynomial: u64) -> u64 {
    let mut product = 0;
    for bit in (0..width).rev() {
        if a >> bit & 1 == 1 {
            product ^= b;
        }
        b = if b & 1 == 1 { b >> 1 ^ polynomial } else { b >> 1 };
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crc_fast::{CrcAlgorithm, checksum};

    #[test]
    fn combined_is_as_computed_over_both() {
        let bytes: Vec<u8> = (0..70_001u32).map(|i| ((i * 31) >> 3) as u8).collect();
        for (crc, algorithm) in [
            (Crc::Crc32, CrcAlgorithm::Crc32IsoHdlc),
            (Crc::Crc32c, CrcAlgorithm::Crc32Iscsi),
            (Crc::Crc64Nvme, CrcAlgorithm::Crc64Nvme),
        ] {
            for cut in [0, 1, 8, 4096, 70_000, 70_001] {
                let (first, second) = bytes.split_at(cut);
                let (a, b) = (checksum(algorithm, first), checksum(algorithm, second));
                assert_eq!(crc.combine(a, b, second.len() as u64), checksum(algorithm, &bytes));
            }
        }
    }
}
