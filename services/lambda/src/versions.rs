//! Versions and aliases: which code a qualifier means.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_api::{FunctionConfiguration, LastUpdateStatus, State};
use platform::{Ctx, ReadTx, Result, Scope, Stored, WriteTx};

use crate::error;
use crate::names::{self, LATEST, Named};
use crate::store::{ALIASES, FUNCTIONS, Function, VERSIONS, Version};

/// A function.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(crate) fn function(tx: &ReadTx<'_>, named: &Named) -> Result<Function> {
    FUNCTIONS.get(tx, &named.name)?.ok_or_else(|| error::no_function(&named.arn()))
}

/// The number that a qualifier is, if it is one.
pub(crate) fn number(qualifier: &str) -> Option<u64> {
    qualifier.bytes().all(|b| b.is_ascii_digit()).then(|| qualifier.parse().ok())?
}

/// The function and the version that a request means. Of an alias that leads to two versions, chance
/// decides.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(crate) fn find(tx: &ReadTx<'_>, named: &Named) -> Result<(Function, Version)> {
    let function = function(tx, named)?;
    let version = match named.qualifier.as_deref() {
        None | Some(LATEST) => function.latest.clone(),
        Some(qualifier) => {
            let number = match number(qualifier) {
                Some(number) => number,
                None => through(tx, named, qualifier)?,
            };
            if number == 0 {
                return Ok((function.clone(), function.latest));
            }
            let found = VERSIONS.get(tx, &(named.name.as_str(), number))?;
            found.ok_or_else(|| error::no_function(&named.arn()))?
        }
    };
    Ok((function, version))
}

/// The version that an alias leads to; nought stands for the latest.
fn through(tx: &ReadTx<'_>, named: &Named, alias: &str) -> Result<u64> {
    let found = ALIASES.get(tx, &(named.name.as_str(), alias))?;
    let Stored(alias) = found.ok_or_else(|| error::no_function(&named.arn()))?;
    let mut version = alias.function_version.unwrap_or_default();
    let weights = alias.routing_config.and_then(|routing| routing.additional_version_weights);
    let mut chance = named.ctx.ids().fraction();
    for (other, weight) in weights.into_iter().flatten() {
        if chance < weight {
            version = other;
            break;
        }
        chance -= weight;
    }
    Ok(number(&version).unwrap_or_default())
}

/// What clients read of a version, by the name they asked for.
pub(crate) fn shown(scope: &Scope, named: &Named, version: &Version) -> FunctionConfiguration {
    let mut config = version.config.0.clone();
    config.function_arn = Some(names::arn(scope, &named.name, named.qualifier.as_deref()));
    config
}

/// What is new of a configuration that changed.
pub(crate) fn touch(ctx: &Ctx, config: &mut FunctionConfiguration) {
    config.revision_id = Some(ctx.ids().uuid());
    let now = ctx.now().floor_millis().rfc3339_millis();
    config.last_modified = Some(format!("{}+0000", now.trim_end_matches('Z')));
    config.state = Some(State::Active);
    config.last_update_status = Some(LastUpdateStatus::Successful);
}

/// What a package says in a configuration.
pub(crate) fn pack(config: &mut FunctionConfiguration, package: &aquifer_functions::Package) {
    config.code_sha256 = Some(STANDARD.encode(package.digest));
    config.code_size = i64::try_from(package.size).ok();
}

/// Publishes what is there now, unless it is what was published last.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn publish(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    name: &str,
    function: &mut Function,
    description: Option<String>,
) -> Result<Version> {
    let mut version = function.latest.clone();
    if let Some(description) = description {
        version.config.0.description = Some(description);
    }
    if let Some(last) = VERSIONS.get(tx, &(name, function.published))?
        && same(&last, &version)
    {
        return Ok(last);
    }
    let mut number = function.published + 1;
    // Numbers are not given twice, whatever was deleted since.
    while VERSIONS.get(tx, &(name, number))?.is_some() {
        number += 1;
    }
    let config = &mut version.config.0;
    config.version = Some(number.to_string());
    config.function_arn = Some(names::arn(ctx.scope(), name, Some(&number.to_string())));
    config.revision_id = Some(ctx.ids().uuid());
    function.published = number;
    VERSIONS.put(tx, &(name, number), &version)?;
    Ok(version)
}

/// Whether nothing changed since a version was published.
fn same(last: &Version, now: &Version) -> bool {
    let plain = |version: &Version| {
        let mut config = version.config.clone();
        let it = &mut config.0;
        (it.version, it.function_arn, it.revision_id, it.last_modified) = (None, None, None, None);
        let (digest, layers) = (version.digest.clone(), version.layers.clone());
        (serde_json::to_vec(&config).unwrap_or_default(), digest, layers)
    };
    plain(last) == plain(now)
}

/// Makes sure that a configuration is still what the caller takes it for.
///
/// # Errors
/// `PreconditionFailedException`.
pub(crate) fn check_revision(config: &FunctionConfiguration, given: Option<&str>) -> Result<()> {
    match given {
        Some(given) if config.revision_id.as_deref() != Some(given) => Err(error::changed()),
        _ => Ok(()),
    }
}
