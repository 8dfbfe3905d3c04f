//! Tables and their settings.

mod create_table;
mod delete_table;
mod delete_table_policy;
mod get_table;
mod get_table_encryption;
mod get_table_maintenance_configuration;
mod get_table_maintenance_job_status;
mod get_table_metadata_location;
mod get_table_policy;
mod get_table_storage_class;
mod list_tables;
mod put_table_maintenance_configuration;
mod put_table_policy;
mod rename_table;
mod update_table_metadata_location;

use platform::ServiceBuilder;
use s3tables_api as api;

use crate::S3Tables;

pub(crate) fn register(room: ServiceBuilder<S3Tables>) -> ServiceBuilder<S3Tables> {
    room.op::<api::CreateTable>()
        .op::<api::DeleteTable>()
        .op::<api::DeleteTablePolicy>()
        .op::<api::GetTable>()
        .op::<api::GetTableEncryption>()
        .op::<api::GetTableMaintenanceConfiguration>()
        .op::<api::GetTableMaintenanceJobStatus>()
        .op::<api::GetTableMetadataLocation>()
        .op::<api::GetTablePolicy>()
        .op::<api::GetTableStorageClass>()
        .op::<api::ListTables>()
        .op::<api::PutTableMaintenanceConfiguration>()
        .op::<api::PutTablePolicy>()
        .op::<api::RenameTable>()
        .op::<api::UpdateTableMetadataLocation>()
}
