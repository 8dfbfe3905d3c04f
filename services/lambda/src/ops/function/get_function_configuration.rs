//! `GetFunctionConfiguration`: the settings of a function or a version.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>

use lambda_api::{
    GetFunctionConfiguration, GetFunctionConfigurationInput, GetFunctionConfigurationOutput,
};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, names, versions};

impl Handle<GetFunctionConfiguration> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetFunctionConfigurationInput,
    ) -> Result<GetFunctionConfigurationOutput> {
        let (action, qualifier) = ("lambda:GetFunctionConfiguration", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        let (_, version) = named.ctx.read(|tx| versions::find(tx, &named))?;
        Ok(versions::shown(named.ctx.scope(), &named, &version))
    }
}
