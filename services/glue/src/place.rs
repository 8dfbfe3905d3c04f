//! Whose catalog a request means, and which names: account checked, names folded.
//!
//! Names fold to lower case, but the pipeline has authorized the name as the client wrote it. A
//! policy that denies `table/sales/secret` must hold for `SECRET` too, so where folding changes a
//! name, access is asked for once more under the folded one.

use platform::{Arn, Ctx, Result, require};

use crate::{encryption, error};

/// Checks that the catalog is the caller's own.
pub(crate) fn catalog(ctx: &Ctx, catalog_id: Option<&str>) -> Result<()> {
    let own = ctx.scope().account;
    match catalog_id {
        Some(id) if id != own.as_str() => Err(not_own(ctx, id)),
        _ => Ok(()),
    }
}

fn not_own(ctx: &Ctx, id: &str) -> platform::Fail {
    let Ok(account) = id.parse() else {
        return glue_api::error::entity_not_found_exception(format!("Catalog {id} not found."));
    };
    let scope = platform::Scope { account, region: ctx.region().clone() };
    let resource = Arn::new("glue", &scope, "catalog");
    error::foreign_catalog(ctx.caller().display_name(), &action(ctx), resource.as_str())
}

/// A database's name.
pub(crate) async fn database(ctx: &Ctx, catalog_id: Option<&str>, name: &str) -> Result<String> {
    catalog(ctx, catalog_id)?;
    encryption::ask(ctx).await?;
    let folded = fold(name);
    if folded != name {
        ask(ctx, &format!("database/{folded}")).await?;
    }
    Ok(folded)
}

/// A table's database and name.
pub(crate) async fn table(
    ctx: &Ctx,
    catalog_id: Option<&str>,
    database: &str,
    name: &str,
) -> Result<(String, String)> {
    let folded = (self::database(ctx, catalog_id, database).await?, fold(name));
    if folded.0 != database || folded.1 != name {
        ask(ctx, &format!("table/{}/{}", folded.0, folded.1)).await?;
    }
    Ok(folded)
}

/// A function's database and name.
pub(crate) async fn function(
    ctx: &Ctx,
    catalog_id: Option<&str>,
    database: &str,
    name: &str,
) -> Result<(String, String)> {
    let folded = (self::database(ctx, catalog_id, database).await?, fold(name));
    if folded.0 != database || folded.1 != name {
        ask(ctx, &format!("userDefinedFunction/{}/{}", folded.0, folded.1)).await?;
    }
    Ok(folded)
}

/// A name as the catalog keeps it.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
}

async fn ask(ctx: &Ctx, resource: &str) -> Result<()> {
    let arn = Arn::new("glue", ctx.scope(), resource);
    require(ctx, &glue_api::SERVICE, &action(ctx), arn.as_str()).await
}

fn action(ctx: &Ctx) -> String {
    format!("glue:{}", ctx.operation())
}
