//! `CreateDefaultVpc`: the network that an account has without asking, where it was deleted.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultVpc.html>

use ec2_api::{CreateDefaultVpc, CreateDefaultVpcInput, CreateDefaultVpcOutput};
use platform::{Ctx, Handle, Result};

use crate::listing::Listed;
use crate::resource;
use crate::store::Vpc;
use crate::vpcs::VPCS_MAX;
use crate::{Ec2, defaults, error};

impl Handle<CreateDefaultVpc> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateDefaultVpcInput,
    ) -> Result<CreateDefaultVpcOutput> {
        let CreateDefaultVpcInput { dry_run: _ } = input;
        self.change(ctx, |tx| {
            if defaults::find(tx)?.is_some() {
                return Err(error::default_vpc_exists());
            }
            if resource::all::<Vpc>(tx)?.len() >= VPCS_MAX {
                return Err(error::limit("VpcLimitExceeded", "VPCs"));
            }
            let vpc = defaults::create(ctx, tx)?;
            Ok(CreateDefaultVpcOutput { vpc: Some(vpc.shown(&self.look(tx))?) })
        })
        .await
    }
}
