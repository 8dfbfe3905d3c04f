//! `CreateVpcEndpoint`: a way from a network to a service that is not over the internet. Of the kind that routes lead to.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html>

use ec2_api::{
    CreateVpcEndpoint, CreateVpcEndpointInput, CreateVpcEndpointOutput, VpcEndpointType,
};
use platform::{Ctx, Handle, Result};

use crate::endpoints::{ENDPOINTS_MAX, FULL_ACCESS};
use crate::listing::Listed;
use crate::prefix_lists::Gatewayed;
use crate::refuse::refuse;
use crate::resource::{self, ENDPOINT};
use crate::store::{Endpoint, Vpc};
use crate::{Ec2, endpoints, error, ids, tagging};

/// The endpoint that an earlier request with the same token made.
fn repeated<'e>(there: &'e [Endpoint], token: Option<&str>) -> Option<&'e Endpoint> {
    let token = token.filter(|token| !token.is_empty())?;
    there.iter().find(|endpoint| endpoint.client_token.as_deref() == Some(token))
}

impl Handle<CreateVpcEndpoint> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateVpcEndpointInput,
    ) -> Result<CreateVpcEndpointOutput> {
        match input.vpc_endpoint_type {
            None | Some(VpcEndpointType::Gateway) => {}
            Some(other) => return Err(error::absent(&format!("A VPC endpoint of type {other}"))),
        }
        refuse!(input,
            dns_options => "DnsOptions",
            private_dns_enabled => "PrivateDnsEnabled",
            resource_configuration_arn => "ResourceConfigurationArn",
            security_group_ids => "SecurityGroupId",
            service_network_arn => "ServiceNetworkArn",
            subnet_configurations => "SubnetConfiguration",
            subnet_ids => "SubnetId",
        );
        if let Some(kind) = input.ip_address_type.filter(|kind| kind.as_str() != "ipv4") {
            return Err(error::absent(&format!("A gateway endpoint of IpAddressType {kind}")));
        }
        let service = input.service_name.ok_or_else(|| error::missing("ServiceName"))?;
        let known = Gatewayed::of(&service, ctx.region());
        if known.is_none() || input.service_region.is_some_and(|r| r != ctx.region().as_str()) {
            return Err(error::no_service(&service));
        }
        let policy = input.policy_document.unwrap_or_else(|| FULL_ACCESS.to_owned());
        endpoints::policy(&policy)?;
        let tags = tagging::given(ctx, input.tag_specifications, ENDPOINT).await?;
        let mut endpoint = Endpoint {
            id: ids::new(ctx, ENDPOINT.prefix),
            vpc: input.vpc_id,
            service,
            created: ctx.now(),
            policy,
            route_tables: Vec::new(),
            client_token: input.client_token.clone(),
            tags,
        };
        let tables = input.route_table_ids.unwrap_or_default();
        self.change(ctx, |tx| {
            let there = resource::all::<Endpoint>(tx)?;
            if let Some(first) = repeated(&there, input.client_token.as_deref()) {
                let same = (&first.vpc, &first.service, &first.policy, &first.tags)
                    == (&endpoint.vpc, &endpoint.service, &endpoint.policy, &endpoint.tags);
                if !same || first.route_tables != tables {
                    return Err(error::mismatch(first.client_token.as_deref().unwrap_or_default()));
                }
                return Ok(CreateVpcEndpointOutput {
                    client_token: input.client_token,
                    vpc_endpoint: Some(first.shown(&self.look(tx))?),
                });
            }
            let _: Vpc = resource::find(tx, &endpoint.vpc)?;
            if there.len() >= ENDPOINTS_MAX {
                return Err(error::limit("VpcEndpointLimitExceeded", "gateway VPC endpoints"));
            }
            for table in &tables {
                endpoint.route(tx, table)?;
            }
            resource::put(tx, &endpoint)?;
            Ok(CreateVpcEndpointOutput {
                client_token: input.client_token,
                vpc_endpoint: Some(endpoint.shown(&self.look(tx))?),
            })
        })
        .await
    }
}
