//! `DeleteInternetGateway`: removes a gateway that is of no network.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteInternetGateway.html>

use ec2_api::{DeleteInternetGateway, DeleteInternetGatewayInput, DeleteInternetGatewayOutput};
use platform::{Ctx, Handle, Result};

use crate::resource::{self, GATEWAY};
use crate::store::{GATEWAYS, InternetGateway};
use crate::{Ec2, error};

impl Handle<DeleteInternetGateway> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteInternetGatewayInput,
    ) -> Result<DeleteInternetGatewayOutput> {
        let id = input.internet_gateway_id;
        self.change(ctx, |tx| {
            let gateway: InternetGateway = resource::find(tx, &id)?;
            if gateway.vpc.is_some() {
                return Err(error::has_dependencies(GATEWAY, &id));
            }
            GATEWAYS.delete(tx, &id)?;
            Ok(DeleteInternetGatewayOutput {})
        })
        .await
    }
}
