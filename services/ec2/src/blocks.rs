//! Blocks of addresses as requests write them.

use aquifer_network::Block;
use platform::{Fail, Result};

use crate::error;

/// Networks and subnets have prefixes from here to there.
pub(crate) const BITS: std::ops::RangeInclusive<u8> = 16..=28;

/// Blocks in which no network may lie: this host, this link, groups of hosts.
const UNUSABLE: [&str; 4] = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];

/// Reads the value of a parameter.
///
/// # Errors
/// When it is no block.
pub(crate) fn read(text: &str, parameter: &str) -> Result<Block> {
    Block::read(text).map_err(|_| error::not_a_block(text, parameter))
}

/// Reads the block of something of a size.
///
/// # Errors
/// When it is no block, or too large or too small: `range` says so.
pub(crate) fn sized(text: &str, range: impl Fn(&str) -> Fail) -> Result<Block> {
    let block = read(text, "cidrBlock")?;
    let unusable = |other: &&str| Block::read(other).is_ok_and(|other| other.meets(block));
    if !BITS.contains(&block.bits()) || UNUSABLE.iter().any(unusable) {
        return Err(range(text));
    }
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_a_size() {
        let code = |text| sized(text, error::vpc_range).map_err(|fail| fail.code().to_owned());
        assert_eq!(code("10.0.7.7/16").unwrap().to_string(), "10.0.0.0/16");
        for bad in ["10.0.0.0/15", "10.0.0.0/29", "127.0.0.0/16", "240.0.0.0/16", "169.254.1.0/24"]
        {
            assert_eq!(code(bad).unwrap_err(), "InvalidVpc.Range", "{bad}");
        }
        assert_eq!(code("10.0.0.0").unwrap_err(), "InvalidParameterValue");
    }
}
