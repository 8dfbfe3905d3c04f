//! The schema registry: registries hold schemas, schemas hold versions.
//!
//! What a version is and which may follow which is the registry engine's to say
//! (`engines/registry`); here they are kept under their names, numbers and ids.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html>

pub(crate) mod metadata;
pub(crate) mod version;

use glue_api::{RegistryId, SchemaId};
use platform::{Arn, Ctx, ReadTx, Result, WriteTx, jobs, require};

use crate::catalog::purge;
use crate::error;
use crate::store::{REGISTRIES, RegistryRow, SCHEMAS, SchemaRow, TAGS};

/// Where schemas are that name no registry.
const DEFAULT: &str = "default-registry";
/// Registries of an account in one region.
const REGISTRIES_MAX: usize = 100;
/// Schemas of an account in one region.
const SCHEMAS_MAX: usize = 10_000;

pub(crate) fn registry_arn(ctx: &Ctx, name: &str) -> String {
    Arn::new("glue", ctx.scope(), &format!("registry/{name}")).to_string()
}

pub(crate) fn schema_arn(ctx: &Ctx, registry: &str, name: &str) -> String {
    Arn::new("glue", ctx.scope(), &format!("schema/{registry}/{name}")).to_string()
}

/// Asks whether the caller may do what it does to a resource.
pub(crate) async fn ask(ctx: &Ctx, arn: &str) -> Result<()> {
    require(ctx, &glue_api::SERVICE, &format!("glue:{}", ctx.operation()), arn).await
}

/// The same, of a registry.
pub(crate) async fn ask_registry(ctx: &Ctx, name: &str) -> Result<()> {
    ask(ctx, &registry_arn(ctx, name)).await
}

/// The same, of a schema, which is asked for with its registry.
pub(crate) async fn ask_schema(ctx: &Ctx, registry: &str, name: &str) -> Result<()> {
    ask_registry(ctx, registry).await?;
    ask(ctx, &schema_arn(ctx, registry, name)).await
}

/// The name of the registry that is meant; access to it is asked for.
pub(crate) async fn registry(ctx: &Ctx, id: Option<&RegistryId>) -> Result<String> {
    let named = id.map(|id| (id.registry_name.as_deref(), id.registry_arn.as_deref()));
    let name = match named {
        None => DEFAULT.to_owned(),
        Some((Some(name), None)) => name.to_owned(),
        Some((None, Some(arn))) => of_arn(ctx, arn, "registry/")?,
        Some(_) => {
            return Err(error::invalid(
                "One of registryName or registryArn has to be provided, not both.",
            ));
        }
    };
    ask_registry(ctx, &name).await?;
    Ok(name)
}

/// The names of the registry and the schema that are meant; access to both is asked for.
pub(crate) async fn schema(ctx: &Ctx, id: &SchemaId) -> Result<(String, String)> {
    let SchemaId { schema_arn, schema_name, registry_name, .. } = id;
    let place = match (schema_arn, schema_name) {
        (None, Some(name)) => {
            (registry_name.clone().unwrap_or_else(|| DEFAULT.to_owned()), name.clone())
        }
        (Some(arn), None) if registry_name.is_none() => {
            let path = of_arn(ctx, arn, "schema/")?;
            let (registry, name) = path.split_once('/').ok_or_else(|| error::invalid_arn(arn))?;
            (registry.to_owned(), name.to_owned())
        }
        _ => {
            return Err(error::invalid(
                "One of (registryName and schemaName) or schemaArn has to be provided, not both.",
            ));
        }
    };
    ask_schema(ctx, &place.0, &place.1).await?;
    Ok(place)
}

/// What an ARN of this account and region names.
fn of_arn(ctx: &Ctx, text: &str, kind: &str) -> Result<String> {
    let arn: Arn = text.parse().map_err(|_| error::invalid_arn(text))?;
    if arn.service() != "glue" || arn.region_text() != ctx.region().as_str() {
        return Err(error::invalid_arn(text));
    }
    if arn.account_text() != ctx.scope().account.as_str() {
        let action = format!("glue:{}", ctx.operation());
        return Err(error::foreign_catalog(ctx.caller().display_name(), &action, text));
    }
    let name = arn.resource().strip_prefix(kind).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| error::invalid_arn(text))
}

pub(crate) fn find_registry(tx: &ReadTx<'_>, name: &str) -> Result<RegistryRow> {
    REGISTRIES.get(tx, name)?.ok_or_else(|| error::no_registry(name))
}

pub(crate) fn find_schema(
    tx: &ReadTx<'_>,
    ctx: &Ctx,
    registry: &str,
    name: &str,
) -> Result<SchemaRow> {
    let missing = || error::no_schema(ctx, registry, name);
    let owner = REGISTRIES.get(tx, registry)?.ok_or_else(missing)?;
    SCHEMAS.get(tx, &(owner.id, name))?.ok_or_else(missing)
}

pub(crate) fn create_registry(
    tx: &WriteTx<'_>,
    ctx: &Ctx,
    name: &str,
    description: Option<String>,
) -> Result<RegistryRow> {
    if REGISTRIES.contains(tx, name)? {
        return Err(error::registry_exists(name));
    }
    if REGISTRIES.scan(tx).keys().count() >= REGISTRIES_MAX {
        return Err(error::too_many_registries());
    }
    let now = ctx.now().rfc3339_millis();
    let updated = Some(now.clone());
    let row = RegistryRow { id: ctx.ids().number(), description, created: now, updated };
    REGISTRIES.put(tx, name, &row)?;
    Ok(row)
}

/// The registry of a new schema; the one that nobody names is made when it is first used.
pub(crate) fn for_schema(
    tx: &WriteTx<'_>,
    ctx: &Ctx,
    name: &str,
    make: bool,
) -> Result<RegistryRow> {
    match REGISTRIES.get(tx, name)? {
        Some(row) => Ok(row),
        None if make => create_registry(tx, ctx, name, None),
        None => Err(error::no_registry(name)),
    }
}

/// Refuses another schema where there are too many.
pub(crate) fn check_room(tx: &ReadTx<'_>) -> Result<()> {
    match SCHEMAS.scan(tx).keys().take(SCHEMAS_MAX).count() {
        SCHEMAS_MAX => Err(error::too_many_schemas()),
        _ => Ok(()),
    }
}

/// Removes a registry. Its schemas are out of sight with it; a job sweeps them away.
pub(crate) fn delete_registry(tx: &WriteTx<'_>, ctx: &Ctx, name: &str) -> Result<()> {
    let row = find_registry(tx, name)?;
    REGISTRIES.delete(tx, name)?;
    TAGS.delete(tx, format!("registry/{name}").as_str())?;
    Ok(jobs::schedule(tx, &purge::registry_job(row.id, name), ctx.now(), Vec::new())?)
}

/// Removes a schema. Its versions are out of sight with it; a job sweeps them away.
pub(crate) fn delete_schema(tx: &WriteTx<'_>, ctx: &Ctx, registry: &str, name: &str) -> Result<()> {
    let owner = find_registry(tx, registry)?;
    let row = find_schema(tx, ctx, registry, name)?;
    SCHEMAS.delete(tx, &(owner.id, name))?;
    TAGS.delete(tx, format!("schema/{registry}/{name}").as_str())?;
    Ok(jobs::schedule(tx, &purge::schema_job(row.id), ctx.now(), Vec::new())?)
}
