//! Statistics of columns.

mod delete_column_statistics_for_partition;
mod delete_column_statistics_for_table;
mod get_column_statistics_for_partition;
mod get_column_statistics_for_table;
mod update_column_statistics_for_partition;
mod update_column_statistics_for_table;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::DeleteColumnStatisticsForPartition>()
        .op::<glue_api::DeleteColumnStatisticsForTable>()
        .op::<glue_api::GetColumnStatisticsForPartition>()
        .op::<glue_api::GetColumnStatisticsForTable>()
        .op::<glue_api::UpdateColumnStatisticsForPartition>()
        .op::<glue_api::UpdateColumnStatisticsForTable>()
}
