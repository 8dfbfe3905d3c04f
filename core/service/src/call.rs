//! Typed calls from one room to another, through the whole pipeline.

use std::any::Any;

use aquifer_ctx::Ctx;

use crate::fail::{Fail, Result};
use crate::operation::Operation;

/// Calls an operation on the caller's behalf. Generated clients wrap it.
///
/// # Errors
/// What the operation answers.
pub async fn call<Op: Operation>(ctx: &Ctx, input: Op::Input) -> Result<Op::Output> {
    let schema = Op::SCHEMA;
    let through = crate::pipeline::principal_of(ctx);
    let nested = ctx.nested(through).map_err(Fail::internal)?;
    let answer =
        ctx.dispatcher().dispatch(nested, schema.service.name, schema.name, Box::new(input)).await;
    let wrong = || Fail::internal(anyhow::anyhow!("{} answered another type", schema.name));
    match answer {
        Ok(output) => output.downcast::<Op::Output>().map(|output| *output).map_err(|_| wrong()),
        Err(fail) => Err(unbox(fail).unwrap_or_else(wrong)),
    }
}

fn unbox(fail: Box<dyn Any + Send>) -> Option<Fail> {
    fail.downcast::<Fail>().ok().map(|fail| *fail)
}
