//! HyperLogLog: how many different values a set has, from the longest run of zeros seen in each of
//! many buckets of hashes.
//!
//! Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog", 2007. The bytes are of our own making: a
//! version, the logarithm of the number of buckets, a register for each.

use datafusion::common::Result;

use super::super::error::invalid_argument;

const VERSION: u8 = 1;
/// Of the standard error 1.04 / √2^12 = 1.625 %.
pub(crate) const BITS_DEFAULT: u8 = 12;

#[derive(Debug, Clone)]
pub(crate) struct HyperLogLog {
    bits: u8,
    registers: Vec<u8>,
}

impl HyperLogLog {
    pub(crate) fn new(bits: u8) -> Self {
        Self { bits, registers: vec![0; 1 << bits] }
    }

    /// As many buckets as keep the standard error below a bound.
    pub(crate) fn of_error(error: f64) -> Result<Self> {
        if !(0.004_062_5..=0.26).contains(&error) {
            return Err(invalid_argument(format!(
                "Standard error must be in [0.0040625, 0.26000]: {error}"
            )));
        }
        let buckets = (1.04 / error).powi(2);
        Ok(Self::new(buckets.log2().ceil().clamp(4.0, 16.0) as u8))
    }

    pub(crate) fn add(&mut self, hash: u64) {
        let bucket = (hash >> (64 - self.bits)) as usize;
        let rest = hash << self.bits | (1 << (self.bits - 1));
        self.registers[bucket] = self.registers[bucket].max(rest.leading_zeros() as u8 + 1);
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        if self.bits != other.bits {
            return Err(invalid_argument(
                "Cannot merge HLL instances with different numbers of buckets",
            ));
        }
        for (own, other) in self.registers.iter_mut().zip(&other.registers) {
            *own = (*own).max(*other);
        }
        Ok(())
    }

    pub(crate) fn cardinality(&self) -> i64 {
        let buckets = self.registers.len() as f64;
        let empty = self.registers.iter().filter(|register| **register == 0).count();
        let sum: f64 = self.registers.iter().map(|r| 0.5_f64.powi(i32::from(*r))).sum();
        let alpha = match self.registers.len() {
            16 => 0.673,
            32 => 0.697,
            64 => 0.709,
            _ => 0.7213 / (1.0 + 1.079 / buckets),
        };
        let estimate = alpha * buckets * buckets / sum;
        // Few values leave buckets empty, which tells more than their registers do.
        let estimate = if empty > 0 && estimate <= 2.5 * buckets {
            buckets * (buckets / empty as f64).ln()
        } else {
            estimate
        };
        estimate.round() as i64
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, self.bits];
        bytes.extend(&self.registers);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match bytes {
            [VERSION, bits @ 4..=16, registers @ ..] if registers.len() == 1 << bits => {
                Ok(Self { bits: *bits, registers: registers.to_vec() })
            }
            _ => Err(invalid_argument("Cannot deserialize HyperLogLog")),
        }
    }

    pub(crate) fn size(&self) -> usize {
        size_of_val(self) + self.registers.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::binary::xxhash64::hash;
    use super::*;

    #[test]
    fn estimates_are_near() {
        let mut sketch = HyperLogLog::new(BITS_DEFAULT);
        for (count, error) in [(10, 0), (1_000, 20), (100_000, 5_000)] {
            (0..count).for_each(|n: i64| sketch.add(hash(&n.to_le_bytes())));
            assert!((sketch.cardinality() - count).abs() <= error, "{}", sketch.cardinality());
        }
        let back = HyperLogLog::from_bytes(&sketch.to_bytes()).unwrap();
        assert_eq!(back.cardinality(), sketch.cardinality());
        assert!(HyperLogLog::from_bytes(b"x").is_err());
        assert!(HyperLogLog::of_error(0.5).is_err());
    }
}
