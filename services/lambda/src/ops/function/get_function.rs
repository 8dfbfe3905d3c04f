//! `GetFunction`: a function as it is, or was.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html>

use lambda_api::{
    Concurrency, FunctionCodeLocation, GetFunction, GetFunctionInput, GetFunctionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, names, versions};

impl Handle<GetFunction> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: GetFunctionInput) -> Result<GetFunctionOutput> {
        let qualifier = input.qualifier.as_deref();
        let named = names::open(ctx, "lambda:GetFunction", &input.function_name, qualifier).await?;
        let (function, version) = named.ctx.read(|tx| versions::find(tx, &named))?;
        let code = FunctionCodeLocation {
            repository_type: Some("S3".to_owned()),
            ..FunctionCodeLocation::default()
        };
        let tags = function.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        let reserved = function.reserved.and_then(|reserved| i32::try_from(reserved).ok());
        Ok(GetFunctionOutput {
            code: Some(code),
            concurrency: reserved
                .map(|reserved| Concurrency { reserved_concurrent_executions: Some(reserved) }),
            configuration: Some(versions::shown(named.ctx.scope(), &named, &version)),
            tags: (!function.tags.is_empty()).then(|| tags.collect()),
            tags_error: None,
        })
    }
}
