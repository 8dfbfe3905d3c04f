//! The services that routes can lead to by an endpoint, and the lists of their addresses.
//!
//! AWS: the addresses of a service in a region are a list that changes; here: each service has a range
//! of AWS's own, divided evenly among the regions, since nothing is ever sent there.

use std::net::Ipv4Addr;

use aquifer_network::Block;
use platform::{Region, Result, Tags};

use crate::error;
use crate::filters::Filters;
use crate::zones::REGIONS;

/// A service with endpoints of the kind that routes lead to.
#[derive(Debug)]
pub(crate) struct Gatewayed {
    /// As it is called in names of endpoints, and by which it signs.
    pub name: &'static str,
    /// Where its addresses start, and the bits that those of a region have in common.
    addresses: (Ipv4Addr, u8),
}

pub(crate) const SERVICES: [Gatewayed; 2] = [
    Gatewayed { name: "dynamodb", addresses: (Ipv4Addr::new(52, 94, 0, 0), 23) },
    Gatewayed { name: "s3", addresses: (Ipv4Addr::new(52, 216, 0, 0), 22) },
];

/// Regions that have a place in each range; those that are not known share the second half.
const PLACES: u32 = 128;

/// Whose the lists are.
pub(crate) const OWNER: &str = "AWS";

/// Where everything else on the internet is.
pub(crate) const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);

/// A list of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrefixList {
    pub id: String,
    pub name: String,
    pub blocks: Vec<Block>,
}

impl Gatewayed {
    /// The service of the name of an endpoint service.
    pub fn of(full_name: &str, region: &Region) -> Option<&'static Gatewayed> {
        SERVICES.iter().find(|service| service.full_name(region) == full_name)
    }

    /// The service that signs by a name.
    pub fn signing(name: &str) -> Option<&'static Gatewayed> {
        SERVICES.iter().find(|service| service.name == name)
    }

    /// `com.amazonaws.us-east-1.s3`.
    pub fn full_name(&self, region: &Region) -> String {
        format!("com.amazonaws.{region}.{}", self.name)
    }

    /// Its list in a region.
    pub fn list(&self, region: &Region) -> PrefixList {
        let name = self.full_name(region);
        let id = format!("pl-{:08x}", hash(&name));
        PrefixList { id, name, blocks: self.block(region).into_iter().collect() }
    }

    /// One of its addresses in a region.
    pub fn address(&self, region: &Region) -> Option<Ipv4Addr> {
        self.block(region)?.nth(1)
    }

    fn block(&self, region: &Region) -> Option<Block> {
        let known = REGIONS.iter().position(|known| known.name == region.as_str());
        let place = known.and_then(|at| u32::try_from(at).ok());
        let place = place.unwrap_or_else(|| PLACES / 2 + hash(region.as_str()) % (PLACES / 2));
        let (start, bits) = self.addresses;
        let first = u32::from(start) + (place << (32 - u32::from(bits)));
        Block::around(first.into(), bits).ok()
    }
}

/// The lists of a region, in the order of their ids.
pub(crate) fn lists(region: &Region) -> Vec<PrefixList> {
    let mut lists: Vec<_> = SERVICES.iter().map(|service| service.list(region)).collect();
    lists.sort_by(|one, other| one.id.cmp(&other.id));
    lists
}

/// The lists of a region that are named, or all, as far as they pass.
///
/// # Errors
/// When one that is named is not there.
pub(crate) fn chosen(
    region: &Region,
    ids: Option<Vec<String>>,
    filters: &Filters,
) -> Result<Vec<PrefixList>> {
    let mut found = lists(region);
    if let Some(ids) = ids.filter(|ids| !ids.is_empty()) {
        if let Some(unknown) = ids.iter().find(|id| !found.iter().any(|list| list.id == **id)) {
            return Err(error::no_prefix_list(unknown));
        }
        found.retain(|list| ids.contains(&list.id));
    }
    let mut passing = Vec::new();
    for list in found {
        let values = |filter: &str| {
            Ok(vec![match filter {
                "owner-id" => OWNER.to_owned(),
                "prefix-list-id" => list.id.clone(),
                _ => list.name.clone(),
            }])
        };
        if filters.pass(&Tags::new(), values)? {
            passing.push(list);
        }
    }
    Ok(passing)
}

/// FNV-1a: tells names apart.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_regions_have_an_address_in_common() {
        assert!(REGIONS.len() < (PLACES / 2) as usize);
        let mut blocks = Vec::new();
        for known in REGIONS {
            let region = known.name.parse().unwrap();
            for list in lists(&region) {
                for block in list.blocks {
                    assert!(blocks.iter().all(|other: &Block| !other.meets(block)), "{block}");
                    blocks.push(block);
                }
            }
        }
        assert!(blocks.iter().all(|block| !block.holds(ELSEWHERE)));
    }

    #[test]
    fn addresses_are_of_the_list_of_their_region() {
        let (here, there) = (Region::us_east_1(), "eu-west-1".parse().unwrap());
        let s3 = Gatewayed::signing("s3").unwrap();
        let holds = |region, address: Option<Ipv4Addr>| {
            s3.list(region).blocks.iter().any(|block| block.holds(address.unwrap()))
        };
        assert!(holds(&here, s3.address(&here)) && !holds(&here, s3.address(&there)));
        assert_eq!(Gatewayed::of("com.amazonaws.us-east-1.s3", &here).unwrap().name, "s3");
        assert!(Gatewayed::of("com.amazonaws.us-east-1.s3", &there).is_none());
        assert_ne!(s3.list(&here).id, s3.list(&there).id);
    }
}
