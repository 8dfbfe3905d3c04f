//! Whether who asks gave a second factor.

use std::sync::Arc;

use aquifer_authz::SecondFactors;
use aquifer_ctx::Ctx;

use crate::fail::{Fail, Result};

/// What knows the devices, where the room that does is open.
pub(crate) struct Devices(pub Arc<dyn SecondFactors>);

/// Whether a code is what the caller's device of this serial number shows now; it is used up then.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn spend_code(ctx: &Ctx, serial: &str, code: &str) -> Result<bool> {
    let Some(devices) = ctx.ext::<Devices>() else { return Ok(false) };
    devices.0.spend(ctx, serial, code).await.map_err(Fail::internal)
}
