//! `DeleteVpc`: removes a network in which nothing is left.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html>

use ec2_api::{DeleteVpc, DeleteVpcInput, DeleteVpcOutput};
use platform::{Ctx, Handle, Result};

use crate::resource::{self, VPC};
use crate::store::{InternetGateway, ROUTE_TABLES, VPCS, Vpc};
use crate::{Ec2, endpoints, error, route_tables, subnets};

impl Handle<DeleteVpc> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: DeleteVpcInput) -> Result<DeleteVpcOutput> {
        let id = input.vpc_id;
        self.change(ctx, |tx| {
            let vpc: Vpc = resource::find(tx, &id)?;
            let gateways = resource::all::<InternetGateway>(tx)?;
            let attached = gateways.iter().any(|gateway| gateway.vpc.as_ref() == Some(&id));
            let tables = route_tables::of(tx, &id)?;
            let further = tables.iter().any(|table| table.id != vpc.main_table);
            let holds = !subnets::of(tx, &id)?.is_empty() || !endpoints::of(tx, &id)?.is_empty();
            if holds || attached || further {
                return Err(error::has_dependencies(VPC, &id));
            }
            ROUTE_TABLES.delete(tx, &vpc.main_table)?;
            VPCS.delete(tx, &id)?;
            Ok(DeleteVpcOutput {})
        })
        .await
    }
}
