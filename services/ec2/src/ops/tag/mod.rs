//! Tags.

mod create_tags;
mod delete_tags;
mod describe_tags;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::CreateTags>().op::<ec2_api::DeleteTags>().op::<ec2_api::DescribeTags>()
}
