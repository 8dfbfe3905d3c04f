//! Layers: packages that functions share.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html>

use lambda_api::{GetLayerVersionOutput, LayerVersionContentOutput, LayerVersionsListItem};
use platform::{AccountId, Arn, Ctx, ReadTx, Result, Scope};

use crate::code::UNPACKED_MAX;
use crate::error;
use crate::store::{LAYERS, LayerVersion, Version};

/// The most layers of a function.
const LAYERS_MAX: usize = 5;

/// The ARN of a layer, or of a version of it.
pub(crate) fn arn(scope: &Scope, name: &str, version: Option<u64>) -> String {
    let resource = match version {
        Some(version) => format!("layer:{name}:{version}"),
        None => format!("layer:{name}"),
    };
    Arn::new("lambda", scope, &resource).to_string()
}

/// The scope and the name of a layer that a request calls by its name or its ARN.
pub(crate) fn named(ctx: &Ctx, text: &str) -> Result<(Ctx, String)> {
    let Ok(arn) = text.parse::<Arn>() else { return Ok((ctx.clone(), text.to_owned())) };
    let refused = || error::invalid(format!("Invalid Layer name: {text}"));
    let name = arn.resource().strip_prefix("layer:").ok_or_else(refused)?;
    let account: AccountId = arn.account().ok_or_else(refused)?;
    let scope = Scope::new(account, arn.region().ok_or_else(refused)?);
    Ok((ctx.with_scope(scope), name.to_owned()))
}

/// The scope, the name and the number of a version that an ARN names.
pub(crate) fn version(text: &str) -> Option<(Scope, String, u64)> {
    let arn: Arn = text.parse().ok()?;
    let (name, number) = arn.resource().strip_prefix("layer:")?.rsplit_once(':')?;
    let scope = Scope::new(arn.account()?, arn.region()?);
    Some((scope, name.to_owned(), number.parse().ok()?))
}

/// A version of a layer.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(crate) fn find(tx: &ReadTx<'_>, ctx: &Ctx, name: &str, number: u64) -> Result<LayerVersion> {
    let found = LAYERS.get(tx, &(name, number))?.filter(|row| row.shown.is_some());
    found.ok_or_else(|| error::no_layer(&arn(ctx.scope(), name, Some(number))))
}

/// Gives a function layers, in their order.
///
/// # Errors
/// AWS's refusals of too many, of two versions of one, of what is not there, and of too much code.
pub(crate) fn give(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    latest: &mut Version,
    arns: &[String],
) -> Result<()> {
    if arns.len() > LAYERS_MAX {
        return Err(error::invalid(format!("Cannot reference more than {LAYERS_MAX} layers.")));
    }
    let (mut names, mut digests, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    let mut unpacked = latest.unpacked;
    for text in arns {
        let refused = || error::invalid(format!("Layer version {text} does not exist."));
        let (scope, name, number) = version(text).ok_or_else(refused)?;
        // AWS: layers of other accounts need a permission, which none can be given here.
        if scope != *ctx.scope() {
            return Err(error::absent("A layer of another account or region"));
        }
        if names.contains(&name) {
            return Err(error::invalid(format!(
                "Two different versions of the same layer are not allowed to be referenced in the \
                 same function: {text}"
            )));
        }
        let row = LAYERS.get(tx, &(name.as_str(), number))?;
        let row = row.filter(|row| row.shown.is_some()).ok_or_else(refused)?;
        unpacked += row.unpacked;
        shown.push(lambda_api::Layer {
            arn: Some(text.clone()),
            code_size: Some(row.size),
            ..lambda_api::Layer::default()
        });
        digests.push(row.digest);
        names.push(name);
    }
    if unpacked > UNPACKED_MAX {
        return Err(error::invalid(format!(
            "Layers consume more than the available size of {UNPACKED_MAX} bytes"
        )));
    }
    latest.layers = digests;
    latest.config.0.layers = (!shown.is_empty()).then_some(shown);
    Ok(())
}

impl LayerVersion {
    /// As lists show it.
    pub fn listed(&self) -> LayerVersionsListItem {
        let shown = self.shown.as_ref().map(|shown| shown.0.clone()).unwrap_or_default();
        LayerVersionsListItem {
            compatible_architectures: shown.compatible_architectures,
            compatible_runtimes: shown.compatible_runtimes,
            created_date: shown.created_date,
            description: shown.description,
            layer_version_arn: shown.layer_version_arn,
            license_info: shown.license_info,
            version: shown.version,
        }
    }

    /// As it is shown alone.
    pub fn alone(&self) -> GetLayerVersionOutput {
        self.shown.as_ref().map(|shown| shown.0.clone()).unwrap_or_default()
    }
}

/// What is shown of a layer's package.
pub(crate) fn content(package: &aquifer_functions::Package) -> LayerVersionContentOutput {
    use base64::Engine;
    LayerVersionContentOutput {
        code_sha256: Some(base64::engine::general_purpose::STANDARD.encode(package.digest)),
        code_size: i64::try_from(package.size).ok(),
        ..LayerVersionContentOutput::default()
    }
}
