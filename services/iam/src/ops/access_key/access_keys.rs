//! Keys by their holder: a call about a key names both.

use platform::{ReadTx, Result};

use crate::model::{AccessKey, User};
use crate::{error, store};

/// The key of an id, if it is this user's, or this account's own.
pub(super) fn of(tx: &ReadTx<'_>, user: Option<&User>, id: &str) -> Result<AccessKey> {
    let holder = user.map(|user| store::key(&user.identity.name));
    store::KEYS
        .get(tx, id)?
        .filter(|key| key.account == tx.scope().account && key.user == holder)
        .ok_or_else(|| error::no_such_key(id))
}
