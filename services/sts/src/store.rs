//! Where sessions are: one table, found by access key from anywhere.

use platform::{
    AccountId, Credential, Credentials, Ctx, Principal, Result as Answer, StoreError, Table,
    WriteTx,
};

use crate::model::Session;

/// Access key id → session.
static SESSIONS: Table<String, Session> = Table::global("sts.sessions");

/// Keeps a new session.
pub(crate) fn put(tx: &WriteTx<'_>, access_key: &str, session: &Session) -> Result<(), StoreError> {
    SESSIONS.put(tx, access_key, session)
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
