//! Resources that requests may call by other names than their own.

use std::sync::Arc;

use aquifer_ctx::Ctx;
use aquifer_schema::{Slot, Structure, View};

use crate::fail::Result;
use crate::operation::Registered;

/// Set by a room whose resources have other names too. Inputs are rewritten to the resource's own name
/// before anything else looks at them; the context says by which name it was asked for.
pub trait Names: Send + Sync {
    /// The member of inputs that holds the name.
    fn member(&self) -> &'static str;

    /// Replaces a name that is not the resource's own, and answers the context of a request that
    /// used it; none for a name to be left alone. Asked of every request: the form of a name must
    /// tell most of them apart.
    ///
    /// # Errors
    /// To refuse the request.
    fn resolve(&self, ctx: &Ctx, operation: &'static str, name: &mut String)
    -> Result<Option<Ctx>>;
}

/// An operation that has the member is asked for by such names.
pub(crate) fn add(operation: &mut Registered, names: &Arc<dyn Names>) {
    let mut members = operation.schema.input.members.iter();
    let place = members.position(|member| member.name == names.member());
    operation.names = place.map(|place| (place, Arc::clone(names)));
}

/// Rewrites an input to the resource's own name; the context, where that was necessary.
pub(crate) fn resolve(
    operation: &Registered,
    ctx: &Ctx,
    input: &mut dyn Structure,
) -> Result<Option<Ctx>> {
    let Some((place, names)) = &operation.names else { return Ok(None) };
    // What is left out stays so.
    if !matches!(input.member(*place).view(), View::Str(_)) {
        return Ok(None);
    }
    let slot = match input.member_mut(*place).slot() {
        Slot::Option(option) => option.current().slot(),
        slot => slot,
    };
    match slot {
        Slot::Str(name) => names.resolve(ctx, operation.schema.name, name),
        _ => Ok(None),
    }
}
