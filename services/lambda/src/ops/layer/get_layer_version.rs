//! `GetLayerVersion`: a version of a layer.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html>

use lambda_api::{GetLayerVersion, GetLayerVersionInput, GetLayerVersionOutput};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, layers};

impl Handle<GetLayerVersion> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetLayerVersionInput,
    ) -> Result<GetLayerVersionOutput> {
        let (action, number) = ("lambda:GetLayerVersion", Some(input.version_number));
        let (ctx, name, number) = super::open(ctx, action, &input.layer_name, number).await?;
        Ok(ctx.read(|tx| layers::find(tx, &ctx, &name, number))?.alone())
    }
}
