//! What a room asks before several of its operations, and says after them.

use std::sync::Arc;

use aquifer_ctx::Ctx;
use aquifer_schema::{OperationSchema, Structure};
use futures::future::BoxFuture;

use crate::fail::Result;
use crate::operation::Registered;

/// Something that concerns several operations of a room alike, and is neither authorization nor
/// anything else that every room has.
pub trait Around: Send + Sync {
    /// Whether it concerns an operation at all.
    fn concerns(&self, schema: &OperationSchema) -> bool;

    /// Asked before the operation begins; what it answers is told to [`Around::after`].
    ///
    /// # Errors
    /// To refuse the request.
    fn before(&self, ctx: &Ctx, input: &dyn Structure) -> Result<bool>;

    /// Told where the operation succeeded, and [`Around::before`] asked for it.
    fn after(&self, output: &mut dyn Structure);
}

/// The operation with what is around it.
pub(crate) fn wrap(operation: &mut Registered, around: &Arc<dyn Around>) {
    if !around.concerns(operation.schema) {
        return;
    }
    let (inner, around) = (Arc::clone(&operation.run), Arc::clone(around));
    operation.run = Arc::new(move |ctx, input| -> BoxFuture<'static, _> {
        let tells = match around.before(&ctx, &*input) {
            Ok(tells) => tells,
            Err(fail) => return Box::pin(std::future::ready(Err(fail))),
        };
        let running = inner(ctx, input);
        if !tells {
            return running;
        }
        let around = Arc::clone(&around);
        Box::pin(async move {
            let mut output = running.await?;
            around.after(&mut *output);
            Ok(output)
        })
    });
}
