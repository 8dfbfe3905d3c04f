//! `CreateVpc`: a new private network, with a main route table.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html>

use ec2_api::{CreateVpc, CreateVpcInput, CreateVpcOutput};
use platform::{Ctx, Handle, Result};

use crate::listing::Listed;
use crate::refuse::refuse;
use crate::resource::{self, VPC};
use crate::store::Vpc;
use crate::vpcs::VPCS_MAX;
use crate::{Ec2, blocks, error, route_tables, tagging, vpcs};

impl Handle<CreateVpc> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: CreateVpcInput) -> Result<CreateVpcOutput> {
        refuse!(input,
            amazon_provided_ipv6_cidr_block => "AmazonProvidedIpv6CidrBlock",
            ipv4_ipam_pool_id => "Ipv4IpamPoolId",
            ipv4_netmask_length => "Ipv4NetmaskLength",
            ipv6_cidr_block => "Ipv6CidrBlock",
            ipv6_cidr_block_network_border_group => "Ipv6CidrBlockNetworkBorderGroup",
            ipv6_ipam_pool_id => "Ipv6IpamPoolId",
            ipv6_netmask_length => "Ipv6NetmaskLength",
            ipv6_pool => "Ipv6Pool",
            vpc_encryption_control => "VpcEncryptionControl",
        );
        let block = input.cidr_block.ok_or_else(|| error::missing("cidrBlock"))?;
        let mut vpc = vpcs::new(ctx, blocks::sized(&block, error::vpc_range)?);
        vpc.tenancy = input.instance_tenancy.unwrap_or_default().to_string();
        vpc.tags = tagging::given(ctx, input.tag_specifications, VPC).await?;
        let table = route_tables::main(ctx, &vpc);
        self.change(ctx, |tx| {
            if resource::all::<Vpc>(tx)?.len() >= VPCS_MAX {
                return Err(error::limit("VpcLimitExceeded", "VPCs"));
            }
            resource::put(tx, &vpc)?;
            resource::put(tx, &table)?;
            Ok(CreateVpcOutput { vpc: Some(vpc.shown(&self.look(tx))?) })
        })
        .await
    }
}
