//! Inline policies: documents that live and die with the one identity that holds them.

use aquifer_policy::{DocumentKind, quota_len};
use platform::{Ctx, Result};

use crate::documents::{check, encoded};
use crate::model::Holder;
use crate::paging::{Paged, Paging};
use crate::{error, identities};

/// Puts a policy, in place of one of the same name.
pub(crate) async fn put<H: Holder>(
    ctx: &Ctx,
    name: &str,
    policy: String,
    document: String,
) -> Result<()> {
    check(&document, DocumentKind::Identity)?;
    identities::change::<H>(ctx, name, |_, row| {
        let identity = row.identity_mut();
        identity.inline.insert(policy, document);
        let length: usize = identity.inline.values().map(|text| quota_len(text)).sum();
        if length > H::KIND.inline_length_max() {
            return Err(error::inline_too_long(H::KIND, name));
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// The name of the identity as it was created, and the document, encoded.
pub(crate) fn get<H: Holder>(ctx: &Ctx, name: &str, policy: &str) -> Result<(String, String)> {
    let row: H = ctx.read(|tx| identities::get(tx, name))?;
    let identity = row.identity();
    let document =
        identity.inline.get(policy).ok_or_else(|| error::no_such_inline(H::KIND, policy))?;
    Ok((identity.name.clone(), encoded(document)))
}

pub(crate) async fn delete<H: Holder>(ctx: &Ctx, name: &str, policy: &str) -> Result<()> {
    identities::change::<H>(ctx, name, |_, row| {
        let removed = row.identity_mut().inline.remove(policy);
        removed.map(drop).ok_or_else(|| error::no_such_inline(H::KIND, policy))
    })
    .await?;
    Ok(())
}

/// The names, in order.
pub(crate) fn list<H: Holder>(ctx: &Ctx, name: &str, paging: Paging) -> Result<Paged<String>> {
    let row: H = ctx.read(|tx| identities::get(tx, name))?;
    paging.take(row.identity().inline.keys().cloned().map(Ok), Clone::clone)
}
