//! Versions of schemas.

mod check_schema_version_validity;
mod delete_schema_versions;
mod get_schema_by_definition;
mod get_schema_version;
mod get_schema_versions_diff;
mod list_schema_versions;
mod put_schema_version_metadata;
mod query_schema_version_metadata;
mod register_schema_version;
mod remove_schema_version_metadata;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CheckSchemaVersionValidity>()
        .op::<glue_api::DeleteSchemaVersions>()
        .op::<glue_api::GetSchemaByDefinition>()
        .op::<glue_api::GetSchemaVersion>()
        .op::<glue_api::GetSchemaVersionsDiff>()
        .op::<glue_api::ListSchemaVersions>()
        .op::<glue_api::PutSchemaVersionMetadata>()
        .op::<glue_api::QuerySchemaVersionMetadata>()
        .op::<glue_api::RegisterSchemaVersion>()
        .op::<glue_api::RemoveSchemaVersionMetadata>()
}
