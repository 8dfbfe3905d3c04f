//! A second factor: the code of a device that only its holder has.

use aquifer_ctx::Ctx;
use futures::future::BoxFuture;

/// Tells whether codes are right. Set by the room that knows the devices.
pub trait SecondFactors: Send + Sync {
    /// Whether a code is what the caller's own device of this serial number shows now, and was not
    /// used before. It is used then.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    fn spend<'a>(
        &'a self,
        ctx: &'a Ctx,
        serial: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, anyhow::Result<bool>>;
}
