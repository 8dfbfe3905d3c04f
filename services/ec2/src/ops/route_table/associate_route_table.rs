//! `AssociateRouteTable`: gives a subnet a route table of its own.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html>

use ec2_api::{AssociateRouteTable, AssociateRouteTableInput, AssociateRouteTableOutput};
use platform::{Ctx, Handle, Result};

use crate::refuse::refuse;
use crate::route_tables::{self, ASSOCIATION};
use crate::store::{Association, RouteTable, Subnet};
use crate::{Ec2, error, ids, resource};

impl Handle<AssociateRouteTable> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: AssociateRouteTableInput,
    ) -> Result<AssociateRouteTableOutput> {
        refuse!(input, gateway_id => "GatewayId", public_ipv4_pool => "PublicIpv4Pool");
        let subnet = input.subnet_id.ok_or_else(|| error::missing("subnetId"))?;
        let association = ids::new(ctx, ASSOCIATION);
        self.change(ctx, |tx| {
            let mut table: RouteTable = resource::find(tx, &input.route_table_id)?;
            let mut subnet: Subnet = resource::find(tx, &subnet)?;
            if table.vpc != subnet.vpc {
                let (one, other) =
                    (format!("route table {}", table.id), format!("subnet {}", subnet.id));
                return Err(error::different_networks(&one, &other));
            }
            if subnet.route_table.is_some() {
                return Err(error::already_associated(&table.id));
            }
            subnet.route_table = Some(table.id.clone());
            let of = Association { id: association.clone(), subnet: Some(subnet.id.clone()) };
            table.associations.push(of);
            resource::put(tx, &subnet)?;
            resource::put(tx, &table)
        })
        .await?;
        Ok(AssociateRouteTableOutput {
            association_id: Some(association),
            association_state: Some(route_tables::associated()),
        })
    }
}
