//! `DescribeRegions`: the regions of the partition: those that accounts have without asking, or all.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>

use ec2_api::{DescribeRegions, DescribeRegionsInput, DescribeRegionsOutput};
use platform::{Ctx, Handle, Region, Result, Tags};

use crate::filters::Filters;
use crate::zones::{self, Known};
use crate::{Ec2, error};

const FILTERS: &[&str] = &["endpoint", "opt-in-status", "region-name"];

impl Handle<DescribeRegions> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeRegionsInput,
    ) -> Result<DescribeRegionsOutput> {
        let filters = Filters::read(input.filters, FILTERS, false)?;
        let wanted = input.region_names.filter(|wanted| !wanted.is_empty());
        let mut regions: Vec<&Known> = zones::regions(ctx.scope().partition()).collect();
        regions.sort_by_key(|known| known.name);
        match &wanted {
            Some(wanted) => {
                let known = |name: &String| regions.iter().any(|known| known.name == name);
                if let Some(unknown) = wanted.iter().find(|name| !known(name)) {
                    return Err(error::invalid(format!("Invalid region name: {unknown}")));
                }
                regions.retain(|known| wanted.iter().any(|name| name == known.name));
            }
            None if input.all_regions != Some(true) => {
                regions.retain(|known| known.without_asking);
            }
            None => {}
        }
        let mut shown = Vec::new();
        for known in regions {
            let region: Region = known.name.parse().map_err(platform::Fail::internal)?;
            let endpoint = format!("ec2.{region}.{}", zones::domain(&region));
            let status = if known.without_asking { "opt-in-not-required" } else { "not-opted-in" };
            let values = |filter: &str| {
                Ok(vec![match filter {
                    "endpoint" => endpoint.clone(),
                    "opt-in-status" => status.to_owned(),
                    _ => known.name.to_owned(),
                }])
            };
            if filters.pass(&Tags::new(), values)? {
                shown.push(ec2_api::Region {
                    endpoint: Some(endpoint),
                    opt_in_status: Some(status.to_owned()),
                    region_name: Some(known.name.to_owned()),
                    ..Default::default()
                });
            }
        }
        Ok(DescribeRegionsOutput { regions: Some(shown) })
    }
}
