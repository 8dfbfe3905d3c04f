//! Places in subnets: who is inside of a network, and which way their requests take.

use std::collections::{BTreeSet, HashMap};
use std::net::Ipv4Addr;
use std::sync::Arc;

use aquifer_network::{Block, Destination, Route, way};
use parking_lot::Mutex;
use platform::{
    Ctx, Entry, Network, Passage, Place, ReadTx, Region, Result, ServiceSchema, StoreError, Way,
};

use crate::error;
use crate::prefix_lists::{self, ELSEWHERE, Gatewayed, PrefixList};
use crate::resource::{self, SUBNET};
use crate::store::{
    By, ENDPOINTS, GATEWAYS, ROUTE_TABLES, RouteTable, SUBNET_SCOPES, SUBNETS, Subnet, To, VPCS,
};

/// The first addresses of a subnet, and its last, are AWS's own.
const RESERVED_FIRST: u64 = 4;
const RESERVED: u64 = RESERVED_FIRST + 1;

/// The addresses that are taken, by subnet. They are given back when the server ends.
#[derive(Default)]
pub(crate) struct Places(Mutex<HashMap<String, BTreeSet<Ipv4Addr>>>);

impl Places {
    /// How many addresses of a subnet are taken.
    pub fn taken(&self, subnet: &str) -> u64 {
        self.0.lock().get(subnet).map_or(0, |taken| taken.len() as u64)
    }

    /// How many addresses of a subnet are free.
    pub fn free(&self, subnet: &Subnet) -> u64 {
        usable(subnet.block).saturating_sub(self.taken(&subnet.id))
    }

    /// Forgets everyone.
    pub fn clear(&self) {
        self.0.lock().clear();
    }

    fn take(&self, subnet: &Subnet, wanted: Option<Ipv4Addr>) -> Result<Ipv4Addr> {
        if let Some(wanted) = wanted {
            check(subnet.block, wanted)?;
        }
        let mut taken = self.0.lock();
        let taken = taken.entry(subnet.id.clone()).or_default();
        let mut places = RESERVED_FIRST..subnet.block.size() - 1;
        let free = || places.find_map(|at| subnet.block.nth(at).filter(|a| !taken.contains(a)));
        let address = wanted.or_else(free).ok_or_else(|| error::no_address(&subnet.id))?;
        if !taken.insert(address) {
            return Err(error::address_taken(address));
        }
        Ok(address)
    }

    fn give_back(&self, subnet: &str, address: Ipv4Addr) {
        let mut all = self.0.lock();
        if let Some(taken) = all.get_mut(subnet) {
            taken.remove(&address);
            if taken.is_empty() {
                all.remove(subnet);
            }
        }
    }
}

/// How many addresses of a block its owner may use.
fn usable(block: Block) -> u64 {
    block.size().saturating_sub(RESERVED)
}

/// Refuses an address that is not for hosts of a subnet.
fn check(block: Block, address: Ipv4Addr) -> Result<()> {
    if !block.holds(address) {
        return Err(error::invalid(format!(
            "Address {address} does not fall within the subnet's address range"
        )));
    }
    let first = block.nth(RESERVED_FIRST).is_some_and(|first| address >= first);
    if !first || address == block.last() {
        let message = format!("Address {address} is in subnet's reserved address range");
        return Err(error::invalid(message));
    }
    Ok(())
}

/// The networks, as the house asks for them.
pub(crate) struct Networks(pub Arc<Places>);

impl Network for Networks {
    fn enter(&self, ctx: &Ctx, entry: &Entry) -> Result<Place> {
        let id = &entry.subnet;
        SUBNET.check(id)?;
        let scope = ctx.read(|tx| SUBNET_SCOPES.get(tx, id))?;
        let scope = scope.ok_or_else(|| error::not_found(SUBNET, id))?;
        let subnet = ctx.with_scope(scope.clone()).read(|tx| resource::find::<Subnet>(tx, id))?;
        let address = self.0.take(&subnet, entry.address)?;
        let (network, public) = (subnet.vpc, entry.public);
        Ok(Place { scope, network, subnet: subnet.id, address, public })
    }

    fn leave(&self, place: &Place) {
        self.0.give_back(&place.subnet, place.address);
    }

    fn way(
        &self,
        ctx: &Ctx,
        place: &Place,
        service: Option<&ServiceSchema>,
        region: &Region,
    ) -> Result<Way> {
        let named = service.and_then(|service| Gatewayed::signing(service.signing_name));
        let to = named.and_then(|service| service.address(region)).unwrap_or(ELSEWHERE);
        Ok(ctx.with_scope(place.scope.clone()).read(|tx| of(tx, place, to))?)
    }
}

/// The way from a place to an address.
fn of(tx: &ReadTx<'_>, place: &Place, to: Ipv4Addr) -> Result<Way, StoreError> {
    let Some(table) = table_of(tx, &place.subnet)? else { return Ok(Way::Nowhere) };
    let lists = prefix_lists::lists(&place.scope.region);
    match chosen(&table, &lists, to) {
        None | Some(By::Local) => Ok(Way::Nowhere),
        Some(By::InternetGateway(id)) => {
            let gateway = GATEWAYS.get(tx, id)?;
            let attached = gateway.is_some_and(|gateway| gateway.vpc.as_ref() == Some(&table.vpc));
            Ok(if attached && place.public { Way::Internet } else { Way::Nowhere })
        }
        Some(By::Endpoint(id)) => {
            let Some(endpoint) = ENDPOINTS.get(tx, id)? else { return Ok(Way::Nowhere) };
            Ok(Way::Endpoint(Passage {
                endpoint: endpoint.id,
                network: endpoint.vpc,
                address: place.address,
                policy: endpoint.policy.into(),
            }))
        }
    }
}

/// What the routes of a table say of an address.
fn chosen<'t>(table: &'t RouteTable, lists: &[PrefixList], to: Ipv4Addr) -> Option<&'t By> {
    let routes = table.routes.iter().map(|route| Route {
        to: match &route.to {
            To::Block(block) => Destination::Block(*block),
            To::PrefixList(id) => {
                let list = lists.iter().find(|list| list.id == *id);
                Destination::List(list.map_or(&[], |list| &list.blocks))
            }
        },
        by: &route.by,
    });
    way(routes, to)
}

/// The route table of a subnet: its own, or the main one of its network.
fn table_of(tx: &ReadTx<'_>, subnet: &str) -> Result<Option<RouteTable>, StoreError> {
    let Some(subnet) = SUBNETS.get(tx, subnet)? else { return Ok(None) };
    let table = match subnet.route_table {
        Some(table) => Some(table),
        None => VPCS.get(tx, &subnet.vpc)?.map(|vpc| vpc.main_table),
    };
    match table {
        Some(table) => ROUTE_TABLES.get(tx, &table),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(block: &str) -> Subnet {
        Subnet {
            id: "subnet-1".into(),
            vpc: "vpc-1".into(),
            block: block.parse().unwrap(),
            zone: "us-east-1a".into(),
            zone_id: "use1-az1".into(),
            default_for_zone: false,
            public_on_launch: false,
            hostname_type: None,
            resource_name_record: false,
            route_table: None,
            tags: Default::default(),
        }
    }

    #[test]
    fn a_subnet_keeps_five_addresses_and_gives_the_others_once() {
        let (places, subnet) = (Places::default(), subnet("10.0.0.0/28"));
        assert_eq!(places.free(&subnet), 11);
        assert_eq!(places.take(&subnet, None).unwrap().to_string(), "10.0.0.4");
        let wanted: Ipv4Addr = "10.0.0.9".parse().unwrap();
        assert_eq!(places.take(&subnet, Some(wanted)).unwrap(), wanted);
        let code = |wanted: &str| {
            places.take(&subnet, Some(wanted.parse().unwrap())).unwrap_err().code().to_owned()
        };
        assert_eq!(code("10.0.0.9"), "InvalidIPAddress.InUse");
        for reserved in ["10.0.0.0", "10.0.0.3", "10.0.0.15", "10.0.0.16"] {
            assert_eq!(code(reserved), "InvalidParameterValue", "{reserved}");
        }
        for _ in 0..9 {
            places.take(&subnet, None).unwrap();
        }
        let full = places.take(&subnet, None).unwrap_err();
        assert_eq!(full.code(), "InsufficientFreeAddressesInSubnet");
        assert_eq!(places.free(&subnet), 0);
        places.give_back("subnet-1", wanted);
        assert_eq!(places.take(&subnet, None).unwrap(), wanted);
    }
}
