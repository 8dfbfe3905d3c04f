//! `UpdateUserDefinedFunction`: describes a function anew.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateUserDefinedFunction.html>

use glue_api::{
    UpdateUserDefinedFunction, UpdateUserDefinedFunctionInput, UpdateUserDefinedFunctionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::function;
use crate::{Glue, place};

impl Handle<UpdateUserDefinedFunction> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateUserDefinedFunctionInput,
    ) -> Result<UpdateUserDefinedFunctionOutput> {
        let (catalog, name) = (input.catalog_id.as_deref(), &input.function_name);
        let (database, name) = place::function(ctx, catalog, &input.database_name, name).await?;
        ctx.write(|tx| function::update(tx, &database, &name, input.function_input)).await?;
        Ok(UpdateUserDefinedFunctionOutput {})
    }
}
