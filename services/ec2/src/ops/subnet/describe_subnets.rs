//! `DescribeSubnets`: subnets, with how many addresses are free in each.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html>

use ec2_api::{DescribeSubnets, DescribeSubnetsInput, DescribeSubnetsOutput};
use platform::{Ctx, Handle, Result};

use crate::Ec2;
use crate::listing::{Asked, list};
use crate::store::Subnet;

impl Handle<DescribeSubnets> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeSubnetsInput,
    ) -> Result<DescribeSubnetsOutput> {
        let asked = Asked {
            list: "DescribeSubnets",
            ids: input.subnet_ids,
            ids_parameter: "subnetIds",
            filters: input.filters,
            max_results: input.max_results,
            next_token: input.next_token,
        };
        let (shown, next_token) = self.read(ctx, |look| list::<Subnet>(look, asked)).await?;
        Ok(DescribeSubnetsOutput { subnets: Some(shown), next_token })
    }
}
