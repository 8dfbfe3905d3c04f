//! `PublishLayerVersion`: keeps a package for functions to share, under the next number.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html>

use lambda_api::{
    FunctionCode, GetLayerVersionOutput, PublishLayerVersion, PublishLayerVersionInput,
    PublishLayerVersionOutput,
};
use platform::{Ctx, Fail, Handle, Result, Stored};

use crate::store::{LAYERS, LayerVersion};
use crate::{Lambda, code, layers};

impl Handle<PublishLayerVersion> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PublishLayerVersionInput,
    ) -> Result<PublishLayerVersionOutput> {
        let action = "lambda:PublishLayerVersion";
        let (ctx, name, _) = super::open(ctx, action, &input.layer_name, None).await?;
        let given = FunctionCode {
            s3_bucket: input.content.s3_bucket,
            s3_key: input.content.s3_key,
            s3_object_version: input.content.s3_object_version,
            zip_file: input.content.zip_file,
            ..FunctionCode::default()
        };
        let package = code::keep(self, &ctx, given).await?;
        let now = ctx.now().floor_millis().rfc3339_millis();
        let mut shown = GetLayerVersionOutput {
            compatible_architectures: input.compatible_architectures,
            compatible_runtimes: input.compatible_runtimes,
            content: Some(layers::content(&package)),
            created_date: Some(format!("{}+0000", now.trim_end_matches('Z'))),
            description: Some(input.description.unwrap_or_default()),
            layer_arn: Some(layers::arn(ctx.scope(), &name, None)),
            layer_version_arn: None,
            license_info: input.license_info,
            version: None,
        };
        ctx.write(|tx| {
            // Numbers are not given twice: what is deleted leaves a trace.
            let last = LAYERS.scan(tx).prefix(&(name.as_str(),)).keys().last().transpose()?;
            let number = last.map_or(1, |(_, number)| number + 1);
            shown.version = i64::try_from(number).ok();
            shown.layer_version_arn = Some(layers::arn(ctx.scope(), &name, Some(number)));
            let row = LayerVersion {
                shown: Some(Stored(shown.clone())),
                digest: hex::encode(package.digest),
                size: i64::try_from(package.size).unwrap_or_default(),
                unpacked: package.unpacked,
            };
            LAYERS.put(tx, &(name.as_str(), number), &row)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PublishLayerVersionOutput {
            compatible_architectures: shown.compatible_architectures,
            compatible_runtimes: shown.compatible_runtimes,
            content: shown.content,
            created_date: shown.created_date,
            description: shown.description,
            layer_arn: shown.layer_arn,
            layer_version_arn: shown.layer_version_arn,
            license_info: shown.license_info,
            version: shown.version,
        })
    }
}
