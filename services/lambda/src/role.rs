//! Roles of functions: whether Lambda may assume them, and credentials of their sessions.

use aquifer_policy::service_may_assume;
use iam_api::GetRoleInput;
use lambda_api::SERVICE;
use platform::{Arn, AuthMode, Ctx, Fail, Principal, Result, Timestamp, auth_mode, require};
use sts_api::AssumeRoleInput;

use crate::error;

/// Makes sure that the caller may give a role to a function, and that Lambda may assume it. Where
/// nobody asks policies the role need not be there.
///
/// # Errors
/// AWS's refusals.
pub(crate) async fn check(ctx: &Ctx, role: &str) -> Result<()> {
    let arn: Arn = role.parse().map_err(|_| error::role_not_assumed())?;
    let account = ctx.scope().account;
    if arn.account() != Some(account) {
        let message = "Cross-account pass role is not allowed.";
        return Err(Fail::new("AccessDeniedException", 403, message));
    }
    if auth_mode(ctx) != AuthMode::Enforce {
        return Ok(());
    }
    require(ctx, &SERVICE, "iam:PassRole", role).await?;
    let name = arn.resource_id().rsplit('/').next().unwrap_or_default().to_owned();
    let service = ctx.with_caller(Principal::service(SERVICE.principal));
    let input = GetRoleInput { role_name: name };
    let found = match iam_api::Client::get_role(&service, input).await {
        Err(fail) if fail.is_sender() => return Err(error::role_not_assumed()),
        found => found?.role,
    };
    // IAM answers documents percent-encoded.
    let trust = found.assume_role_policy_document.as_deref().unwrap_or_default();
    let trust = percent_encoding::percent_decode_str(trust).decode_utf8_lossy();
    let may = service_may_assume(&trust, SERVICE.principal, role, account.as_str());
    if found.arn != role || !may { Err(error::role_not_assumed()) } else { Ok(()) }
}

/// Credentials as variables, and when they end.
pub(crate) type Given = (Vec<(String, String)>, Timestamp);

/// Credentials of a session of a function's role. Where policies are not enforced and there is no
/// such role, those of the account.
///
/// # Errors
/// If the role cannot be assumed any more.
pub(crate) async fn credentials(ctx: &Ctx, role: &str, function: &str) -> Result<Given> {
    let service = ctx.with_caller(Principal::service(SERVICE.principal));
    let input = AssumeRoleInput {
        role_arn: role.to_owned(),
        role_session_name: session_of(function),
        ..AssumeRoleInput::default()
    };
    let given = |key: &str, secret: &str, token: &str| {
        [
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_SESSION_TOKEN", token),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    };
    match sts_api::Client::assume_role(&service, input).await {
        Ok(answer) => {
            let credentials = answer.credentials.unwrap_or_default();
            let (key, secret) = (&credentials.access_key_id, &credentials.secret_access_key);
            Ok((given(key, secret, &credentials.session_token), credentials.expiration))
        }
        // A key of twelve digits is its account's, where keys need not be known.
        Err(fail) if fail.is_sender() && auth_mode(ctx) != AuthMode::Enforce => {
            Ok((given(ctx.scope().account.as_str(), "unchecked", ""), Timestamp::MAX))
        }
        Err(fail) if fail.is_sender() => {
            tracing::debug!(role, %fail, "a role cannot be assumed");
            Err(error::role_not_assumed())
        }
        Err(fail) => Err(fail),
    }
}

/// The name of a function's sessions: that of the function, of which one letter is too short.
fn session_of(function: &str) -> String {
    let name: String = function.chars().take(64).collect();
    format!("{name:_<2}")
}

/// The context of what Lambda does in the name of a function's role.
///
/// # Errors
/// If there is no such role any more.
pub(crate) async fn context(ctx: &Ctx, role: &str, function: &str) -> Result<Ctx> {
    let arn: Arn = role.parse().map_err(|_| error::role_not_assumed())?;
    let scope = ctx.scope();
    let name = arn.resource_id().rsplit('/').next().unwrap_or_default().to_owned();
    let mut id = String::new();
    if auth_mode(ctx) == AuthMode::Enforce {
        let service = ctx.with_caller(Principal::service(SERVICE.principal));
        let input = GetRoleInput { role_name: name.clone() };
        match iam_api::Client::get_role(&service, input).await {
            Ok(found) => id = found.role.role_id,
            Err(fail) if fail.is_sender() => return Err(error::role_not_assumed()),
            Err(fail) => return Err(fail),
        }
    }
    let session = session_of(function);
    let principal = Principal::assumed_role(scope.partition(), scope.account, &name, &id, &session);
    Ok(ctx.with_caller(principal).with_operation(SERVICE.name, "Invoke"))
}
