//! Where everything is: the tables and their keys. Names are unique whatever their case, so keys
//! are in lower case.

use platform::{ReadTx, StoreError, Table, WriteTx};

use crate::model::{AccessKey, Group, KeyUse, Kind, Policy, Role, User, Version};

pub(crate) static USERS: Table<String, User> = Table::account("iam.users");
pub(crate) static GROUPS: Table<String, Group> = Table::account("iam.groups");
pub(crate) static ROLES: Table<String, Role> = Table::account("iam.roles");
pub(crate) static POLICIES: Table<String, Policy> = Table::account("iam.policies");

/// Policy, number → version.
pub(crate) static VERSIONS: Table<(String, u32), Version> = Table::account("iam.policy_versions");

/// Group, user. The user's row lists its groups too: judging reads only that.
static MEMBERS: Table<(String, String), ()> = Table::account("iam.members");

/// Policy ARN, kind, identity, whether as its boundary.
static ATTACHMENTS: Table<(String, String, String, bool), ()> = Table::account("iam.attachments");

/// Access key id → key, found from anywhere.
pub(crate) static KEYS: Table<String, AccessKey> = Table::global("iam.access_keys");

/// User (empty for the account itself), access key id.
static KEYS_OF_USER: Table<(String, String), ()> = Table::account("iam.access_keys_of_user");

/// Access key id → its last use, some minutes behind.
pub(crate) static KEY_USES: Table<String, KeyUse> = Table::global("iam.access_key_uses");

/// The key of a name.
pub(crate) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

pub(crate) fn add_member(tx: &WriteTx<'_>, group: &str, user: &str) -> Result<(), StoreError> {
    MEMBERS.put(tx, &(group, user), &())
}

pub(crate) fn remove_member(tx: &WriteTx<'_>, group: &str, user: &str) -> Result<bool, StoreError> {
    MEMBERS.delete(tx, &(group, user))
}

/// The keys of a group's users after one, in order.
pub(crate) fn members<'t>(
    tx: &ReadTx<'t>,
    group: &str,
    after: &str,
) -> impl Iterator<Item = Result<String, StoreError>> + use<'t> {
    let scan = MEMBERS.scan(tx).prefix(&(group,)).after(&(group, after));
    scan.keys().map(|found| found.map(|(_, user)| user))
}

/// Notes that an identity holds a managed policy, or is bounded by it.
pub(crate) fn attach(
    tx: &WriteTx<'_>,
    arn: &str,
    kind: Kind,
    identity: &str,
    as_boundary: bool,
) -> Result<(), StoreError> {
    ATTACHMENTS.put(tx, &(arn, kind.noun(), identity, as_boundary), &())
}

pub(crate) fn detach(
    tx: &WriteTx<'_>,
    arn: &str,
    kind: Kind,
    identity: &str,
    as_boundary: bool,
) -> Result<bool, StoreError> {
    ATTACHMENTS.delete(tx, &(arn, kind.noun(), identity, as_boundary))
}

/// Who holds a policy: kind, identity, whether as its boundary.
pub(crate) fn attachments(
    tx: &ReadTx<'_>,
    arn: &str,
) -> Result<Vec<(String, String, bool)>, StoreError> {
    let scan = ATTACHMENTS.scan(tx).prefix(&(arn,));
    scan.keys().map(|key| key.map(|(_, kind, name, boundary)| (kind, name, boundary))).collect()
}

/// Adds a key of a user, or of the account itself.
pub(crate) fn add_key(tx: &WriteTx<'_>, id: &str, row: &AccessKey) -> Result<(), StoreError> {
    KEYS.put(tx, id, row)?;
    KEYS_OF_USER.put(tx, &(row.user.as_deref().unwrap_or_default(), id), &())
}

pub(crate) fn remove_key(tx: &WriteTx<'_>, id: &str, row: &AccessKey) -> Result<(), StoreError> {
    KEYS.delete(tx, id)?;
    KEY_USES.delete(tx, id)?;
    KEYS_OF_USER.delete(tx, &(row.user.as_deref().unwrap_or_default(), id))?;
    Ok(())
}

/// Lets a user's keys follow it to another name.
pub(crate) fn move_keys(tx: &WriteTx<'_>, from: &str, to: &str) -> Result<(), StoreError> {
    for id in keys_of(tx, Some(from))? {
        if let Some(key) = KEYS.get(tx, &id)? {
            KEYS.put(tx, &id, &AccessKey { user: Some(to.to_owned()), ..key })?;
        }
        KEYS_OF_USER.delete(tx, &(from, &*id))?;
        KEYS_OF_USER.put(tx, &(to, &*id), &())?;
    }
    Ok(())
}

/// The versions of a policy, by number.
pub(crate) fn versions(tx: &ReadTx<'_>, policy: &str) -> Result<Vec<(u32, Version)>, StoreError> {
    let scan = VERSIONS.scan(tx).prefix(&(policy,));
    scan.map(|row| row.map(|((_, number), version)| (number, version))).collect()
}

/// The ids of a user's keys, or of the account's own, in order.
pub(crate) fn keys_of(tx: &ReadTx<'_>, user: Option<&str>) -> Result<Vec<String>, StoreError> {
    let scan = KEYS_OF_USER.scan(tx).prefix(&(user.unwrap_or_default(),));
    scan.keys().map(|key| key.map(|(_, id)| id)).collect()
}
