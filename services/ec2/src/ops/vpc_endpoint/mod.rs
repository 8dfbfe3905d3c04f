//! Endpoints, and the services they are for.

mod create_vpc_endpoint;
mod delete_vpc_endpoints;
mod describe_vpc_endpoint_services;
mod describe_vpc_endpoints;
mod modify_vpc_endpoint;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::CreateVpcEndpoint>()
        .op::<ec2_api::DeleteVpcEndpoints>()
        .op::<ec2_api::DescribeVpcEndpointServices>()
        .op::<ec2_api::DescribeVpcEndpoints>()
        .op::<ec2_api::ModifyVpcEndpoint>()
}
