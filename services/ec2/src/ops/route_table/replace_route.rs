//! `ReplaceRoute`: another way for some addresses.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRoute.html>

use ec2_api::{ReplaceRoute, ReplaceRouteInput, ReplaceRouteOutput};
use platform::{Ctx, Handle, Result};

use crate::refuse::refuse;
use crate::store::{By, RouteTable};
use crate::{Ec2, error, resource, route_tables};

impl Handle<ReplaceRoute> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: ReplaceRouteInput) -> Result<ReplaceRouteOutput> {
        refuse!(input,
            carrier_gateway_id => "CarrierGatewayId",
            core_network_arn => "CoreNetworkArn",
            destination_ipv6_cidr_block => "DestinationIpv6CidrBlock",
            egress_only_internet_gateway_id => "EgressOnlyInternetGatewayId",
            instance_id => "InstanceId",
            local_gateway_id => "LocalGatewayId",
            local_target => "LocalTarget",
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
            let at = route_tables::position(&table, &to).ok_or_else(|| {
                error::invalid(format!(
                    "There is no route defined for '{}' in the route table. Use CreateRoute instead.",
                    to.text()
                ))
            })?;
            let by = route_tables::way(tx, &table, input.gateway_id)?;
            let route = &mut table.routes[at];
            match route.by {
                By::Local => {
                    let message = format!("cannot replace local route {} by a gateway", to.text());
                    return Err(error::invalid(message));
                }
                By::Endpoint(_) => {
                    let message = format!("cannot replace VPC endpoint route {}", to.text());
                    return Err(error::invalid(message));
                }
                By::InternetGateway(_) => route.by = by,
            }
            resource::put(tx, &table)?;
            Ok(ReplaceRouteOutput {})
        })
        .await
    }
}
