//! Subnets.

mod create_default_subnet;
mod create_subnet;
mod delete_subnet;
mod describe_subnets;
mod modify_subnet_attribute;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::CreateDefaultSubnet>()
        .op::<ec2_api::CreateSubnet>()
        .op::<ec2_api::DeleteSubnet>()
        .op::<ec2_api::DescribeSubnets>()
        .op::<ec2_api::ModifySubnetAttribute>()
}
