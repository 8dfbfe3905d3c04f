//! `DetachInternetGateway`: takes its way to the internet from a network. Routes to it lead nowhere then.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html>

use ec2_api::{DetachInternetGateway, DetachInternetGatewayInput, DetachInternetGatewayOutput};
use platform::{Ctx, Handle, Result};

use crate::store::{InternetGateway, Vpc};
use crate::{Ec2, error, resource};

impl Handle<DetachInternetGateway> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DetachInternetGatewayInput,
    ) -> Result<DetachInternetGatewayOutput> {
        self.change(ctx, |tx| {
            let mut gateway: InternetGateway = resource::find(tx, &input.internet_gateway_id)?;
            let vpc: Vpc = resource::find(tx, &input.vpc_id)?;
            if gateway.vpc.as_ref() != Some(&vpc.id) {
                return Err(error::not_attached(&gateway.id, &vpc.id));
            }
            gateway.vpc = None;
            resource::put(tx, &gateway)?;
            Ok(DetachInternetGatewayOutput {})
        })
        .await
    }
}
