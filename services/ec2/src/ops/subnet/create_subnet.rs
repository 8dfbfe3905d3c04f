//! `CreateSubnet`: a part of a network, in one zone.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html>

use ec2_api::{CreateSubnet, CreateSubnetInput, CreateSubnetOutput};
use platform::{Ctx, Handle, Region, Result};

use crate::listing::Listed;
use crate::refuse::refuse;
use crate::resource::{self, SUBNET};
use crate::store::Vpc;
use crate::subnets::SUBNETS_MAX;
use crate::zones::{self, Zone};
use crate::{Ec2, blocks, error, subnets, tagging};

/// The zone that a request names, or else the first.
fn zone(region: &Region, name: Option<String>, id: Option<String>) -> Result<Zone> {
    let zones = zones::of(region);
    let wanted = match (&name, &id) {
        (Some(_), Some(_)) => {
            return Err(error::combination(
                "The parameter availabilityZone cannot be used with the parameter \
                 availabilityZoneId",
            ));
        }
        (None, None) => zones.first(),
        _ => zones
            .iter()
            .find(|zone| name.as_ref() == Some(&zone.name) || id.as_ref() == Some(&zone.id)),
    };
    wanted.cloned().ok_or_else(|| {
        let (parameter, value, all): (_, _, Vec<&str>) = match (name, id) {
            (Some(name), _) => {
                ("availabilityZone", name, zones.iter().map(|zone| zone.name.as_str()).collect())
            }
            (_, id) => (
                "availabilityZoneId",
                id.unwrap_or_default(),
                zones.iter().map(|zone| zone.id.as_str()).collect(),
            ),
        };
        error::no_zone(parameter, &value, &all)
    })
}

impl Handle<CreateSubnet> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: CreateSubnetInput) -> Result<CreateSubnetOutput> {
        refuse!(input,
            ipv4_ipam_pool_id => "Ipv4IpamPoolId",
            ipv4_netmask_length => "Ipv4NetmaskLength",
            ipv6_cidr_block => "Ipv6CidrBlock",
            ipv6_ipam_pool_id => "Ipv6IpamPoolId",
            ipv6_native => "Ipv6Native",
            ipv6_netmask_length => "Ipv6NetmaskLength",
            outpost_arn => "OutpostArn",
        );
        let text = input.cidr_block.ok_or_else(|| error::missing("cidrBlock"))?;
        let block = blocks::sized(&text, error::subnet_range)?;
        let zone = zone(ctx.region(), input.availability_zone, input.availability_zone_id)?;
        let mut subnet = subnets::new(ctx, &input.vpc_id, block, &zone);
        subnet.tags = tagging::given(ctx, input.tag_specifications, SUBNET).await?;
        self.change(ctx, |tx| {
            let vpc: Vpc = resource::find(tx, &input.vpc_id)?;
            if !vpc.block.covers(block) {
                return Err(error::subnet_range(&text));
            }
            let there = subnets::of(tx, &vpc.id)?;
            if there.iter().any(|other| other.block.meets(block)) {
                return Err(error::subnet_conflict(&text));
            }
            if there.len() >= SUBNETS_MAX {
                return Err(error::limit("SubnetLimitExceeded", "subnets"));
            }
            subnets::add(tx, &subnet)?;
            Ok(CreateSubnetOutput { subnet: Some(subnet.shown(&self.look(tx))?) })
        })
        .await
    }
}
