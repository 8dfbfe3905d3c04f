//! `DeleteSubnet`: removes a subnet that nobody is in.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html>

use ec2_api::{DeleteSubnet, DeleteSubnetInput, DeleteSubnetOutput};
use platform::{Ctx, Handle, Result};

use crate::resource::{self, SUBNET};
use crate::store::{RouteTable, Subnet};
use crate::{Ec2, error, subnets};

impl Handle<DeleteSubnet> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: DeleteSubnetInput) -> Result<DeleteSubnetOutput> {
        self.change(ctx, |tx| {
            let subnet: Subnet = resource::find(tx, &input.subnet_id)?;
            if self.places.taken(&subnet.id) > 0 {
                return Err(error::has_dependencies(SUBNET, &subnet.id));
            }
            if let Some(table) = &subnet.route_table {
                let mut table: RouteTable = resource::find(tx, table)?;
                table.associations.retain(|other| other.subnet.as_ref() != Some(&subnet.id));
                resource::put(tx, &table)?;
            }
            subnets::remove(tx, &subnet.id)?;
            Ok(DeleteSubnetOutput {})
        })
        .await
    }
}
