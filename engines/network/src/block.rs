//! Blocks of addresses: `10.0.0.0/16`.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A range of IPv4 addresses that have a prefix in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    first: u32,
    bits: u8,
}

/// A text is not a block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotABlock;

impl fmt::Display for NotABlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a block of addresses")
    }
}

impl std::error::Error for NotABlock {}

impl Block {
    /// Every address.
    pub const ALL: Block = Block { first: 0, bits: 0 };

    /// The block of that many leading bits around an address.
    ///
    /// # Errors
    /// When there are more bits than an address has.
    pub fn around(address: Ipv4Addr, bits: u8) -> Result<Self, NotABlock> {
        if bits > 32 {
            return Err(NotABlock);
        }
        Ok(Self { first: u32::from(address) & mask(bits), bits })
    }

    /// Reads `10.0.0.0/16`. Addresses within the block are taken for the block: `10.0.9.9/16` too.
    ///
    /// # Errors
    /// When it is written otherwise.
    pub fn read(text: &str) -> Result<Self, NotABlock> {
        let (address, bits) = text.split_once('/').ok_or(NotABlock)?;
        let plain = bits.bytes().all(|b| b.is_ascii_digit()) && bits.len() <= 2;
        let bits = bits.parse().ok().filter(|_| plain).ok_or(NotABlock)?;
        Self::around(address.parse().map_err(|_| NotABlock)?, bits)
    }

    /// How many leading bits its addresses have in common.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// Its first address.
    pub fn first(self) -> Ipv4Addr {
        self.first.into()
    }

    /// Its last address.
    pub fn last(self) -> Ipv4Addr {
        (self.first | !mask(self.bits)).into()
    }

    /// How many addresses it has.
    pub fn size(self) -> u64 {
        1 << (32 - u32::from(self.bits))
    }

    /// The address at a place in it, from zero.
    pub fn nth(self, place: u64) -> Option<Ipv4Addr> {
        let place = u32::try_from(place).ok().filter(|place| u64::from(*place) < self.size())?;
        Some((self.first + place).into())
    }

    /// Whether an address is in it.
    pub fn holds(self, address: Ipv4Addr) -> bool {
        u32::from(address) & mask(self.bits) == self.first
    }

    /// Whether another block lies in it; it lies in itself.
    pub fn covers(self, other: Block) -> bool {
        self.bits <= other.bits && self.holds(other.first())
    }

    /// Whether the two have an address in common.
    pub fn meets(self, other: Block) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// The bits that count.
fn mask(bits: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0)
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first(), self.bits)
    }
}

impl FromStr for Block {
    type Err = NotABlock;

    fn from_str(text: &str) -> Result<Self, NotABlock> {
        Self::read(text)
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(text: &str) -> Block {
        text.parse().unwrap()
    }

    #[test]
    fn blocks_are_read_and_written() {
        assert_eq!(block("10.0.9.9/16").to_string(), "10.0.0.0/16");
        assert_eq!(block("0.0.0.0/0"), Block::ALL);
        let small = block("192.168.1.240/28");
        assert_eq!((small.size(), small.last().to_string().as_str()), (16, "192.168.1.255"));
        assert_eq!(small.nth(4).unwrap().to_string(), "192.168.1.244");
        assert_eq!(small.nth(16), None);
        for bad in
            ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/+8", "10.0.0.0/008", "::/0"]
        {
            assert_eq!(Block::read(bad), Err(NotABlock), "{bad}");
        }
    }

    #[test]
    fn blocks_cover_and_meet() {
        let wide = block("10.0.0.0/16");
        assert!(wide.covers(wide) && wide.covers(block("10.0.255.0/24")));
        assert!(!wide.covers(block("10.1.0.0/24")) && !block("10.0.255.0/24").covers(wide));
        assert!(wide.meets(block("10.0.0.0/8")) && !wide.meets(block("10.1.0.0/16")));
        assert!(Block::ALL.holds(Ipv4Addr::BROADCAST));
    }

    proptest! {
        #[test]
        fn two_blocks_meet_where_the_first_of_one_is_in_the_other(
            one: u32, one_bits in 0_u8..=32, two: u32, two_bits in 0_u8..=32,
        ) {
            let one = Block::around(one.into(), one_bits).unwrap();
            let two = Block::around(two.into(), two_bits).unwrap();
            let apart = one.last() < two.first() || two.last() < one.first();
            prop_assert_eq!(one.meets(two), !apart);
            prop_assert_eq!(one.covers(two), one.first() <= two.first() && two.last() <= one.last());
        }
    }
}
