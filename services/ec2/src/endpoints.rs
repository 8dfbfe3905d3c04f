//! Endpoints that routes lead to: their policies, their routes, and how they are shown.
//!
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html>

use aquifer_policy::{Document, DocumentKind};
use ec2_api::{IpAddressType, VpcEndpointType};
use platform::{ReadTx, Result, WriteTx};

use crate::error;
use crate::listing::{Listed, Look};
use crate::prefix_lists::Gatewayed;
use crate::resource;
use crate::route_tables::{ROUTES_MAX, position};
use crate::store::{By, Endpoint, Route, RouteTable, To};
use crate::tagging;

/// Endpoints of this kind in a region, by AWS's quota.
pub(crate) const ENDPOINTS_MAX: usize = 20;
/// The longest a policy is, in characters.
const POLICY_MAX: usize = 20_480;
/// The policy of an endpoint that was given none.
pub(crate) const FULL_ACCESS: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// The policy of a request.
///
/// # Errors
/// When it is no policy with principals, or too long.
pub(crate) fn policy(text: &str) -> Result<()> {
    if text.chars().count() > POLICY_MAX {
        return Err(error::policy(format!("it is longer than {POLICY_MAX} characters")));
    }
    Document::parse(text, DocumentKind::Resource).map(drop).map_err(error::policy)
}

impl Endpoint {
    /// What its routes are for.
    pub fn destination(&self, tx: &ReadTx<'_>) -> Result<To> {
        let region = &tx.scope().region;
        let service = Gatewayed::of(&self.service, region);
        let service = service.ok_or_else(|| error::no_service(&self.service))?;
        Ok(To::PrefixList(service.list(region).id))
    }

    /// Adds its route to a table of its network.
    ///
    /// # Errors
    /// When the table is another network's, or has such a route.
    pub fn route(&mut self, tx: &WriteTx<'_>, table: &str) -> Result<()> {
        let mut table: RouteTable = resource::find(tx, table)?;
        if table.vpc != self.vpc {
            let (one, other) =
                (format!("route table {}", table.id), format!("network {}", self.vpc));
            return Err(error::different_networks(&one, &other));
        }
        let to = self.destination(tx)?;
        if position(&table, &to).is_some() {
            return Err(error::endpoint_route(&table.id, &to.text()));
        }
        if table.routes.len() >= ROUTES_MAX {
            return Err(error::limit("RouteLimitExceeded", "routes"));
        }
        table.routes.push(Route { to, by: By::Endpoint(self.id.clone()), original: false });
        self.route_tables.push(table.id.clone());
        resource::put(tx, &table)
    }

    /// Takes its route from a table.
    ///
    /// # Errors
    /// When the table has none.
    pub fn unroute(&mut self, tx: &WriteTx<'_>, table: &str) -> Result<()> {
        let mut table: RouteTable = resource::find(tx, table)?;
        let own = By::Endpoint(self.id.clone());
        let before = table.routes.len();
        table.routes.retain(|route| route.by != own);
        if table.routes.len() == before {
            let message = format!("route table {} has no route to {}", table.id, self.id);
            return Err(error::invalid(message));
        }
        self.route_tables.retain(|other| *other != table.id);
        resource::put(tx, &table)
    }
}

/// The endpoints of a network.
pub(crate) fn of(tx: &ReadTx<'_>, vpc: &str) -> Result<Vec<Endpoint>> {
    let mut endpoints = resource::all::<Endpoint>(tx)?;
    endpoints.retain(|endpoint| endpoint.vpc == vpc);
    Ok(endpoints)
}

impl Listed for Endpoint {
    const FILTERS: &'static [&'static str] = &[
        "ip-address-type",
        "service-name",
        "service-region",
        "vpc-endpoint-id",
        "vpc-endpoint-state",
        "vpc-endpoint-type",
        "vpc-id",
    ];
    type Shown = ec2_api::VpcEndpoint;

    fn values(&self, look: &Look<'_, '_>, filter: &str) -> Result<Vec<String>> {
        Ok(vec![match filter {
            "ip-address-type" => "ipv4".to_owned(),
            "service-name" => self.service.clone(),
            "service-region" => look.tx.scope().region.to_string(),
            "vpc-endpoint-id" => self.id.clone(),
            "vpc-endpoint-state" => "available".to_owned(),
            "vpc-endpoint-type" => VpcEndpointType::Gateway.to_string(),
            "vpc-id" => self.vpc.clone(),
            _ => return Ok(Vec::new()),
        }])
    }

    fn shown(&self, look: &Look<'_, '_>) -> Result<ec2_api::VpcEndpoint> {
        Ok(ec2_api::VpcEndpoint {
            creation_timestamp: Some(self.created),
            dns_entries: Some(Vec::new()),
            groups: Some(Vec::new()),
            ip_address_type: Some(IpAddressType::Ipv4),
            network_interface_ids: Some(Vec::new()),
            owner_id: Some(look.tx.scope().account.to_string()),
            policy_document: Some(self.policy.clone()),
            private_dns_enabled: Some(false),
            requester_managed: Some(false),
            route_table_ids: Some(self.route_tables.clone()),
            service_name: Some(self.service.clone()),
            service_region: Some(look.tx.scope().region.to_string()),
            // AWS writes it so, whatever its model says.
            state: Some("available".to_owned()),
            subnet_ids: Some(Vec::new()),
            tags: tagging::shown(&self.tags),
            vpc_endpoint_id: Some(self.id.clone()),
            vpc_endpoint_type: Some(VpcEndpointType::Gateway),
            vpc_id: Some(self.vpc.clone()),
            ..Default::default()
        })
    }
}
