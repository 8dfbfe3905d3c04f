//! `CreateSecurityConfiguration`: how runs keep what they write.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateSecurityConfiguration.html>

use glue_api::{
    CreateSecurityConfiguration, CreateSecurityConfigurationInput,
    CreateSecurityConfigurationOutput,
};
use platform::{Ctx, Handle, Result, Stored};

use crate::store::SECURITY;
use crate::{Glue, encryption, error};
use glue_api::SecurityConfiguration;

impl Handle<CreateSecurityConfiguration> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateSecurityConfigurationInput,
    ) -> Result<CreateSecurityConfigurationOutput> {
        let name = input.name;
        let configuration = SecurityConfiguration {
            name: Some(name.clone()),
            created_time_stamp: Some(ctx.now()),
            encryption_configuration: Some(encryption::checked(input.encryption_configuration)?),
        };
        ctx.write(|tx| {
            if SECURITY.contains(tx, name.as_str())? {
                return Err(error::security_exists(&name));
            }
            Ok(SECURITY.put(tx, name.as_str(), &Stored(configuration.clone()))?)
        })
        .await?;
        Ok(CreateSecurityConfigurationOutput {
            name: configuration.name,
            created_timestamp: configuration.created_time_stamp,
        })
    }
}
