//! Tables of routes, and what they are for.

use ec2_api::{
    RouteOrigin, RouteState, RouteTableAssociation, RouteTableAssociationState,
    RouteTableAssociationStateCode,
};
use platform::{Ctx, ReadTx, Result, Tags};

use crate::listing::{Listed, Look};
use crate::resource::{self, ROUTE_TABLE};
use crate::store::{Association, By, GATEWAYS, Route, RouteTable, To, Vpc};
use crate::{blocks, error, ids, prefix_lists, tagging};

/// Route tables of a network, and routes of a table, by AWS's quotas.
pub(crate) const ROUTE_TABLES_MAX: usize = 200;
pub(crate) const ROUTES_MAX: usize = 500;
/// How ids of associations begin.
pub(crate) const ASSOCIATION: &str = "rtbassoc-";

/// A table as it begins: what is in the network is reached within it.
pub(crate) fn new(ctx: &Ctx, vpc: &Vpc) -> RouteTable {
    RouteTable {
        id: ids::new(ctx, ROUTE_TABLE.prefix),
        vpc: vpc.id.clone(),
        routes: vec![Route { to: To::Block(vpc.block), by: By::Local, original: true }],
        associations: Vec::new(),
        tags: Tags::new(),
    }
}

/// The main table of a new network.
pub(crate) fn main(ctx: &Ctx, vpc: &Vpc) -> RouteTable {
    let mut table = new(ctx, vpc);
    table.id.clone_from(&vpc.main_table);
    table.associations.push(Association { id: ids::new(ctx, ASSOCIATION), subnet: None });
    table
}

/// The tables of a network.
pub(crate) fn of(tx: &ReadTx<'_>, vpc: &str) -> Result<Vec<RouteTable>> {
    let mut tables = resource::all::<RouteTable>(tx)?;
    tables.retain(|table| table.vpc == vpc);
    Ok(tables)
}

/// The table that has an association, and the association.
pub(crate) fn with_association(tx: &ReadTx<'_>, id: &str) -> Result<(RouteTable, Association)> {
    for table in resource::all::<RouteTable>(tx)? {
        if let Some(found) = table.associations.iter().find(|found| found.id == id).cloned() {
            return Ok((table, found));
        }
    }
    Err(error::no_association(id))
}

/// What a request says a route is for: a block, or a list of blocks.
pub(crate) fn destination(block: Option<String>, list: Option<String>) -> Result<To> {
    match (block, list) {
        (Some(block), None) => Ok(To::Block(blocks::read(&block, "destinationCidrBlock")?)),
        (None, Some(list)) => Ok(To::PrefixList(list)),
        (None, None) => Err(error::missing("destinationCidrBlock")),
        (Some(_), Some(_)) => Err(error::combination(
            "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock, \
             and destinationPrefixListId",
        )),
    }
}

impl To {
    /// As errors write it.
    pub fn text(&self) -> String {
        match self {
            Self::Block(block) => block.to_string(),
            Self::PrefixList(id) => id.clone(),
        }
    }

    /// What the parameter is called that says it.
    pub fn parameter(&self) -> &'static str {
        match self {
            Self::Block(_) => "destination-cidr-block",
            Self::PrefixList(_) => "destination-prefix-list-id",
        }
    }
}

/// Refuses a route that a table of this network may not have.
pub(crate) fn check(tx: &ReadTx<'_>, table: &RouteTable, to: &To) -> Result<()> {
    match to {
        To::PrefixList(id) => {
            let lists = prefix_lists::lists(&tx.scope().region);
            let known = lists.iter().any(|list| list.id == *id);
            if known { Ok(()) } else { Err(error::no_prefix_list(id)) }
        }
        To::Block(block) => {
            let local = table.routes.iter().filter(|route| route.by == By::Local);
            let within = |route: &Route| matches!(route.to, To::Block(own) if own.covers(*block));
            if block.bits() > 0 && local.into_iter().any(within) {
                return Err(error::invalid(format!(
                    "The destination CIDR block {block} is equal to or more specific than one of \
                     this VPC's CIDR blocks. This route can target only an interface or an instance."
                )));
            }
            Ok(())
        }
    }
}

/// The gateway that a request names as the way, if a table of this network may lead there.
pub(crate) fn way(tx: &ReadTx<'_>, table: &RouteTable, gateway: Option<String>) -> Result<By> {
    let id = gateway.ok_or_else(|| error::missing("gatewayId"))?;
    if id.starts_with("vpce-") {
        return Err(error::invalid(format!(
            "route table {} cannot be given a route to {id}: the route tables of a gateway endpoint \
             are set by ModifyVpcEndpoint",
            table.id
        )));
    }
    if id.starts_with("vgw-") {
        return Err(error::absent("A route to a virtual private gateway"));
    }
    let gateway = resource::find::<crate::store::InternetGateway>(tx, &id)?;
    if gateway.vpc.as_ref() != Some(&table.vpc) {
        let (one, other) = (format!("route table {}", table.id), format!("network gateway {id}"));
        return Err(error::different_networks(&one, &other));
    }
    Ok(By::InternetGateway(id))
}

/// Whether what a route leads to is there.
fn state(tx: &ReadTx<'_>, table: &RouteTable, route: &Route) -> Result<RouteState> {
    let there = match &route.by {
        By::Local | By::Endpoint(_) => true,
        By::InternetGateway(id) => {
            GATEWAYS.get(tx, id)?.is_some_and(|gateway| gateway.vpc.as_ref() == Some(&table.vpc))
        }
    };
    Ok(if there { RouteState::Active } else { RouteState::Blackhole })
}

fn leads_to(route: &Route) -> &str {
    match &route.by {
        By::Local => "local",
        By::InternetGateway(id) | By::Endpoint(id) => id,
    }
}

fn origin(route: &Route) -> RouteOrigin {
    if route.original { RouteOrigin::CreateRouteTable } else { RouteOrigin::CreateRoute }
}

/// How an association is.
pub(crate) fn associated() -> RouteTableAssociationState {
    let state = Some(RouteTableAssociationStateCode::Associated);
    RouteTableAssociationState { state, status_message: None }
}

impl Listed for RouteTable {
    const FILTERS: &'static [&'static str] = &[
        "association.gateway-id",
        "association.main",
        "association.route-table-association-id",
        "association.route-table-id",
        "association.subnet-id",
        "owner-id",
        "route-table-id",
        "route.destination-cidr-block",
        "route.destination-ipv6-cidr-block",
        "route.destination-prefix-list-id",
        "route.egress-only-internet-gateway-id",
        "route.gateway-id",
        "route.instance-id",
        "route.nat-gateway-id",
        "route.origin",
        "route.state",
        "route.transit-gateway-id",
        "route.vpc-peering-connection-id",
        "vpc-id",
    ];
    type Shown = ec2_api::RouteTable;

    fn values(&self, look: &Look<'_, '_>, filter: &str) -> Result<Vec<String>> {
        let associations = self.associations.iter();
        let routes = self.routes.iter();
        Ok(match filter {
            "association.main" => associations.map(|a| a.subnet.is_none().to_string()).collect(),
            "association.route-table-association-id" => {
                associations.map(|a| a.id.clone()).collect()
            }
            "association.route-table-id" => associations.map(|_| self.id.clone()).collect(),
            "association.subnet-id" => associations.filter_map(|a| a.subnet.clone()).collect(),
            "owner-id" => vec![look.tx.scope().account.to_string()],
            "route-table-id" => vec![self.id.clone()],
            "route.destination-cidr-block" => routes
                .filter(|route| matches!(route.to, To::Block(_)))
                .map(|route| route.to.text())
                .collect(),
            "route.destination-prefix-list-id" => routes
                .filter(|route| matches!(route.to, To::PrefixList(_)))
                .map(|route| route.to.text())
                .collect(),
            "route.gateway-id" => routes.map(|route| leads_to(route).to_owned()).collect(),
            "route.origin" => routes.map(|route| origin(route).to_string()).collect(),
            "route.state" => routes
                .map(|route| Ok(state(look.tx, self, route)?.to_string()))
                .collect::<Result<_>>()?,
            "vpc-id" => vec![self.vpc.clone()],
            _ => Vec::new(),
        })
    }

    fn shown(&self, look: &Look<'_, '_>) -> Result<ec2_api::RouteTable> {
        let association = |association: &Association| RouteTableAssociation {
            association_state: Some(associated()),
            main: Some(association.subnet.is_none()),
            route_table_association_id: Some(association.id.clone()),
            route_table_id: Some(self.id.clone()),
            subnet_id: association.subnet.clone(),
            ..Default::default()
        };
        let route = |route: &Route| {
            let mut shown = ec2_api::Route {
                gateway_id: Some(leads_to(route).to_owned()),
                origin: Some(origin(route)),
                state: Some(state(look.tx, self, route)?),
                ..Default::default()
            };
            match &route.to {
                To::Block(block) => shown.destination_cidr_block = Some(block.to_string()),
                To::PrefixList(id) => shown.destination_prefix_list_id = Some(id.clone()),
            }
            Ok(shown)
        };
        Ok(ec2_api::RouteTable {
            associations: Some(self.associations.iter().map(association).collect()),
            owner_id: Some(look.tx.scope().account.to_string()),
            propagating_vgws: Some(Vec::new()),
            route_table_id: Some(self.id.clone()),
            routes: Some(self.routes.iter().map(route).collect::<Result<_>>()?),
            tags: tagging::shown(&self.tags),
            vpc_id: Some(self.vpc.clone()),
        })
    }
}

/// The route of a table to a destination.
pub(crate) fn position(table: &RouteTable, to: &To) -> Option<usize> {
    table.routes.iter().position(|route| route.to == *to)
}
