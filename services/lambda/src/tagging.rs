//! Tags of functions.

use std::collections::BTreeMap;

use platform::{Arn, Ctx, Fail, Result, Tags};

use crate::store::{FUNCTIONS, Function};
use crate::{error, names};

/// The most tags a function has.
const TAGS_MAX: usize = 50;

/// Sets tags.
///
/// # Errors
/// AWS's refusal of too many, of reserved ones, and of what is too long.
pub(crate) fn set(tags: &mut Tags, given: BTreeMap<String, String>) -> Result<()> {
    for (key, value) in given {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(error::invalid("The tag key or value is too long or empty."));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid(
                "Your tag keys must not start with the reserved prefix aws:",
            ));
        }
        tags.insert(key, value);
    }
    if tags.len() > TAGS_MAX {
        return Err(error::invalid("The maximum number of tags is 50."));
    }
    Ok(())
}

/// The function whose tags are meant.
pub(crate) fn of(ctx: &Ctx, resource: &str) -> Result<(Ctx, String)> {
    let refused = || error::invalid(format!("Invalid ARN {resource}"));
    let arn: Arn = resource.parse().map_err(|_| refused())?;
    if !arn.resource().starts_with("function:") {
        return Err(error::absent("Tags of other resources than functions"));
    }
    let (scope, name, qualifier) = names::of_arn(&arn).ok_or_else(refused)?;
    if qualifier.is_some() {
        return Err(error::invalid(
            "Tags on function aliases and versions are not supported. Please specify a function \
             ARN.",
        ));
    }
    Ok((ctx.with_scope(scope), name.to_owned()))
}

/// Reads a function, for its tags.
pub(crate) fn function(ctx: &Ctx, resource: &str) -> Result<Function> {
    let (ctx, name) = of(ctx, resource)?;
    let found = ctx.read(|tx| FUNCTIONS.get(tx, &name))?;
    found.ok_or_else(|| error::no_function(resource))
}

/// Changes the tags of a function.
///
/// # Errors
/// If it is not there, and what the change answers.
pub(crate) async fn change(
    ctx: &Ctx,
    resource: &str,
    change: impl FnOnce(&mut Tags) -> Result<()>,
) -> Result<()> {
    let (ctx, name) = of(ctx, resource)?;
    ctx.write(|tx| {
        let mut row = FUNCTIONS.get(tx, &name)?.ok_or_else(|| error::no_function(resource))?;
        change(&mut row.tags)?;
        FUNCTIONS.put(tx, &name, &row)?;
        Ok::<_, Fail>(())
    })
    .await
}
