//! An operation, the one trait a room implements for it, and its type-erased form.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

use aquifer_ctx::Ctx;
use aquifer_schema::{OperationSchema, Structure};
use futures::future::BoxFuture;

use crate::fail::{Fail, Result};
use crate::names::Names;

/// An operation of a service model. Generated, one marker type each.
pub trait Operation: Send + Sync + 'static {
    type Input: Structure + Default;
    type Output: Structure + Default;
    const SCHEMA: &'static OperationSchema;
}

/// The meaning of one operation. A room implements it once per operation, one file each.
pub trait Handle<Op: Operation>: Send + Sync + 'static {
    /// Parse, decide, change, answer.
    fn handle(
        &self,
        ctx: &Ctx,
        input: Op::Input,
    ) -> impl Future<Output = Result<Op::Output>> + Send;
}

type FromAny = fn(Box<dyn Any + Send>) -> Option<Box<dyn Structure>>;
type Run =
    dyn Fn(Ctx, Box<dyn Structure>) -> BoxFuture<'static, Result<Box<dyn Structure>>> + Send + Sync;

/// An operation with its handler, types erased.
#[derive(Clone)]
pub struct Registered {
    pub schema: &'static OperationSchema,
    /// An empty input for a codec to fill.
    pub new_input: fn() -> Box<dyn Structure>,
    /// An empty output, to read what it would look like.
    pub new_output: fn() -> Box<dyn Structure>,
    /// The input as an in-process caller passes it.
    pub(crate) from_any: FromAny,
    pub(crate) run: Arc<Run>,
    /// The member that may call a resource by another name than its own, and who knows those.
    pub(crate) names: Option<(usize, Arc<dyn Names>)>,
}

impl Registered {
    /// Ties an operation to the room that handles it.
    pub fn new<Op, S>(room: Arc<S>) -> Self
    where
        Op: Operation,
        S: Handle<Op>,
    {
        Self {
            schema: Op::SCHEMA,
            new_input: || Box::new(Op::Input::default()),
            new_output: || Box::new(Op::Output::default()),
            from_any: |input| {
                let input = input.downcast::<Op::Input>().ok()?;
                Some(input)
            },
            names: None,
            run: Arc::new(move |ctx, input| {
                let room = Arc::clone(&room);
                Box::pin(async move {
                    let input = input.into_any().downcast::<Op::Input>().map_err(|_| {
                        Fail::internal(anyhow::anyhow!("input of another operation"))
                    })?;
                    let output = room.handle(&ctx, *input).await?;
                    Ok(Box::new(output) as Box<dyn Structure>)
                })
            }),
        }
    }
}
