//! `CreateRoute`: a way for some addresses.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html>

use ec2_api::{CreateRoute, CreateRouteInput, CreateRouteOutput};
use platform::{Ctx, Handle, Result};

use crate::refuse::refuse;
use crate::route_tables::{self, ROUTES_MAX};
use crate::store::{Route, RouteTable};
use crate::{Ec2, error, resource};

impl Handle<CreateRoute> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: CreateRouteInput) -> Result<CreateRouteOutput> {
        refuse!(input,
            carrier_gateway_id => "CarrierGatewayId",
            core_network_arn => "CoreNetworkArn",
            destination_ipv6_cidr_block => "DestinationIpv6CidrBlock",
            egress_only_internet_gateway_id => "EgressOnlyInternetGatewayId",
            instance_id => "InstanceId",
            local_gateway_id => "LocalGatewayId",
            nat_gateway_id => "NatGatewayId",
            network_interface_id => "NetworkInterfaceId",
            odb_network_arn => "OdbNetworkArn",
            transit_gateway_id => "TransitGatewayId",
            vpc_endpoint_id => "VpcEndpointId",
            vpc_peering_connection_id => "VpcPeeringConnectionId",
        );
        let to = route_tables::destination(
            input.destination_cidr_block,
            input.destination_prefix_list_id,
        )?;
        self.change(ctx, |tx| {
            let mut table: RouteTable = resource::find(tx, &input.route_table_id)?;
            if route_tables::position(&table, &to).is_some() {
                return Err(error::route_exists(&to.text()));
            }
            route_tables::check(tx, &table, &to)?;
            let by = route_tables::way(tx, &table, input.gateway_id)?;
            if table.routes.len() >= ROUTES_MAX {
                return Err(error::limit("RouteLimitExceeded", "routes"));
            }
            table.routes.push(Route { to, by, original: false });
            resource::put(tx, &table)?;
            Ok(CreateRouteOutput { r#return: Some(true) })
        })
        .await
    }
}
