//! `CreateUserDefinedFunction`: a function of code that engines load.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateUserDefinedFunction.html>

use glue_api::{
    CreateUserDefinedFunction, CreateUserDefinedFunctionInput, CreateUserDefinedFunctionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{Maker, function};
use crate::{Glue, error, place};

impl Handle<CreateUserDefinedFunction> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateUserDefinedFunctionInput,
    ) -> Result<CreateUserDefinedFunctionOutput> {
        let Some(name) = input.function_input.function_name.clone() else {
            return Err(error::invalid("FunctionName must not be null."));
        };
        let (database, name) =
            place::function(ctx, input.catalog_id.as_deref(), &input.database_name, &name).await?;
        let maker = Maker::of(ctx);
        ctx.write(|tx| function::create(tx, &maker, &database, &name, input.function_input))
            .await?;
        Ok(CreateUserDefinedFunctionOutput {})
    }
}
