//! Lists of addresses.

mod describe_managed_prefix_lists;
mod describe_prefix_lists;
mod get_managed_prefix_list_entries;

use platform::ServiceBuilder;

use crate::Ec2;

pub(crate) fn register(room: ServiceBuilder<Ec2>) -> ServiceBuilder<Ec2> {
    room.op::<ec2_api::DescribeManagedPrefixLists>()
        .op::<ec2_api::DescribePrefixLists>()
        .op::<ec2_api::GetManagedPrefixListEntries>()
}
