//! `DescribeVpcEndpoints`: endpoints.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html>

use ec2_api::{DescribeVpcEndpoints, DescribeVpcEndpointsInput, DescribeVpcEndpointsOutput};
use platform::{Ctx, Handle, Result};

use crate::Ec2;
use crate::listing::{Asked, list};
use crate::store::Endpoint;

impl Handle<DescribeVpcEndpoints> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeVpcEndpointsInput,
    ) -> Result<DescribeVpcEndpointsOutput> {
        let asked = Asked {
            list: "DescribeVpcEndpoints",
            ids: input.vpc_endpoint_ids,
            ids_parameter: "vpcEndpointIds",
            filters: input.filters,
            max_results: input.max_results,
            next_token: input.next_token,
        };
        let (shown, next_token) = self.read(ctx, |look| list::<Endpoint>(look, asked)).await?;
        Ok(DescribeVpcEndpointsOutput { vpc_endpoints: Some(shown), next_token })
    }
}
