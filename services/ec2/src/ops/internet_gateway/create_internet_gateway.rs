//! `CreateInternetGateway`: a way to the internet, of no network yet.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateInternetGateway.html>

use ec2_api::{CreateInternetGateway, CreateInternetGatewayInput, CreateInternetGatewayOutput};
use platform::{Ctx, Handle, Result};

use crate::gateways::GATEWAYS_MAX;
use crate::listing::Listed;
use crate::resource::{self, GATEWAY};
use crate::store::InternetGateway;
use crate::{Ec2, error, ids, tagging};

impl Handle<CreateInternetGateway> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateInternetGatewayInput,
    ) -> Result<CreateInternetGatewayOutput> {
        let tags = tagging::given(ctx, input.tag_specifications, GATEWAY).await?;
        let gateway = InternetGateway { id: ids::new(ctx, GATEWAY.prefix), vpc: None, tags };
        self.change(ctx, |tx| {
            if resource::all::<InternetGateway>(tx)?.len() >= GATEWAYS_MAX {
                return Err(error::limit("InternetGatewayLimitExceeded", "internet gateways"));
            }
            resource::put(tx, &gateway)?;
            let shown = gateway.shown(&self.look(tx))?;
            Ok(CreateInternetGatewayOutput { internet_gateway: Some(shown) })
        })
        .await
    }
}
