//! `ReplaceRouteTableAssociation`: gives a subnet, or a network as its main one, another route table.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRouteTableAssociation.html>

use ec2_api::{
    ReplaceRouteTableAssociation, ReplaceRouteTableAssociationInput,
    ReplaceRouteTableAssociationOutput,
};
use platform::{Ctx, Handle, Result};

use crate::route_tables::{self, ASSOCIATION};
use crate::store::{Association, RouteTable, Subnet, Vpc};
use crate::{Ec2, error, ids, resource};

impl Handle<ReplaceRouteTableAssociation> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ReplaceRouteTableAssociationInput,
    ) -> Result<ReplaceRouteTableAssociationOutput> {
        let new = ids::new(ctx, ASSOCIATION);
        self.change(ctx, |tx| {
            let (mut from, old) = route_tables::with_association(tx, &input.association_id)?;
            let to: RouteTable = resource::find(tx, &input.route_table_id)?;
            if from.vpc != to.vpc {
                let (one, other) =
                    (format!("route table {}", to.id), format!("route table {}", from.id));
                return Err(error::different_networks(&one, &other));
            }
            from.associations.retain(|other| other.id != old.id);
            resource::put(tx, &from)?;
            // It may be the same table.
            let mut to: RouteTable = resource::find(tx, &to.id)?;
            match &old.subnet {
                Some(subnet) => {
                    let mut subnet: Subnet = resource::find(tx, subnet)?;
                    subnet.route_table = Some(to.id.clone());
                    resource::put(tx, &subnet)?;
                }
                None => {
                    let mut vpc: Vpc = resource::find(tx, &to.vpc)?;
                    vpc.main_table.clone_from(&to.id);
                    resource::put(tx, &vpc)?;
                }
            }
            to.associations.push(Association { id: new.clone(), subnet: old.subnet });
            resource::put(tx, &to)
        })
        .await?;
        Ok(ReplaceRouteTableAssociationOutput {
            association_state: Some(route_tables::associated()),
            new_association_id: Some(new),
        })
    }
}
