//! Keys of the catalog, security configurations, and the import of an older catalog.

mod create_security_configuration;
mod delete_security_configuration;
mod get_catalog_import_status;
mod get_data_catalog_encryption_settings;
mod get_security_configuration;
mod get_security_configurations;
mod import_catalog_to_glue;
mod put_data_catalog_encryption_settings;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CreateSecurityConfiguration>()
        .op::<glue_api::DeleteSecurityConfiguration>()
        .op::<glue_api::GetCatalogImportStatus>()
        .op::<glue_api::GetDataCatalogEncryptionSettings>()
        .op::<glue_api::GetSecurityConfiguration>()
        .op::<glue_api::GetSecurityConfigurations>()
        .op::<glue_api::ImportCatalogToGlue>()
        .op::<glue_api::PutDataCatalogEncryptionSettings>()
}
