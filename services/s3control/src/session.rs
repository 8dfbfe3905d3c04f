//! In whose name a job works: as a session of its role.
//!
//! Where nobody asks policies the role need not be there.

use aquifer_policy::service_may_assume;
use iam_api::{Client, GetRoleInput};
use platform::{Arn, AuthMode, Ctx, Principal, Result, auth_mode};

use crate::error;

/// As whom Batch Operations assume roles.
const SERVICE: &str = "batchoperations.s3.amazonaws.com";

/// The context as a session of the job's role.
///
/// # Errors
/// `AccessDenied`, where there is no such role or it does not let Batch Operations assume it.
pub(crate) async fn of(ctx: &Ctx, role: &str, job: &str) -> Result<Ctx> {
    let arn: Arn = role.parse().map_err(|_| error::access_denied())?;
    let scope = ctx.scope();
    let name = arn.resource_id().rsplit('/').next().unwrap_or_default().to_owned();
    let id = match auth_mode(ctx) {
        AuthMode::Off | AuthMode::Verify => String::new(),
        AuthMode::Enforce => {
            let service = ctx.with_caller(Principal::service(SERVICE));
            let input = GetRoleInput { role_name: name.clone() };
            let found = match Client::get_role(&service, input).await {
                Err(fail) if fail.is_sender() => return Err(error::access_denied()),
                found => found?.role,
            };
            // IAM answers documents percent-encoded.
            let trust = found.assume_role_policy_document.as_deref().unwrap_or_default();
            let trust = percent_encoding::percent_decode_str(trust).decode_utf8_lossy();
            let account = scope.account.as_str();
            if found.arn != role || !service_may_assume(&trust, SERVICE, role, account) {
                return Err(error::access_denied());
            }
            found.role_id
        }
    };
    let session = format!("s3-batch-operations_{job}");
    let session: String = session.chars().take(64).collect();
    let principal = Principal::assumed_role(scope.partition(), scope.account, &name, &id, &session);
    Ok(ctx.with_caller(principal).with_operation(s3control_api::SERVICE.name, "CreateJob"))
}
