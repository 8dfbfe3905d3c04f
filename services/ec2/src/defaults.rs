//! The network that every account has in every region without asking: made when the account is first
//! seen there.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html>

use aquifer_network::Block;
use platform::{Ctx, Result, StoreError, Tags, WriteTx};

use crate::error;
use crate::resource::{self, GATEWAY};
use crate::store::{
    By, DEFAULT_NETWORK, InternetGateway, Route, RouteTable, SETTLED, Subnet, To, Vpc,
};
use crate::zones::{self, Zone};
use crate::{ids, route_tables, subnets, vpcs};

/// The block of a default network: `172.31.0.0/16`.
const BLOCK: (std::net::Ipv4Addr, u8) = (std::net::Ipv4Addr::new(172, 31, 0, 0), 16);
/// Its subnets' prefix.
const SUBNET_BITS: u8 = 20;

/// Makes the default network of the account that is acted on, if it never had one.
pub(crate) async fn settle(ctx: &Ctx) -> Result<()> {
    let settled = ctx.read(|tx| SETTLED.contains(tx, DEFAULT_NETWORK))?;
    if settled {
        return Ok(());
    }
    ctx.write(|tx| settle_in(ctx, tx)).await
}

/// Makes it within a transaction.
pub(crate) fn settle_in(ctx: &Ctx, tx: &WriteTx<'_>) -> Result<()> {
    if SETTLED.contains(tx, DEFAULT_NETWORK)? {
        return Ok(());
    }
    SETTLED.put(tx, DEFAULT_NETWORK, &())?;
    create(ctx, tx)?;
    Ok(())
}

/// A network as accounts have it without asking: a subnet in every zone, and a way to the internet.
pub(crate) fn create(ctx: &Ctx, tx: &WriteTx<'_>) -> Result<Vpc> {
    let block = block()?;
    let mut vpc = vpcs::new(ctx, block);
    (vpc.is_default, vpc.dns_hostnames) = (true, true);
    let gateway = InternetGateway {
        id: ids::new(ctx, GATEWAY.prefix),
        vpc: Some(vpc.id.clone()),
        tags: Tags::new(),
    };
    let mut table: RouteTable = route_tables::main(ctx, &vpc);
    let (to, by) = (To::Block(Block::ALL), By::InternetGateway(gateway.id.clone()));
    table.routes.push(Route { to, by, original: false });
    resource::put(tx, &vpc)?;
    resource::put(tx, &gateway)?;
    resource::put(tx, &table)?;
    for zone in zones::of(ctx.region()) {
        create_subnet(ctx, tx, &vpc, &zone)?;
    }
    Ok(vpc)
}

/// The subnet that a zone has in a default network: the first block that is free.
pub(crate) fn create_subnet(ctx: &Ctx, tx: &WriteTx<'_>, vpc: &Vpc, zone: &Zone) -> Result<Subnet> {
    let there = subnets::of(tx, &vpc.id)?;
    let steps = 1_u64 << (SUBNET_BITS - BLOCK.1);
    let step = vpc.block.size() / steps;
    let mut blocks = (0..steps).filter_map(|at| {
        let first = vpc.block.nth(at * step)?;
        Block::around(first, SUBNET_BITS).ok()
    });
    let free = blocks.find(|block| !there.iter().any(|subnet| subnet.block.meets(*block)));
    let block = free.ok_or_else(|| error::subnet_conflict(&vpc.block.to_string()))?;
    let mut subnet = subnets::new(ctx, &vpc.id, block, zone);
    (subnet.default_for_zone, subnet.public_on_launch) = (true, true);
    subnets::add(tx, &subnet)?;
    Ok(subnet)
}

fn block() -> Result<Block> {
    Block::around(BLOCK.0, BLOCK.1).map_err(platform::Fail::internal)
}

/// The default network, if the account has one.
pub(crate) fn find(tx: &platform::ReadTx<'_>) -> Result<Option<Vpc>, StoreError> {
    for row in <Vpc as resource::Resource>::table().scan(tx) {
        let (_, vpc) = row?;
        if vpc.is_default {
            return Ok(Some(vpc));
        }
    }
    Ok(None)
}
