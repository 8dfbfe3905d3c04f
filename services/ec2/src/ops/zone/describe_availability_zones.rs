//! `DescribeAvailabilityZones`: the zones of the region.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html>

use ec2_api::{
    AvailabilityZone, AvailabilityZoneOptInStatus, AvailabilityZoneState,
    DescribeAvailabilityZones, DescribeAvailabilityZonesInput, DescribeAvailabilityZonesOutput,
};
use platform::{Ctx, Handle, Region, Result, Tags};

use crate::filters::Filters;
use crate::zones::{self, Zone};
use crate::{Ec2, error};

const FILTERS: &[&str] = &[
    "group-long-name",
    "group-name",
    "message",
    "opt-in-status",
    "parent-zone-id",
    "parent-zone-name",
    "region-name",
    "state",
    "zone-id",
    "zone-name",
    "zone-type",
];
const TYPE: &str = "availability-zone";

fn value(region: &Region, zone: &Zone, filter: &str) -> Vec<String> {
    vec![match filter {
        "group-name" => group(region),
        "opt-in-status" => AvailabilityZoneOptInStatus::OptInNotRequired.to_string(),
        "region-name" => region.to_string(),
        "state" => AvailabilityZoneState::Available.to_string(),
        "zone-id" => zone.id.clone(),
        "zone-name" => zone.name.clone(),
        "zone-type" => TYPE.to_owned(),
        _ => return Vec::new(),
    }]
}

fn group(region: &Region) -> String {
    format!("{region}-zg-1")
}

fn show(region: &Region, zone: Zone) -> AvailabilityZone {
    AvailabilityZone {
        group_name: Some(group(region)),
        messages: Some(Vec::new()),
        network_border_group: Some(region.to_string()),
        opt_in_status: Some(AvailabilityZoneOptInStatus::OptInNotRequired),
        region_name: Some(region.to_string()),
        state: Some(AvailabilityZoneState::Available),
        zone_id: Some(zone.id),
        zone_name: Some(zone.name),
        zone_type: Some(TYPE.to_owned()),
        ..Default::default()
    }
}

impl Handle<DescribeAvailabilityZones> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeAvailabilityZonesInput,
    ) -> Result<DescribeAvailabilityZonesOutput> {
        let region = ctx.region();
        let filters = Filters::read(input.filters, FILTERS, false)?;
        let mut zones = zones::of(region);
        type Name = fn(&Zone) -> &String;
        let named: [(Option<Vec<String>>, Name); 2] =
            [(input.zone_names, |zone| &zone.name), (input.zone_ids, |zone| &zone.id)];
        for (wanted, name) in named {
            let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { continue };
            if let Some(unknown) = wanted.iter().find(|one| !zones.iter().any(|z| name(z) == *one))
            {
                return Err(error::invalid(format!("Invalid availability zone: [{unknown}]")));
            }
            zones.retain(|zone| wanted.contains(name(zone)));
        }
        let mut shown = Vec::new();
        for zone in zones {
            if filters.pass(&Tags::new(), |filter| Ok(value(region, &zone, filter)))? {
                shown.push(show(region, zone));
            }
        }
        Ok(DescribeAvailabilityZonesOutput { availability_zones: Some(shown) })
    }
}
