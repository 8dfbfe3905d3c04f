//! Regions, the partitions they lie in, and `Scope`: the account and region a row belongs to.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{AccountId, InvalidName, serde_as_text};

/// No region code is longer than this; the bound keeps row keys small.
const REGION_LENGTH_MAX: usize = 32;

/// A region code such as `us-east-1`. Unknown but well-formed codes are accepted: there are new
/// regions every year and nothing here depends on the list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

impl Region {
    /// The region's code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region of requests that name none.
    pub fn us_east_1() -> Region {
        Region("us-east-1".into())
    }

    /// The partition, from the code's prefix.
    pub fn partition(&self) -> Partition {
        match self.as_str() {
            r if r.starts_with("cn-") => Partition::China,
            r if r.starts_with("us-gov-") => Partition::UsGov,
            r if r.starts_with("us-isob-") => Partition::IsoB,
            r if r.starts_with("us-iso-") => Partition::Iso,
            _ => Partition::Aws,
        }
    }
}

impl Default for Region {
    fn default() -> Self {
        Region::us_east_1()
    }
}

impl FromStr for Region {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let plausible = (2..=REGION_LENGTH_MAX).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if plausible { Ok(Region(text.into())) } else { Err(InvalidName::Region(text.to_owned())) }
    }
}

serde_as_text!(Region);

/// A group of regions with its own accounts; the second field of an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Partition {
    /// `aws`
    Aws,
    /// `aws-cn`
    China,
    /// `aws-us-gov`
    UsGov,
    /// `aws-iso`
    Iso,
    /// `aws-iso-b`
    IsoB,
}

impl Partition {
    /// As it stands in ARNs.
    pub fn as_str(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::China => "aws-cn",
            Partition::UsGov => "aws-us-gov",
            Partition::Iso => "aws-iso",
            Partition::IsoB => "aws-iso-b",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whose resources a request acts on. Every row of a regional table carries it in its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The owning account.
    pub account: AccountId,
    /// The region of the endpoint called.
    pub region: Region,
}

impl Scope {
    /// An account in a region.
    pub fn new(account: AccountId, region: Region) -> Scope {
        Scope { account, region }
    }

    /// The same account seen from another region.
    pub fn in_region(&self, region: Region) -> Scope {
        Scope { account: self.account, region }
    }

    /// The partition of the region.
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }
}

impl Default for Scope {
    /// The default account in us-east-1.
    fn default() -> Self {
        Scope { account: AccountId::DEFAULT, region: Region::us_east_1() }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_checked_and_know_their_partition() {
        let partition = |r: &str| r.parse::<Region>().unwrap().partition().as_str();
        assert_eq!(partition("eu-central-1"), "aws");
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("us-isob-east-1"), "aws-iso-b");
        for bad in ["", "x", "US-EAST-1", "us east 1", "-us", "us-east-1\0", &"a".repeat(33)] {
            assert!(bad.parse::<Region>().is_err(), "{bad:?}");
        }
    }
}
