//! `UpdateFunctionCode`: another package for a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html>

use lambda_api::{
    FunctionCode, UpdateFunctionCode, UpdateFunctionCodeInput, UpdateFunctionCodeOutput,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::FUNCTIONS;
use crate::{Lambda, code, error, names, versions};

impl Handle<UpdateFunctionCode> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateFunctionCodeInput,
    ) -> Result<UpdateFunctionCodeOutput> {
        let named = names::whole(ctx, "lambda:UpdateFunctionCode", &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        if input.publish_to.is_some() {
            return Err(error::absent("PublishTo of a function"));
        }
        ctx.read(|tx| versions::function(tx, &named))?;
        let given = FunctionCode {
            image_uri: input.image_uri,
            s3_bucket: input.s3_bucket,
            s3_key: input.s3_key,
            s3_object_version: input.s3_object_version,
            source_kms_key_arn: input.source_kms_key_arn,
            zip_file: input.zip_file,
        };
        let package = code::keep(self, ctx, given).await?;
        let (dry, publish) = (input.dry_run.unwrap_or_default(), input.publish.unwrap_or_default());
        let shown = ctx
            .write(|tx| {
                let mut function = versions::function(tx, &named)?;
                let latest = &mut function.latest;
                versions::check_revision(&latest.config.0, input.revision_id.as_deref())?;
                latest.digest = hex::encode(package.digest);
                latest.unpacked = package.unpacked;
                if let Some(architectures) = input.architectures {
                    latest.config.0.architectures = Some(architectures);
                }
                versions::pack(&mut latest.config.0, &package);
                versions::touch(ctx, &mut latest.config.0);
                if dry {
                    return Ok(function.latest.config.0);
                }
                let shown = match publish {
                    true => versions::publish(ctx, tx, name, &mut function, None)?,
                    false => function.latest.clone(),
                };
                FUNCTIONS.put(tx, name, &function)?;
                Ok::<_, Fail>(shown.config.0)
            })
            .await?;
        Ok(shown)
    }
}
