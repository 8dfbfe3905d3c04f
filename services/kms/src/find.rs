//! From what a call names as `KeyId` to the key: an id, an ARN, an alias or an alias's ARN.

use platform::{Arn, Ctx, ReadTx, Result, Scope};

use crate::model::KeyRow;
use crate::{Kms, error, managed, store};

/// Nothing here has a longer name.
const NAME_BYTES_MAX: usize = 256;

/// A key with whose it is.
#[derive(Debug)]
pub(crate) struct Found {
    pub scope: Scope,
    pub key: KeyRow,
    /// The alias that the call named it by.
    pub alias: Option<String>,
}

impl Found {
    pub fn arn(&self) -> Arn {
        self.key.arn(&self.scope)
    }
}

/// How a call names a key.
enum Name {
    Id(String),
    Alias(String),
}

/// A key by its id or ARN. Calls that change keys take no aliases.
pub(crate) fn by_id(ctx: &Ctx, text: &str) -> Result<Found> {
    let (scope, name) = parse(ctx, text)?;
    match name {
        Name::Id(id) => ctx.read(|tx| read(tx, scope, id, None)),
        Name::Alias(_) => Err(error::bad_key_id(text)),
    }
}

/// A key of the caller's account by its id or ARN, as those changes need that other accounts cannot
/// be let make.
pub(crate) fn own(ctx: &Ctx, text: &str) -> Result<Found> {
    let found = by_id(ctx, text)?;
    if found.scope != *ctx.scope() {
        let action = format!("kms:{}", ctx.operation());
        return Err(error::refused(ctx.caller().display_name(), &action, &found.arn()));
    }
    Ok(found)
}

/// A key by any name.
pub(crate) async fn by_any(kms: &Kms, ctx: &Ctx, text: &str) -> Result<Found> {
    let (scope, name) = parse(ctx, text)?;
    let name = match name {
        Name::Id(id) => return ctx.read(|tx| read(tx, scope, id, None)),
        Name::Alias(name) => name,
    };
    if let Some(found) = ctx.read(|tx| by_alias(tx, &scope, &name))? {
        return Ok(found);
    }
    if let Some(service) = managed::service_of(&name)
        && scope == *ctx.scope()
        && managed::may_make(ctx)
    {
        managed::make(kms, ctx, service).await?;
        if let Some(found) = ctx.read(|tx| by_alias(tx, &scope, &name))? {
            return Ok(found);
        }
    }
    Err(error::no_alias(&alias_arn(&scope, &name)))
}

/// The ARN of an alias.
pub(crate) fn alias_arn(scope: &Scope, name: &str) -> Arn {
    Arn::new(kms_api::SERVICE.name, scope, name)
}

/// A key of a scope by its id.
pub(crate) fn read(
    tx: &ReadTx<'_>,
    scope: Scope,
    id: String,
    alias: Option<String>,
) -> Result<Found> {
    match store::KEYS.get(&tx.in_scope(&scope), &id)? {
        Some(key) => Ok(Found { scope, key, alias }),
        None => {
            let arn = Arn::from_parts(
                scope.partition().as_str(),
                kms_api::SERVICE.name,
                scope.region.as_str(),
                scope.account.as_str(),
                &format!("key/{id}"),
            );
            Err(arn.map_or_else(|_| error::bad_key_id(&id), |arn| error::no_key(&arn)))
        }
    }
}

/// A key as it is now, which may be otherwise than when it was found.
pub(crate) fn again(tx: &ReadTx<'_>, found: &Found) -> Result<KeyRow> {
    Ok(read(tx, found.scope.clone(), found.key.id.clone(), None)?.key)
}

fn by_alias(tx: &ReadTx<'_>, scope: &Scope, name: &str) -> Result<Option<Found>> {
    match store::alias(&tx.in_scope(scope), name)? {
        Some(row) => read(tx, scope.clone(), row.target, Some(name.to_owned())).map(Some),
        None => Ok(None),
    }
}

fn parse(ctx: &Ctx, text: &str) -> Result<(Scope, Name)> {
    let name = |text: &str| match text.starts_with("alias/") {
        true => Name::Alias(text.to_owned()),
        false => Name::Id(text.to_owned()),
    };
    let plain = |text: &str| {
        text.len() <= NAME_BYTES_MAX
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/_:".contains(&byte))
    };
    let Ok(arn) = text.parse::<Arn>() else {
        return match plain(text) {
            true => Ok((ctx.scope().clone(), name(text))),
            false => Err(error::bad_key_id(text)),
        };
    };
    if arn.service() != kms_api::SERVICE.name {
        return Err(error::bad_arn(text));
    }
    if arn.region_text() != ctx.region().as_str() {
        return Err(error::bad_arn(arn.region_text()));
    }
    let account = arn.account().ok_or_else(|| error::bad_arn(text))?;
    let scope = Scope::new(account, ctx.region().clone());
    match arn.resource().split_once('/') {
        Some(("key", id)) => Ok((scope, Name::Id(id.to_owned()))),
        Some(("alias", _)) if plain(arn.resource()) => {
            Ok((scope, Name::Alias(arn.resource().to_owned())))
        }
        _ => Err(error::bad_arn(text)),
    }
}
