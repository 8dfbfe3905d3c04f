//! Subnets: parts of a network's block, each in one zone.

use aquifer_network::Block;
use ec2_api::{HostnameType, PrivateDnsNameOptionsOnLaunch, SubnetState};
use platform::{Ctx, ReadTx, Result, Tags, WriteTx};

use crate::listing::{Listed, Look};
use crate::resource::{self, SUBNET};
use crate::store::{SUBNET_SCOPES, SUBNETS, Subnet};
use crate::zones::Zone;
use crate::{ids, tagging, vpcs};

/// Subnets of a network, by AWS's quota.
pub(crate) const SUBNETS_MAX: usize = 200;

/// A subnet as it begins.
pub(crate) fn new(ctx: &Ctx, vpc: &str, block: Block, zone: &Zone) -> Subnet {
    Subnet {
        id: ids::new(ctx, SUBNET.prefix),
        vpc: vpc.to_owned(),
        block,
        zone: zone.name.clone(),
        zone_id: zone.id.clone(),
        default_for_zone: false,
        public_on_launch: false,
        hostname_type: None,
        resource_name_record: false,
        route_table: None,
        tags: Tags::new(),
    }
}

/// The subnets of a network.
pub(crate) fn of(tx: &ReadTx<'_>, vpc: &str) -> Result<Vec<Subnet>> {
    let mut subnets = resource::all::<Subnet>(tx)?;
    subnets.retain(|subnet| subnet.vpc == vpc);
    Ok(subnets)
}

/// Keeps a new subnet.
pub(crate) fn add(tx: &WriteTx<'_>, subnet: &Subnet) -> Result<()> {
    SUBNET_SCOPES.put(tx, &subnet.id, tx.scope())?;
    resource::put(tx, subnet)
}

/// Removes a subnet.
pub(crate) fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    SUBNET_SCOPES.delete(tx, id)?;
    SUBNETS.delete(tx, id)?;
    Ok(())
}

impl Listed for Subnet {
    const FILTERS: &'static [&'static str] = &[
        "availability-zone",
        "availability-zone-id",
        "availabilityZone",
        "availabilityZoneId",
        "available-ip-address-count",
        "cidr",
        "cidr-block",
        "cidrBlock",
        "customer-owned-ipv4-pool",
        "default-for-az",
        "defaultForAz",
        "enable-dns64",
        "enable-lni-at-device-index",
        "ipv6-cidr-block-association.association-id",
        "ipv6-cidr-block-association.ipv6-cidr-block",
        "ipv6-cidr-block-association.state",
        "ipv6-native",
        "map-customer-owned-ip-on-launch",
        "map-public-ip-on-launch",
        "outpost-arn",
        "owner-id",
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
        "private-dns-name-options-on-launch.hostname-type",
        "state",
        "subnet-arn",
        "subnet-id",
        "vpc-id",
    ];
    type Shown = ec2_api::Subnet;

    fn values(&self, look: &Look<'_, '_>, filter: &str) -> Result<Vec<String>> {
        let of_names = "private-dns-name-options-on-launch.";
        Ok(vec![match filter {
            "availability-zone" | "availabilityZone" => self.zone.clone(),
            "availability-zone-id" | "availabilityZoneId" => self.zone_id.clone(),
            "available-ip-address-count" => look.places.free(self).to_string(),
            "cidr" | "cidr-block" | "cidrBlock" => self.block.to_string(),
            "default-for-az" | "defaultForAz" => self.default_for_zone.to_string(),
            "enable-dns64" | "ipv6-native" | "map-customer-owned-ip-on-launch" => {
                "false".to_owned()
            }
            "map-public-ip-on-launch" => self.public_on_launch.to_string(),
            "owner-id" => look.tx.scope().account.to_string(),
            "state" => "available".to_owned(),
            "subnet-arn" => SUBNET.arn(look.tx.scope(), &self.id),
            "subnet-id" => self.id.clone(),
            "vpc-id" => self.vpc.clone(),
            _ => match filter.strip_prefix(of_names) {
                Some("enable-resource-name-dns-a-record") => self.resource_name_record.to_string(),
                Some("enable-resource-name-dns-aaaa-record") => "false".to_owned(),
                Some("hostname-type") => hostname_type(self).to_string(),
                _ => return Ok(Vec::new()),
            },
        }])
    }

    fn shown(&self, look: &Look<'_, '_>) -> Result<ec2_api::Subnet> {
        let free = i32::try_from(look.places.free(self)).unwrap_or(i32::MAX);
        Ok(ec2_api::Subnet {
            assign_ipv6_address_on_creation: Some(false),
            availability_zone: Some(self.zone.clone()),
            availability_zone_id: Some(self.zone_id.clone()),
            available_ip_address_count: Some(free),
            block_public_access_states: Some(vpcs::not_blocked()),
            cidr_block: Some(self.block.to_string()),
            default_for_az: Some(self.default_for_zone),
            enable_dns64: Some(false),
            ipv6_cidr_block_association_set: Some(Vec::new()),
            ipv6_native: Some(false),
            map_customer_owned_ip_on_launch: Some(false),
            map_public_ip_on_launch: Some(self.public_on_launch),
            owner_id: Some(look.tx.scope().account.to_string()),
            private_dns_name_options_on_launch: Some(PrivateDnsNameOptionsOnLaunch {
                enable_resource_name_dns_a_record: Some(self.resource_name_record),
                enable_resource_name_dns_aaaa_record: Some(false),
                hostname_type: Some(hostname_type(self)),
            }),
            state: Some(SubnetState::Available),
            subnet_arn: Some(SUBNET.arn(look.tx.scope(), &self.id)),
            subnet_id: Some(self.id.clone()),
            tags: tagging::shown(&self.tags),
            vpc_id: Some(self.vpc.clone()),
            ..Default::default()
        })
    }
}

fn hostname_type(subnet: &Subnet) -> HostnameType {
    subnet.hostname_type.as_deref().and_then(HostnameType::parse).unwrap_or(HostnameType::IpName)
}
