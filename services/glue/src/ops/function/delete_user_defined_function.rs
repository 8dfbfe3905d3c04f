//! `DeleteUserDefinedFunction`: a function is no more.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteUserDefinedFunction.html>

use glue_api::{
    DeleteUserDefinedFunction, DeleteUserDefinedFunctionInput, DeleteUserDefinedFunctionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::function;
use crate::{Glue, place};

impl Handle<DeleteUserDefinedFunction> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteUserDefinedFunctionInput,
    ) -> Result<DeleteUserDefinedFunctionOutput> {
        let (catalog, name) = (input.catalog_id.as_deref(), &input.function_name);
        let (database, name) = place::function(ctx, catalog, &input.database_name, name).await?;
        ctx.write(|tx| function::delete(tx, &database, &name)).await?;
        Ok(DeleteUserDefinedFunctionOutput {})
    }
}
