//! `DisassociateRouteTable`: takes its own route table from a subnet, which then has the main one.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateRouteTable.html>

use ec2_api::{
    DisassociateRouteTable, DisassociateRouteTableInput, DisassociateRouteTableOutput, SERVICE,
};
use platform::{Ctx, Handle, Result};

use crate::resource::{self, ROUTE_TABLE};
use crate::store::Subnet;
use crate::{Ec2, error, route_tables};

impl Handle<DisassociateRouteTable> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DisassociateRouteTableInput,
    ) -> Result<DisassociateRouteTableOutput> {
        let id = input.association_id;
        let (table, _) =
            self.read(ctx, |look| route_tables::with_association(look.tx, &id)).await?;
        let arn = ROUTE_TABLE.arn(ctx.scope(), &table.id);
        platform::require(ctx, &SERVICE, "ec2:DisassociateRouteTable", arn).await?;
        if input.dry_run == Some(true) {
            return Err(error::would_succeed());
        }
        self.change(ctx, |tx| {
            let (mut table, association) = route_tables::with_association(tx, &id)?;
            let Some(subnet) = association.subnet else {
                return Err(error::invalid(format!(
                    "cannot disassociate the main route table association {id}"
                )));
            };
            let mut subnet: Subnet = resource::find(tx, &subnet)?;
            subnet.route_table = None;
            table.associations.retain(|other| other.id != id);
            resource::put(tx, &subnet)?;
            resource::put(tx, &table)?;
            Ok(DisassociateRouteTableOutput {})
        })
        .await
    }
}
