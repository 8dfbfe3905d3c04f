//! `GetUserDefinedFunction`: one function.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunction.html>

use glue_api::{GetUserDefinedFunction, GetUserDefinedFunctionInput, GetUserDefinedFunctionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::function;
use crate::{Glue, place};

impl Handle<GetUserDefinedFunction> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetUserDefinedFunctionInput,
    ) -> Result<GetUserDefinedFunctionOutput> {
        let (catalog, name) = (input.catalog_id.as_deref(), &input.function_name);
        let (database, name) = place::function(ctx, catalog, &input.database_name, name).await?;
        let function = ctx.read(|tx| function::get(tx, &database, &name))?;
        Ok(GetUserDefinedFunctionOutput { user_defined_function: Some(function) })
    }
}
