//! `GetLayerVersionByArn`: a version of a layer, by its ARN.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html>

use lambda_api::{
    GetLayerVersionByArn, GetLayerVersionByArnInput, GetLayerVersionByArnOutput, SERVICE,
};
use platform::{Ctx, Handle, Result, require};

use crate::{Lambda, error, layers};

impl Handle<GetLayerVersionByArn> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetLayerVersionByArnInput,
    ) -> Result<GetLayerVersionByArnOutput> {
        let missing = || error::no_layer(&input.arn);
        let (scope, name, number) = layers::version(&input.arn).ok_or_else(missing)?;
        require(ctx, &SERVICE, "lambda:GetLayerVersion", input.arn.as_str()).await?;
        let ctx = ctx.with_scope(scope);
        Ok(ctx.read(|tx| layers::find(tx, &ctx, &name, number))?.alone())
    }
}
