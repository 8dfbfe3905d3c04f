//! Tables of routes.

mod associate_route_table;
mod create_route;
mod create_route_table;
mod delete_route;
mod delete_route_table;
mod describe_route_tables;
mod disassociate_route_table;
mod replace_route;
mod replace_route_table_association;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::AssociateRouteTable>()
        .op::<ec2_api::CreateRoute>()
        .op::<ec2_api::CreateRouteTable>()
        .op::<ec2_api::DeleteRoute>()
        .op::<ec2_api::DeleteRouteTable>()
        .op::<ec2_api::DescribeRouteTables>()
        .op::<ec2_api::DisassociateRouteTable>()
        .op::<ec2_api::ReplaceRoute>()
        .op::<ec2_api::ReplaceRouteTableAssociation>()
}
