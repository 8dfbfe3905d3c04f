//! `AttachInternetGateway`: gives a network its way to the internet.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html>

use ec2_api::{AttachInternetGateway, AttachInternetGatewayInput, AttachInternetGatewayOutput};
use platform::{Ctx, Handle, Result};

use crate::store::{InternetGateway, Vpc};
use crate::{Ec2, error, resource};

impl Handle<AttachInternetGateway> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: AttachInternetGatewayInput,
    ) -> Result<AttachInternetGatewayOutput> {
        self.change(ctx, |tx| {
            let mut gateway: InternetGateway = resource::find(tx, &input.internet_gateway_id)?;
            let vpc: Vpc = resource::find(tx, &input.vpc_id)?;
            if let Some(there) = &gateway.vpc {
                return Err(error::attached(&gateway.id, there));
            }
            let all = resource::all::<InternetGateway>(tx)?;
            if all.iter().any(|other| other.vpc.as_ref() == Some(&vpc.id)) {
                return Err(error::has_gateway(&vpc.id));
            }
            gateway.vpc = Some(vpc.id);
            resource::put(tx, &gateway)?;
            Ok(AttachInternetGatewayOutput {})
        })
        .await
    }
}
