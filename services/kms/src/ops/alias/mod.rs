//! Aliases: names for keys, which can be put to others.

mod create_alias;
mod delete_alias;
mod list_aliases;
mod update_alias;

use platform::{Ctx, Result, ServiceBuilder};

use crate::{Kms, error, find, managed};

/// The most names a key has.
const OF_KEY_MAX: usize = 50;

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::CreateAlias>()
        .op::<kms_api::DeleteAlias>()
        .op::<kms_api::ListAliases>()
        .op::<kms_api::UpdateAlias>()
}

/// Refuses names that nobody can give.
fn check_name(name: &str) -> Result<()> {
    if name.starts_with(managed::RESERVED) {
        return Err(kms_api::error::invalid_alias_name_exception(
            "The alias/aws/ prefix is reserved for AWS managed keys.",
        ));
    }
    match name.strip_prefix("alias/") {
        Some(rest) if !rest.is_empty() => Ok(()),
        _ => Err(error::invalid(
            "Alias must start with the prefix \"alias/\". Please see \
             https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        )),
    }
}

/// Asks for an action on a name.
async fn require(ctx: &Ctx, action: &str, name: &str) -> Result<()> {
    let arn = find::alias_arn(ctx.scope(), name);
    platform::require(ctx, &kms_api::SERVICE, action, arn.as_str()).await
}

fn too_many() -> platform::Fail {
    kms_api::error::limit_exceeded_exception(format!("A key has at most {OF_KEY_MAX} aliases."))
}

fn no_alias(ctx: &Ctx, name: &str) -> platform::Fail {
    error::no_alias(&find::alias_arn(ctx.scope(), name))
}
