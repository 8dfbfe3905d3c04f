//! `ModifyVpcAttribute`: sets one attribute of a network.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html>

use ec2_api::{ModifyVpcAttribute, ModifyVpcAttributeInput, ModifyVpcAttributeOutput};
use platform::{Ctx, Handle, Result};

use crate::store::Vpc;
use crate::{Ec2, error, resource};

impl Handle<ModifyVpcAttribute> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ModifyVpcAttributeInput,
    ) -> Result<ModifyVpcAttributeOutput> {
        let given = [
            &input.enable_dns_support,
            &input.enable_dns_hostnames,
            &input.enable_network_address_usage_metrics,
        ];
        if given.iter().filter(|value| value.is_some()).count() != 1 {
            return Err(error::combination("Exactly one attribute must be specified"));
        }
        self.change(ctx, |tx| {
            let mut vpc: Vpc = resource::find(tx, &input.vpc_id)?;
            let attributes = [&mut vpc.dns_support, &mut vpc.dns_hostnames, &mut vpc.usage_metrics];
            for (attribute, given) in attributes.into_iter().zip(given) {
                if let Some(value) = given.as_ref().and_then(|given| given.value) {
                    *attribute = value;
                }
            }
            resource::put(tx, &vpc)?;
            Ok(ModifyVpcAttributeOutput {})
        })
        .await
    }
}
