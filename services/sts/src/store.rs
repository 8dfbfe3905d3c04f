//! Where sessions are: one table, found by access key from anywhere.

use std::time::Duration;

use platform::{
    AccountId, Credential, Credentials, Ctx, Principal, Result as Answer, StoreError, Table,
    Timestamp, WriteTx,
};

use crate::model::Session;

/// Access key id → session.
static SESSIONS: Table<String, Session> = Table::global("sts.sessions");

/// End, access key id: sessions in the order in which they end.
static ENDS: Table<(Timestamp, String), ()> = Table::global("sts.session_ends");

/// For so long a session that has ended is refused as such; after that as unknown.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 3600);

/// Each new session forgets a few old ones: more than one, so that none are left over.
const FORGOTTEN_AT_ONCE: usize = 8;

/// Keeps a new session.
pub(crate) fn put(tx: &WriteTx<'_>, access_key: &str, session: &Session) -> Result<(), StoreError> {
    SESSIONS.put(tx, access_key, session)?;
    ENDS.put(tx, &(session.expires, access_key), &())?;
    let long_ago = session.issued - REMEMBERED;
    let old: Vec<(Timestamp, String)> = ENDS
        .scan(tx)
        .keys()
        .take_while(|key| key.as_ref().map_or(true, |(end, _)| *end < long_ago))
        .take(FORGOTTEN_AT_ONCE)
        .collect::<Result<_, _>>()?;
    for key in old {
        ENDS.delete(tx, &key)?;
        SESSIONS.delete(tx, &key.1)?;
    }
    Ok(())
}

/// The session that the caller signed with, if it is one.
pub(crate) fn session_of(ctx: &Ctx) -> Answer<Option<Session>> {
    match ctx.session().and_then(|session| session.access_key_id.as_deref()) {
        Some(key) => Ok(ctx.read(|tx| SESSIONS.get(tx, key))?),
        None => Ok(None),
    }
}

/// Finds holders of temporary keys for the gateway.
pub(crate) struct Sessions;

impl Credentials for Sessions {
    fn find(&self, ctx: &Ctx, access_key: &str) -> anyhow::Result<Option<Credential>> {
        let session = ctx.read(|tx| SESSIONS.get(tx, access_key))?;
        Ok(session.map(|session: Session| Credential {
            secret: session.secret,
            session_token: Some(session.token),
            principal: session.principal,
            expires: Some(session.expires),
            active: true,
            session_policies: session.policies,
            issued: Some(session.issued),
            mfa: session.mfa,
        }))
    }
}

/// The account of a key: of a session, or of a user that IAM knows.
pub(crate) async fn account_of(ctx: &Ctx, access_key: &str) -> Answer<Option<AccountId>> {
    if let Some(session) = ctx.read(|tx| SESSIONS.get(tx, access_key))? {
        return Ok(session.principal.account);
    }
    let service = ctx.with_caller(Principal::service(sts_api::SERVICE.principal));
    let input = iam_api::GetAccessKeyLastUsedInput { access_key_id: access_key.to_owned() };
    match iam_api::Client::get_access_key_last_used(&service, input).await {
        Ok(_) => Ok(Some(ctx.scope().account)),
        Err(fail) if fail.is("AccessDenied") || fail.is("NoSuchEntity") => Ok(None),
        Err(fail) => Err(fail),
    }
}
