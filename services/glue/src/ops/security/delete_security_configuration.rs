//! `DeleteSecurityConfiguration`: a security configuration is no more.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteSecurityConfiguration.html>

use glue_api::{
    DeleteSecurityConfiguration, DeleteSecurityConfigurationInput,
    DeleteSecurityConfigurationOutput,
};
use platform::{Ctx, Handle, Result};

use crate::store::SECURITY;
use crate::{Glue, error};

impl Handle<DeleteSecurityConfiguration> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteSecurityConfigurationInput,
    ) -> Result<DeleteSecurityConfigurationOutput> {
        ctx.write(|tx| match SECURITY.delete(tx, input.name.as_str())? {
            true => Ok(()),
            false => Err(error::no_security(&input.name)),
        })
        .await?;
        Ok(DeleteSecurityConfigurationOutput {})
    }
}
