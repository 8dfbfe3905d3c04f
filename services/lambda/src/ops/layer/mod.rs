//! Layers.

mod delete_layer_version;
mod get_layer_version;
mod get_layer_version_by_arn;
mod list_layer_versions;
mod list_layers;
mod publish_layer_version;

use lambda_api as api;
use platform::{Ctx, Result, ServiceBuilder, require};

use crate::{Lambda, layers};

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::DeleteLayerVersion>()
        .op::<api::GetLayerVersion>()
        .op::<api::GetLayerVersionByArn>()
        .op::<api::ListLayerVersions>()
        .op::<api::ListLayers>()
        .op::<api::PublishLayerVersion>()
}

/// The layer that a request names, once it is known that the caller may do what is asked.
async fn open(
    ctx: &Ctx,
    action: &str,
    text: &str,
    version: Option<i64>,
) -> Result<(Ctx, String, u64)> {
    let (ctx, name) = layers::named(ctx, text)?;
    let version = version.map(|version| u64::try_from(version).unwrap_or(0));
    let arn = layers::arn(ctx.scope(), &name, version);
    require(&ctx, &api::SERVICE, action, arn).await?;
    Ok((ctx, name, version.unwrap_or(0)))
}
