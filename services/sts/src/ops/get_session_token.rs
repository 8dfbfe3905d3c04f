//! `GetSessionToken`: temporary credentials for the caller itself.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>

use std::time::Duration;

use platform::{Ctx, Handle, PrincipalKind, Result};
use sts_api::{GetSessionToken, GetSessionTokenInput, GetSessionTokenOutput};

use crate::model::Session;
use crate::{Sts, error, store};

/// Twelve hours, unless the caller says otherwise.
const SECONDS_DEFAULT: i32 = 43_200;
/// The account itself gets an hour at most.
const SECONDS_ROOT_MAX: i32 = 3_600;

impl Handle<GetSessionToken> for Sts {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetSessionTokenInput,
    ) -> Result<GetSessionTokenOutput> {
        let caller = ctx.caller();
        if !matches!(caller.kind, PrincipalKind::User | PrincipalKind::Root) {
            return Err(error::session_may_not("GetSessionToken"));
        }
        // A session of a user looks like the user; its key tells.
        if store::session_of(ctx)?.is_some() {
            return Err(error::session_may_not("GetSessionToken"));
        }
        let mfa = match (&input.serial_number, &input.token_code) {
            (None, None) => false,
            (Some(serial), Some(code)) if platform::spend_code(ctx, serial, code).await? => true,
            _ => return Err(error::wrong_code()),
        };
        let mut seconds = input.duration_seconds.unwrap_or(SECONDS_DEFAULT);
        if caller.kind == PrincipalKind::Root {
            seconds = seconds.min(SECONDS_ROOT_MAX);
        }
        let length = Duration::from_secs(seconds.unsigned_abs().into());
        let (session, key) = Session::issue(ctx, caller.clone(), length);
        let session = Session { mfa, ..session };
        ctx.write(|tx| store::put(tx, &key, &session)).await?;
        Ok(GetSessionTokenOutput { credentials: Some(session.credentials(&key)) })
    }
}
