//! What users, groups and roles have in common: found by name, unique by name, listed by path.

use platform::{Ctx, ReadTx, Result, StoreError, WriteTx};

use crate::error;
use crate::model::{Holder, Kind, User};
use crate::paging::{Paged, Paging};
use crate::store;

/// The identity of a name.
pub(crate) fn get<H: Holder>(tx: &ReadTx<'_>, name: &str) -> Result<H> {
    H::table().get(tx, &store::key(name))?.ok_or_else(|| error::no_such(H::KIND, name))
}

/// Refuses a name that is taken.
pub(crate) fn must_be_free<H: Holder>(tx: &ReadTx<'_>, name: &str) -> Result<()> {
    if H::table().contains(tx, &store::key(name))? {
        return Err(error::already_exists(H::KIND, name));
    }
    Ok(())
}

pub(crate) fn put<H: Holder>(tx: &WriteTx<'_>, row: &H) -> Result<(), StoreError> {
    H::table().put(tx, &store::key(&row.identity().name), row)
}

/// Changes one identity in a transaction of its own, answering it as it is then.
pub(crate) async fn change<H: Holder>(
    ctx: &Ctx,
    name: &str,
    change: impl FnOnce(&WriteTx<'_>, &mut H) -> Result<()>,
) -> Result<H> {
    ctx.write(|tx| {
        let mut row: H = get(tx, name)?;
        change(tx, &mut row)?;
        put(tx, &row)?;
        Ok(row)
    })
    .await
}

/// One page of all identities of a kind whose path starts with a prefix, shown by `show`.
pub(crate) fn list<H: Holder, T>(
    ctx: &Ctx,
    paging: Paging,
    path_prefix: Option<&str>,
    show: impl Fn(&H) -> T,
) -> Result<Paged<T>> {
    let prefix = path_prefix.unwrap_or("/");
    let page = ctx.read(|tx| {
        let after = paging.after().to_owned();
        let rows = H::table().scan(tx).after(after.as_str()).filter(|row| {
            row.as_ref().map_or(true, |(_, row)| row.identity().path.starts_with(prefix))
        });
        paging.take(rows, |(key, _)| key.clone())
    })?;
    Ok(page.map(|(_, row)| show(&row)))
}

/// Refuses to delete an identity that still holds policies.
pub(crate) fn must_hold_nothing<H: Holder>(row: &H) -> Result<()> {
    let identity = row.identity();
    if !identity.attached.is_empty() {
        return Err(error::conflict("Cannot delete entity, must detach all policies first."));
    }
    if !identity.inline.is_empty() {
        return Err(error::conflict("Cannot delete entity, must delete policies first."));
    }
    Ok(())
}

/// Forgets an identity that holds nothing but, perhaps, a boundary.
pub(crate) fn delete<H: Holder>(tx: &WriteTx<'_>, row: &H) -> Result<(), StoreError> {
    let identity = row.identity();
    let key = store::key(&identity.name);
    if let Some(boundary) = &identity.boundary {
        store::detach(tx, boundary, H::KIND, &key, true)?;
    }
    H::table().delete(tx, &key)?;
    Ok(())
}

/// Gives an identity another name or path. What refers to it by name follows: attachments here,
/// memberships and keys with the caller.
pub(crate) fn rename<H: Holder>(
    tx: &WriteTx<'_>,
    row: &mut H,
    new_name: Option<String>,
    new_path: Option<String>,
) -> Result<()> {
    let old_key = store::key(&row.identity().name);
    if let Some(name) = new_name {
        let new_key = store::key(&name);
        if new_key != old_key {
            must_be_free::<H>(tx, &name)?;
            let identity = row.identity();
            let held = identity.attached.iter().map(|arn| (arn, false));
            for (arn, as_boundary) in held.chain(identity.boundary.iter().map(|arn| (arn, true))) {
                store::detach(tx, arn, H::KIND, &old_key, as_boundary)?;
                store::attach(tx, arn, H::KIND, &new_key, as_boundary)?;
            }
            H::table().delete(tx, &old_key)?;
        }
        row.identity_mut().name = name;
    }
    if let Some(path) = new_path {
        row.identity_mut().path = path;
    }
    put(tx, row)?;
    Ok(())
}

/// The name of the user a call is about: the one it names, or else the caller.
pub(crate) fn user_or_caller(ctx: &Ctx, name: Option<&str>) -> Result<Subject> {
    use platform::PrincipalKind;
    let caller = ctx.caller();
    match (name, caller.kind) {
        (Some(name), _) => Ok(Subject::User(name.to_owned())),
        (None, PrincipalKind::Root) => Ok(Subject::Account),
        (None, PrincipalKind::User) => {
            let arn = caller.arn.as_ref().map_or("", |arn| arn.resource_id());
            Ok(Subject::User(arn.rsplit('/').next().unwrap_or(arn).to_owned()))
        }
        _ => Err(error::invalid("Must specify userName when calling with non-User credentials")),
    }
}

/// Whose keys and data a call is about.
pub(crate) enum Subject {
    /// The account itself.
    Account,
    /// The user of this name.
    User(String),
}

impl Subject {
    /// The user, which must be there; none for the account itself.
    pub fn find(&self, tx: &ReadTx<'_>) -> Result<Option<User>> {
        match self {
            Subject::Account => Ok(None),
            Subject::User(name) => get(tx, name).map(Some),
        }
    }
}

/// The kind a table key names.
pub(crate) fn kind_of(noun: &str) -> Option<Kind> {
    [Kind::User, Kind::Group, Kind::Role].into_iter().find(|kind| kind.noun() == noun)
}
