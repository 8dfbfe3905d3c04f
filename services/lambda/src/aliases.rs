//! Aliases: what they may lead to.

use lambda_api::{AliasConfiguration, AliasRoutingConfiguration};
use platform::{Ctx, ReadTx, Result};

use crate::names::{self, LATEST};
use crate::store::VERSIONS;
use crate::{error, versions};

/// The second version of an alias, if it has one.
pub(crate) fn routing(
    given: Option<AliasRoutingConfiguration>,
) -> Option<AliasRoutingConfiguration> {
    given.filter(|routing| {
        routing.additional_version_weights.as_ref().is_some_and(|weights| !weights.is_empty())
    })
}

/// Makes sure that what an alias leads to is there, and may be led to.
///
/// # Errors
/// AWS's refusals.
pub(crate) fn check(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    name: &str,
    alias: &AliasConfiguration,
) -> Result<()> {
    let version = alias.function_version.as_deref().unwrap_or_default();
    let there = |version: &str| {
        let missing = || error::no_function(&names::arn(ctx.scope(), name, Some(version)));
        let number = versions::number(version).ok_or_else(missing)?;
        VERSIONS.get(tx, &(name, number))?.map(drop).ok_or_else(missing)
    };
    if version != LATEST {
        there(version)?;
    }
    let weights = alias.routing_config.as_ref();
    let Some(weights) = weights.and_then(|routing| routing.additional_version_weights.as_ref())
    else {
        return Ok(());
    };
    if version == LATEST {
        return Err(error::invalid(
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ));
    }
    if weights.len() > 1 {
        return Err(error::invalid(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ));
    }
    for other in weights.keys() {
        if other == version {
            return Err(error::invalid(format!(
                "Invalid function version {other}. Function version {other} is already included in \
                 routing configuration."
            )));
        }
        there(other)?;
    }
    Ok(())
}
