//! MFA delete: a bucket whose versions go, and whose versioning changes, only by who gives the code
//! of a device. It is for the account itself, which says so in `x-amz-mfa`: serial number, a space
//! and the code.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html>

use platform::{Ctx, Fail, PrincipalKind, Result};

use crate::model::Bucket;

/// Whether a request shows the code of the account's device. None said is none shown.
///
/// # Errors
/// When a code is said that is not right, or not by the account itself.
pub(crate) async fn shown(ctx: &Ctx, header: Option<&str>) -> Result<bool> {
    let Some(said) = header else { return Ok(false) };
    let (serial, code) = said.trim().rsplit_once(' ').ok_or_else(wrong)?;
    if ctx.caller().kind != PrincipalKind::Root
        || !platform::spend_code(ctx, serial.trim_end(), code).await?
    {
        return Err(wrong());
    }
    Ok(true)
}

/// Refuses what a bucket lets be done only with a code.
pub(crate) fn check(bucket: &Bucket, shown: bool) -> Result<()> {
    if bucket.mfa_delete == Some(true) && !shown { Err(needed()) } else { Ok(()) }
}

/// The request has to show a code.
pub(crate) fn needed() -> Fail {
    Fail::new("AccessDenied", 403, "Mfa Authentication must be used for this request")
}

fn wrong() -> Fail {
    let message = "The serial number and/or token code you provided is not valid.";
    Fail::new("AccessDenied", 403, message)
}
