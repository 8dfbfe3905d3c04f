//! In whose name replication reads and writes: as a session of the configuration's role.
//!
//! Where nobody asks policies the role need not be there.

use aquifer_policy::service_may_assume;
use iam_api::{Client, GetRoleInput};
use platform::{Arn, AuthMode, Ctx, Principal, Result, Scope, auth_mode};

use crate::error;

/// What AWS calls these sessions.
const SESSION: &str = "s3-replication";

/// The context as a session of the role.
///
/// # Errors
/// `AccessDenied`, where there is no such role or it does not let S3 assume it.
pub(super) async fn of(ctx: &Ctx, role: &str) -> Result<Ctx> {
    let arn: Arn = role.parse().map_err(|_| error::access_denied())?;
    let account = arn.account().ok_or_else(error::access_denied)?;
    let name = arn.resource_id().rsplit('/').next().unwrap_or_default().to_owned();
    let ctx = ctx.with_scope(Scope { account, region: ctx.region().clone() });
    let id = match auth_mode(&ctx) {
        AuthMode::Off | AuthMode::Verify => String::new(),
        AuthMode::Enforce => {
            let service = ctx.with_caller(Principal::service(s3_api::SERVICE.principal));
            let input = GetRoleInput { role_name: name.clone() };
            let found = match Client::get_role(&service, input).await {
                Err(fail) if fail.is_sender() => return Err(error::access_denied()),
                found => found?.role,
            };
            // IAM answers documents percent-encoded.
            let trust = found.assume_role_policy_document.as_deref().unwrap_or_default();
            let trust = percent_encoding::percent_decode_str(trust).decode_utf8_lossy();
            let trusts =
                service_may_assume(&trust, s3_api::SERVICE.principal, role, account.as_str());
            if found.arn != role || !trusts {
                return Err(error::access_denied());
            }
            found.role_id
        }
    };
    let partition = ctx.scope().partition();
    Ok(ctx.with_caller(Principal::assumed_role(partition, account, &name, &id, SESSION)))
}
