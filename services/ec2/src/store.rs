//! Where things are: the tables of this room.

use aquifer_network::Block;
use platform::{Row, Scope, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Id → private network.
pub(crate) static VPCS: Table<String, Vpc> = Table::regional("ec2.vpcs");
/// Id → subnet.
pub(crate) static SUBNETS: Table<String, Subnet> = Table::regional("ec2.subnets");
/// Id → route table.
pub(crate) static ROUTE_TABLES: Table<String, RouteTable> = Table::regional("ec2.route_tables");
/// Id → internet gateway.
pub(crate) static GATEWAYS: Table<String, InternetGateway> =
    Table::regional("ec2.internet_gateways");
/// Id → endpoint.
pub(crate) static ENDPOINTS: Table<String, Endpoint> = Table::regional("ec2.vpc_endpoints");
/// There under this key once the account has had its default network in the region.
pub(crate) static SETTLED: Table<String, ()> = Table::regional("ec2.settled");
pub(crate) const DEFAULT_NETWORK: &str = "default-network";
/// Id of a subnet → whose it is and where.
pub(crate) static SUBNET_SCOPES: Table<String, Scope> = Table::global("ec2.subnet_scopes");

/// A private network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Vpc {
    pub id: String,
    pub block: Block,
    /// The id of the association with its block.
    pub association: String,
    pub is_default: bool,
    pub tenancy: String,
    pub dhcp_options: String,
    pub dns_support: bool,
    pub dns_hostnames: bool,
    pub usage_metrics: bool,
    /// The route table of its subnets that have none of their own.
    pub main_table: String,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for Vpc {}

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subnet {
    pub id: String,
    pub vpc: String,
    pub block: Block,
    pub zone: String,
    pub zone_id: String,
    pub default_for_zone: bool,
    pub public_on_launch: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname_type: Option<String>,
    #[serde(default)]
    pub resource_name_record: bool,
    /// Its own route table, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_table: Option<String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for Subnet {}

/// A table of routes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RouteTable {
    pub id: String,
    pub vpc: String,
    pub routes: Vec<Route>,
    pub associations: Vec<Association>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for RouteTable {}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Route {
    pub to: To,
    pub by: By,
    /// Whether it came with the table.
    #[serde(default)]
    pub original: bool,
}

/// What a route is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum To {
    Block(Block),
    PrefixList(String),
}

/// What a route leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum By {
    /// The network itself.
    Local,
    InternetGateway(String),
    Endpoint(String),
}

/// What a route table is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Association {
    pub id: String,
    /// None: the subnets that have no table of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
}

/// A way to the internet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InternetGateway {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for InternetGateway {}

/// An endpoint of the kind that routes lead to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub id: String,
    pub vpc: String,
    /// Its name in full.
    pub service: String,
    pub created: Timestamp,
    pub policy: String,
    pub route_tables: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for Endpoint {}
