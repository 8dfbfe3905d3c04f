//! Tables and their versions.

mod batch_delete_table;
mod batch_delete_table_version;
mod create_table;
mod delete_table;
mod delete_table_version;
mod get_table;
mod get_table_version;
mod get_table_versions;
mod get_tables;
mod search_tables;
mod update_table;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::BatchDeleteTable>()
        .op::<glue_api::BatchDeleteTableVersion>()
        .op::<glue_api::CreateTable>()
        .op::<glue_api::DeleteTable>()
        .op::<glue_api::DeleteTableVersion>()
        .op::<glue_api::GetTable>()
        .op::<glue_api::GetTables>()
        .op::<glue_api::GetTableVersion>()
        .op::<glue_api::GetTableVersions>()
        .op::<glue_api::SearchTables>()
        .op::<glue_api::UpdateTable>()
}
