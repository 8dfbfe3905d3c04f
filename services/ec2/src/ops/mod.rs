//! The operations, a folder for each kind of things and one file each.

mod internet_gateway;
mod prefix_list;
mod route_table;
mod subnet;
mod tag;
mod vpc;
mod vpc_endpoint;
mod zone;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    let room = vpc::register(room);
    let room = subnet::register(room);
    let room = route_table::register(room);
    let room = internet_gateway::register(room);
    let room = vpc_endpoint::register(room);
    let room = prefix_list::register(room);
    let room = zone::register(room);
    tag::register(room)
}
