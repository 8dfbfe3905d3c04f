//! Regions and zones.

mod describe_availability_zones;
mod describe_regions;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::DescribeAvailabilityZones>().op::<ec2_api::DescribeRegions>()
}
