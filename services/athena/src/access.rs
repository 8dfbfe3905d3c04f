//! Who may use a workgroup, where the request names it by a default or only by what belongs to it.

use platform::{Arn, Ctx, Fail, Result};

/// The workgroup that is always there.
pub(crate) const PRIMARY: &str = "primary";

/// The workgroup a request means, after asking whether the caller may do the current operation
/// there.
pub(crate) async fn workgroup(ctx: &Ctx, named: Option<String>) -> Result<String> {
    let name = named.unwrap_or_else(|| PRIMARY.to_owned());
    may(ctx, &name).await?;
    Ok(name)
}

/// Asks whether the caller may do the current operation in a workgroup.
pub(crate) async fn may(ctx: &Ctx, workgroup: &str) -> Result<()> {
    let action = format!("athena:{}", ctx.operation());
    platform::require(ctx, &athena_api::SERVICE, &action, arn(ctx, workgroup).as_str()).await
}

/// Whether the caller may: for batches, which leave out what the caller may not see.
pub(crate) async fn is_allowed(ctx: &Ctx, workgroup: &str) -> Result<bool> {
    match may(ctx, workgroup).await {
        Ok(()) => Ok(true),
        Err(fail) if is_denial(&fail) => Ok(false),
        Err(fail) => Err(fail),
    }
}

/// Whether a room refused because the caller may not.
pub(crate) fn is_denial(fail: &Fail) -> bool {
    matches!(fail.code(), "AccessDenied" | "AccessDeniedException") || fail.status() == 403
}

/// A workgroup's name in policies and tags.
pub(crate) fn arn(ctx: &Ctx, workgroup: &str) -> Arn {
    Arn::new("athena", ctx.scope(), &format!("workgroup/{workgroup}"))
}
