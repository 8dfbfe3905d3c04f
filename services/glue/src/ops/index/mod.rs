//! Indexes over partition keys.

mod create_partition_index;
mod delete_partition_index;
mod get_partition_indexes;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CreatePartitionIndex>()
        .op::<glue_api::DeletePartitionIndex>()
        .op::<glue_api::GetPartitionIndexes>()
}
