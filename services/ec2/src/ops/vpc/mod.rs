//! Private networks.

mod create_default_vpc;
mod create_vpc;
mod delete_vpc;
mod describe_vpc_attribute;
mod describe_vpcs;
mod modify_vpc_attribute;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::CreateDefaultVpc>()
        .op::<ec2_api::CreateVpc>()
        .op::<ec2_api::DeleteVpc>()
        .op::<ec2_api::DescribeVpcAttribute>()
        .op::<ec2_api::DescribeVpcs>()
        .op::<ec2_api::ModifyVpcAttribute>()
}
