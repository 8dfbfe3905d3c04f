//! `DescribeInternetGateways`: internet gateways, with the networks that they are attached to.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInternetGateways.html>

use ec2_api::{
    DescribeInternetGateways, DescribeInternetGatewaysInput, DescribeInternetGatewaysOutput,
};
use platform::{Ctx, Handle, Result};

use crate::Ec2;
use crate::listing::{Asked, list};
use crate::store::InternetGateway;

impl Handle<DescribeInternetGateways> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeInternetGatewaysInput,
    ) -> Result<DescribeInternetGatewaysOutput> {
        let asked = Asked {
            list: "DescribeInternetGateways",
            ids: input.internet_gateway_ids,
            ids_parameter: "internetGatewayIds",
            filters: input.filters,
            max_results: input.max_results,
            next_token: input.next_token,
        };
        let (shown, next_token) =
            self.read(ctx, |look| list::<InternetGateway>(look, asked)).await?;
        Ok(DescribeInternetGatewaysOutput { internet_gateways: Some(shown), next_token })
    }
}
