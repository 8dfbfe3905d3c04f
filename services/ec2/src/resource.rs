//! What the resources of this room have in common: an id of a kind, tags, a table.

use std::fmt;

use ec2_api::ResourceType;
use platform::{Arn, ReadTx, Result, Row, Scope, Table, Tags, WriteTx};

use crate::error;
use crate::store::{
    ENDPOINTS, Endpoint, GATEWAYS, InternetGateway, ROUTE_TABLES, RouteTable, SUBNETS, Subnet,
    VPCS, Vpc,
};

/// No id is longer.
const ID_MAX: usize = 64;

/// A kind of things with ids.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// How its ids begin.
    pub prefix: &'static str,
    /// How the codes of its errors begin.
    pub code: &'static str,
    /// What errors call it.
    pub noun: &'static str,
    pub resource_type: ResourceType,
}

pub(crate) const VPC: Kind =
    Kind { prefix: "vpc-", code: "InvalidVpcID", noun: "vpc", resource_type: ResourceType::Vpc };
pub(crate) const SUBNET: Kind = Kind {
    prefix: "subnet-",
    code: "InvalidSubnetID",
    noun: "subnet",
    resource_type: ResourceType::Subnet,
};
pub(crate) const ROUTE_TABLE: Kind = Kind {
    prefix: "rtb-",
    code: "InvalidRouteTableID",
    noun: "routeTable",
    resource_type: ResourceType::RouteTable,
};
pub(crate) const GATEWAY: Kind = Kind {
    prefix: "igw-",
    code: "InvalidInternetGatewayID",
    noun: "internetGateway",
    resource_type: ResourceType::InternetGateway,
};
pub(crate) const ENDPOINT: Kind = Kind {
    prefix: "vpce-",
    code: "InvalidVpcEndpointId",
    noun: "Vpc Endpoint",
    resource_type: ResourceType::VpcEndpoint,
};

/// Every kind that has tags.
pub(crate) const KINDS: [Kind; 5] = [VPC, SUBNET, ROUTE_TABLE, GATEWAY, ENDPOINT];

impl Kind {
    /// The kind of an id.
    pub fn of(id: &str) -> Option<Kind> {
        KINDS.into_iter().find(|kind| id.starts_with(kind.prefix))
    }

    /// The name of one of its things, or of all: `*`. Of an id that can be none, that of all things.
    pub fn arn(self, scope: &Scope, id: &str) -> String {
        let (partition, region) = (scope.partition().as_str(), scope.region.as_str());
        let resource = format!("{}/{id}", self.resource_type);
        let arn = Arn::from_parts(partition, "ec2", region, scope.account.as_str(), &resource);
        arn.map_or_else(|_| "*".to_owned(), |arn| arn.to_string())
    }

    /// Refuses what cannot be an id of this kind.
    ///
    /// # Errors
    /// That it is malformed.
    pub fn check(self, id: &str) -> Result<()> {
        let plausible = id.starts_with(self.prefix) && id.len() <= ID_MAX;
        if plausible { Ok(()) } else { Err(error::malformed_id(self, id)) }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun)
    }
}

/// A row of such a kind.
pub(crate) trait Resource: Row + Clone {
    const KIND: Kind;

    fn table() -> &'static Table<String, Self>;
    fn id(&self) -> &str;
    fn tags(&self) -> &Tags;
    fn tags_mut(&mut self) -> &mut Tags;
}

macro_rules! resources {
    ($($row:ty => $kind:ident, $table:ident;)+) => {$(
        impl Resource for $row {
            const KIND: Kind = $kind;

            fn table() -> &'static Table<String, Self> {
                &$table
            }

            fn id(&self) -> &str {
                &self.id
            }

            fn tags(&self) -> &Tags {
                &self.tags
            }

            fn tags_mut(&mut self) -> &mut Tags {
                &mut self.tags
            }
        }
    )+};
}

resources! {
    Vpc => VPC, VPCS;
    Subnet => SUBNET, SUBNETS;
    RouteTable => ROUTE_TABLE, ROUTE_TABLES;
    InternetGateway => GATEWAY, GATEWAYS;
    Endpoint => ENDPOINT, ENDPOINTS;
}

/// The resource of an id.
///
/// # Errors
/// When there is none, or the id is none of this kind.
pub(crate) fn find<R: Resource>(tx: &ReadTx<'_>, id: &str) -> Result<R> {
    R::KIND.check(id)?;
    R::table().get(tx, id)?.ok_or_else(|| error::not_found(R::KIND, id))
}

/// All resources of a type, in the order of their ids.
pub(crate) fn all<R: Resource>(tx: &ReadTx<'_>) -> Result<Vec<R>> {
    let rows = R::table().scan(tx).map(|row| row.map(|(_, row)| row));
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a resource as it is now.
pub(crate) fn put<R: Resource>(tx: &WriteTx<'_>, row: &R) -> Result<()> {
    Ok(R::table().put(tx, row.id(), row)?)
}
