//! Managed policies on identities: attached to allow, or set as the boundary of what is allowed.

use iam_api::AttachedPolicy;
use platform::{Ctx, Result};

use crate::model::Holder;
use crate::paging::{Paged, Paging};
use crate::policies::{self, Managed};
use crate::{error, identities, store};

/// The most managed policies one identity holds.
const ATTACHED_MAX: usize = 10;

/// Attaches a policy. It may be attached already.
pub(crate) async fn attach<H: Holder>(ctx: &Ctx, name: &str, arn: &str) -> Result<()> {
    identities::change::<H>(ctx, name, |tx, row| {
        Managed::find(tx, arn)?.ok_or_else(|| error::not_attachable(arn))?;
        let identity = row.identity_mut();
        identity.attached.insert(arn.to_owned());
        if identity.attached.len() > ATTACHED_MAX {
            return Err(error::quota(&format!("PoliciesPer{}", H::KIND.title()), ATTACHED_MAX));
        }
        store::attach(tx, arn, H::KIND, &store::key(name), false)?;
        Ok(())
    })
    .await?;
    Ok(())
}

pub(crate) async fn detach<H: Holder>(ctx: &Ctx, name: &str, arn: &str) -> Result<()> {
    identities::change::<H>(ctx, name, |tx, row| {
        if !row.identity_mut().attached.remove(arn) {
            return Err(error::no_such_policy(arn));
        }
        store::detach(tx, arn, H::KIND, &store::key(name), false)?;
        Ok(())
    })
    .await?;
    Ok(())
}

/// What is attached, by name.
pub(crate) fn list<H: Holder>(
    ctx: &Ctx,
    name: &str,
    path_prefix: Option<&str>,
    paging: Paging,
) -> Result<Paged<AttachedPolicy>> {
    let row: H = ctx.read(|tx| identities::get(tx, name))?;
    let prefix = path_prefix.unwrap_or("/");
    let mut attached: Vec<(String, AttachedPolicy)> = Vec::new();
    for arn in &row.identity().attached {
        let Some((path, name)) = policies::path_and_name(arn) else { continue };
        if path.starts_with(prefix) {
            let (policy_arn, policy_name) = (Some(arn.clone()), Some(name.to_owned()));
            attached.push((sort_key(arn, name), AttachedPolicy { policy_arn, policy_name }));
        }
    }
    attached.sort_by(|(a, _), (b, _)| a.cmp(b));
    let page = paging.take(attached.into_iter().map(Ok), |(key, _)| key.clone())?;
    Ok(page.map(|(_, attached)| attached))
}

/// The name, then whose it is: markers hold it, which are too short for ARNs.
fn sort_key(arn: &str, name: &str) -> String {
    let owner = if arn.contains("::aws:") { "aws" } else { "own" };
    format!("{}/{owner}", store::key(name))
}

/// Sets the boundary of an identity that is being created or changed. The caller puts the row.
pub(crate) fn set_boundary<H: Holder>(
    tx: &platform::WriteTx<'_>,
    row: &mut H,
    arn: Option<String>,
) -> Result<()> {
    let identity = row.identity_mut();
    let key = store::key(&identity.name);
    if let Some(old) = identity.boundary.take() {
        store::detach(tx, &old, H::KIND, &key, true)?;
    }
    if let Some(arn) = &arn {
        Managed::find(tx, arn)?.ok_or_else(|| error::boundary_not_found(arn))?;
        store::attach(tx, arn, H::KIND, &key, true)?;
    }
    identity.boundary = arn;
    Ok(())
}

/// Removes the boundary of an identity that has one.
pub(crate) async fn remove_boundary<H: Holder>(ctx: &Ctx, name: &str) -> Result<()> {
    identities::change::<H>(ctx, name, |tx, row| {
        if row.identity().boundary.is_none() {
            return Err(error::no_boundary(H::KIND, name));
        }
        set_boundary(tx, row, None)
    })
    .await?;
    Ok(())
}
