//! `GetSecurityConfiguration`: one security configuration.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSecurityConfiguration.html>

use glue_api::{
    GetSecurityConfiguration, GetSecurityConfigurationInput, GetSecurityConfigurationOutput,
};
use platform::{Ctx, Handle, Result, Stored};

use crate::store::SECURITY;
use crate::{Glue, error};

impl Handle<GetSecurityConfiguration> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetSecurityConfigurationInput,
    ) -> Result<GetSecurityConfigurationOutput> {
        let found = ctx.read(|tx| SECURITY.get(tx, input.name.as_str()))?;
        let Stored(found) = found.ok_or_else(|| error::no_security(&input.name))?;
        Ok(GetSecurityConfigurationOutput { security_configuration: Some(found) })
    }
}
