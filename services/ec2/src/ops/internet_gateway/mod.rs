//! Internet gateways.

mod attach_internet_gateway;
mod create_internet_gateway;
mod delete_internet_gateway;
mod describe_internet_gateways;
mod detach_internet_gateway;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::AttachInternetGateway>()
        .op::<ec2_api::CreateInternetGateway>()
        .op::<ec2_api::DeleteInternetGateway>()
        .op::<ec2_api::DescribeInternetGateways>()
        .op::<ec2_api::DetachInternetGateway>()
}
