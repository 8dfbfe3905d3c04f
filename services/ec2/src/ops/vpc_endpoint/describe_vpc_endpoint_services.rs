//! `DescribeVpcEndpointServices`: the services that endpoints can be made for.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html>

use ec2_api::{
    DescribeVpcEndpointServices, DescribeVpcEndpointServicesInput,
    DescribeVpcEndpointServicesOutput, ServiceConnectivityType, ServiceDetail, ServiceType,
    ServiceTypeDetail,
};
use platform::{Ctx, Handle, Region, Result, Tags};

use crate::filters::Filters;
use crate::prefix_lists::SERVICES;
use crate::{Ec2, error, listing, zones};

const FILTERS: &[&str] =
    &["owner", "service-name", "service-region", "service-type", "supported-ip-address-types"];
/// Who offers AWS's own services.
const OWNER: &str = "amazon";

fn detail(region: &Region, name: &str) -> ServiceDetail {
    let zones = zones::of(region);
    let service = name.rsplit('.').next().unwrap_or(name);
    ServiceDetail {
        acceptance_required: Some(false),
        availability_zone_ids: Some(zones.iter().map(|zone| zone.id.clone()).collect()),
        availability_zones: Some(zones.iter().map(|zone| zone.name.clone()).collect()),
        base_endpoint_dns_names: Some(vec![format!(
            "{service}.{region}.{}",
            zones::domain(region)
        )]),
        manages_vpc_endpoints: Some(false),
        owner: Some(OWNER.to_owned()),
        service_name: Some(name.to_owned()),
        service_region: Some(region.to_string()),
        service_type: Some(vec![ServiceTypeDetail { service_type: Some(ServiceType::Gateway) }]),
        supported_ip_address_types: Some(vec![ServiceConnectivityType::Ipv4]),
        tags: Some(Vec::new()),
        vpc_endpoint_policy_supported: Some(true),
        ..Default::default()
    }
}

impl Handle<DescribeVpcEndpointServices> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeVpcEndpointServicesInput,
    ) -> Result<DescribeVpcEndpointServicesOutput> {
        let region = ctx.region();
        let filters = Filters::read(input.filters, FILTERS, true)?;
        let elsewhere = |wanted: &Vec<String>| !wanted.iter().any(|one| one == region.as_str());
        if input
            .service_regions
            .as_ref()
            .is_some_and(|regions| !regions.is_empty() && elsewhere(regions))
        {
            return Err(error::absent("DescribeVpcEndpointServices of other regions"));
        }
        let mut names: Vec<String> =
            SERVICES.iter().map(|service| service.full_name(region)).collect();
        names.sort();
        if let Some(wanted) = input.service_names.filter(|wanted| !wanted.is_empty()) {
            if let Some(unknown) = wanted.iter().find(|name| !names.contains(name)) {
                return Err(error::no_service(unknown));
            }
            names.retain(|name| wanted.contains(name));
        }
        let mut passing = Vec::new();
        for name in names {
            let values = |filter: &str| {
                Ok(vec![match filter {
                    "owner" => OWNER.to_owned(),
                    "service-name" => name.clone(),
                    "service-region" => region.to_string(),
                    "service-type" => ServiceType::Gateway.to_string(),
                    _ => ServiceConnectivityType::Ipv4.to_string(),
                }])
            };
            if filters.pass(&Tags::new(), values)? {
                passing.push(name);
            }
        }
        let wanted = (input.max_results, input.next_token);
        let page = listing::page("DescribeVpcEndpointServices", passing, wanted, String::clone)?;
        Ok(DescribeVpcEndpointServicesOutput {
            service_details: Some(page.items.iter().map(|name| detail(region, name)).collect()),
            service_names: Some(page.items),
            next_token: page.next_token,
        })
    }
}
