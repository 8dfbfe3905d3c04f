//! `ModifyVpcEndpoint`: gives an endpoint another policy, or other route tables.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html>

use ec2_api::{ModifyVpcEndpoint, ModifyVpcEndpointInput, ModifyVpcEndpointOutput};
use platform::{Ctx, Handle, Result};

use crate::endpoints::{self, FULL_ACCESS};
use crate::refuse::refuse;
use crate::store::Endpoint;
use crate::{Ec2, error, resource};

impl Handle<ModifyVpcEndpoint> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ModifyVpcEndpointInput,
    ) -> Result<ModifyVpcEndpointOutput> {
        refuse!(input,
            add_security_group_ids => "AddSecurityGroupId",
            add_subnet_ids => "AddSubnetId",
            dns_options => "DnsOptions",
            private_dns_enabled => "PrivateDnsEnabled",
            remove_security_group_ids => "RemoveSecurityGroupId",
            remove_subnet_ids => "RemoveSubnetId",
            subnet_configurations => "SubnetConfiguration",
        );
        if let Some(kind) = input.ip_address_type.filter(|kind| kind.as_str() != "ipv4") {
            return Err(error::absent(&format!("A gateway endpoint of IpAddressType {kind}")));
        }
        let policy = match (input.policy_document, input.reset_policy) {
            (Some(_), Some(true)) => {
                return Err(error::combination(
                    "The parameter PolicyDocument cannot be used with the parameter ResetPolicy",
                ));
            }
            (None, Some(true)) => Some(FULL_ACCESS.to_owned()),
            (given, _) => given,
        };
        if let Some(policy) = &policy {
            endpoints::policy(policy)?;
        }
        self.change(ctx, |tx| {
            let mut endpoint: Endpoint = resource::find(tx, &input.vpc_endpoint_id)?;
            for table in input.remove_route_table_ids.unwrap_or_default() {
                endpoint.unroute(tx, &table)?;
            }
            for table in input.add_route_table_ids.unwrap_or_default() {
                endpoint.route(tx, &table)?;
            }
            endpoint.policy = policy.unwrap_or(endpoint.policy);
            resource::put(tx, &endpoint)?;
            Ok(ModifyVpcEndpointOutput { r#return: Some(true) })
        })
        .await
    }
}
