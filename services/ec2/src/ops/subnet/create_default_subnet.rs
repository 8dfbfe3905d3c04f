//! `CreateDefaultSubnet`: the subnet that a zone has in the default network, where it was deleted.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultSubnet.html>

use ec2_api::{CreateDefaultSubnet, CreateDefaultSubnetInput, CreateDefaultSubnetOutput};
use platform::{Ctx, Handle, Result};

use crate::listing::Listed;
use crate::refuse::refuse;
use crate::{Ec2, defaults, error, subnets, zones};

impl Handle<CreateDefaultSubnet> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateDefaultSubnetInput,
    ) -> Result<CreateDefaultSubnetOutput> {
        refuse!(input, ipv6_native => "Ipv6Native");
        let zones = zones::of(ctx.region());
        let (name, id) = (input.availability_zone, input.availability_zone_id);
        if name.is_none() && id.is_none() {
            return Err(error::missing("availabilityZone"));
        }
        let named = zones.iter().find(|zone| {
            name.as_ref().is_none_or(|name| *name == zone.name)
                && id.as_ref().is_none_or(|id| *id == zone.id)
        });
        let zone = named.ok_or_else(|| {
            let names: Vec<&str> = zones.iter().map(|zone| zone.name.as_str()).collect();
            error::no_zone("availabilityZone", &name.or(id).unwrap_or_default(), &names)
        })?;
        self.change(ctx, |tx| {
            let vpc = defaults::find(tx)?.ok_or_else(error::no_default_vpc)?;
            let there = subnets::of(tx, &vpc.id)?;
            let default = |subnet: &&crate::store::Subnet| {
                subnet.default_for_zone && subnet.zone == zone.name
            };
            if let Some(subnet) = there.iter().find(default) {
                return Err(error::default_subnet_exists(&zone.name, &subnet.id));
            }
            let subnet = defaults::create_subnet(ctx, tx, &vpc, zone)?;
            Ok(CreateDefaultSubnetOutput { subnet: Some(subnet.shown(&self.look(tx))?) })
        })
        .await
    }
}
