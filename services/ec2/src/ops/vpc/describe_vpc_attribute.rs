//! `DescribeVpcAttribute`: one attribute of a network.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcAttribute.html>

use ec2_api::{
    AttributeBooleanValue, DescribeVpcAttribute, DescribeVpcAttributeInput,
    DescribeVpcAttributeOutput, VpcAttributeName,
};
use platform::{Ctx, Handle, Result};

use crate::store::Vpc;
use crate::{Ec2, resource};

impl Handle<DescribeVpcAttribute> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeVpcAttributeInput,
    ) -> Result<DescribeVpcAttributeOutput> {
        let vpc: Vpc = self.read(ctx, |look| resource::find(look.tx, &input.vpc_id)).await?;
        let value = |value| Some(AttributeBooleanValue { value: Some(value) });
        let mut output =
            DescribeVpcAttributeOutput { vpc_id: Some(vpc.id.clone()), ..Default::default() };
        match input.attribute {
            VpcAttributeName::EnableDnsSupport => {
                output.enable_dns_support = value(vpc.dns_support);
            }
            VpcAttributeName::EnableDnsHostnames => {
                output.enable_dns_hostnames = value(vpc.dns_hostnames);
            }
            VpcAttributeName::EnableNetworkAddressUsageMetrics => {
                output.enable_network_address_usage_metrics = value(vpc.usage_metrics);
            }
        }
        Ok(output)
    }
}
