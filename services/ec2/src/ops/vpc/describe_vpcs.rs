//! `DescribeVpcs`: private networks.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html>

use ec2_api::{DescribeVpcs, DescribeVpcsInput, DescribeVpcsOutput};
use platform::{Ctx, Handle, Result};

use crate::Ec2;
use crate::listing::{Asked, list};
use crate::store::Vpc;

impl Handle<DescribeVpcs> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: DescribeVpcsInput) -> Result<DescribeVpcsOutput> {
        let asked = Asked {
            list: "DescribeVpcs",
            ids: input.vpc_ids,
            ids_parameter: "vpcIds",
            filters: input.filters,
            max_results: input.max_results,
            next_token: input.next_token,
        };
        let (shown, next_token) = self.read(ctx, |look| list::<Vpc>(look, asked)).await?;
        Ok(DescribeVpcsOutput { vpcs: Some(shown), next_token })
    }
}
