//! Partitions.

mod batch_create_partition;
mod batch_delete_partition;
mod batch_get_partition;
mod batch_update_partition;
mod create_partition;
mod delete_partition;
mod get_partition;
mod get_partitions;
mod update_partition;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::BatchCreatePartition>()
        .op::<glue_api::BatchDeletePartition>()
        .op::<glue_api::BatchGetPartition>()
        .op::<glue_api::BatchUpdatePartition>()
        .op::<glue_api::CreatePartition>()
        .op::<glue_api::DeletePartition>()
        .op::<glue_api::GetPartition>()
        .op::<glue_api::GetPartitions>()
        .op::<glue_api::UpdatePartition>()
}
