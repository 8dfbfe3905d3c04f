//! The account that every call names.

use platform::{Ctx, Result};

use crate::error;

/// Refuses calls that name another account than the caller's.
pub(crate) fn check(ctx: &Ctx, named: &str) -> Result<()> {
    match named == ctx.scope().account.as_str() {
        true => Ok(()),
        false => Err(error::access_denied()),
    }
}
