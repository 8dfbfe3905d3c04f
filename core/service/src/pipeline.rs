//! The path of every request and every in-process call, as one visible list.

use std::any::Any;
use std::sync::Arc;

use aquifer_authz::{Authorizer, Credentials};
use aquifer_ctx::{Ctx, Dispatcher, PlatformParts, Unit};
use aquifer_schema::{ServiceSchema, Structure, Validator};
use futures::future::BoxFuture;
use tracing::Instrument;

use crate::authorize::{AuthMode, Gate, authorize};
use crate::fail::{Fail, Result};
use crate::idempotency::{self, RACED, Replay};
use crate::operation::Registered;
use crate::registry::Registry;

/// The assembled house: parts, rooms, and the way requests take through them.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    parts: PlatformParts,
    registry: Registry,
    mode: AuthMode,
    credentials: Option<Arc<dyn Credentials>>,
}

/// The schemas of the open rooms, for stages that know a service by its name only.
struct Schemas(Vec<&'static ServiceSchema>);

/// The principal name of the service a context is inside of.
pub(crate) fn principal_of(ctx: &Ctx) -> Option<&'static str> {
    let schemas = ctx.ext::<Schemas>()?;
    schemas.0.iter().find(|schema| schema.name == ctx.service()).map(|schema| schema.principal)
}

impl Platform {
    /// Assembles the house. In-process calls work from here on.
    pub fn new(
        parts: PlatformParts,
        registry: Registry,
        mode: AuthMode,
        credentials: Option<Arc<dyn Credentials>>,
        authorizer: Option<Arc<dyn Authorizer>>,
    ) -> Self {
        parts.set_ext(Arc::new(Gate { mode, authorizer }));
        parts.set_ext(Arc::new(Schemas(registry.services().to_vec())));
        let platform = Self(Arc::new(Inner { parts: parts.clone(), registry, mode, credentials }));
        parts.set_dispatcher(Arc::new(platform.clone()));
        platform
    }

    pub fn parts(&self) -> &PlatformParts {
        &self.0.parts
    }

    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub fn auth_mode(&self) -> AuthMode {
        self.0.mode
    }

    /// Who knows the holders of keys.
    pub fn credentials(&self) -> Option<&Arc<dyn Credentials>> {
        self.0.credentials.as_ref()
    }

    /// Runs an operation: trace · limits · fault · authorize · idempotency · handle · meter ·
    /// audit.
    ///
    /// # Errors
    /// What the first stage that refuses, or the handler, answers.
    pub async fn run(
        &self,
        ctx: &Ctx,
        operation: &Registered,
        input: Box<dyn Structure>,
    ) -> Result<Box<dyn Structure>> {
        let schema = operation.schema;
        let ctx = ctx.with_operation(schema.service.name, schema.name);
        let span = tracing::debug_span!(
            "operation",
            service = schema.service.name,
            operation = schema.name,
            request_id = ctx.request_id(),
            account = %ctx.scope().account,
        );
        let result = self.stages(&ctx, operation, input).instrument(span).await;
        ctx.meter(Unit::Requests, 1.0, "");
        if let Err(fail) = &result {
            report(&ctx, fail);
        }
        result
    }

    async fn stages(
        &self,
        ctx: &Ctx,
        operation: &Registered,
        input: Box<dyn Structure>,
    ) -> Result<Box<dyn Structure>> {
        let schema = operation.schema;
        authorize(ctx, schema, &*input).await?;
        match idempotency::find(ctx, schema, &*input)? {
            Replay::New => {}
            Replay::Same(output) => return replayed(operation, &output),
            Replay::Mismatch => return Err(mismatch(schema.service)),
        }
        // Kept only where a repeat could race: inputs with a token are small.
        let encoded = schema
            .input
            .members
            .iter()
            .any(|member| member.idempotency_token)
            .then(|| aquifer_wire::stored::to_bytes(&*input));
        let result = (operation.run)(ctx.clone(), input).await;
        match (result, encoded) {
            (Err(fail), Some(encoded)) if fail.is(RACED) => {
                let mut again = (operation.new_input)();
                aquifer_wire::stored::from_bytes(&encoded, &mut *again).map_err(Fail::internal)?;
                match idempotency::find(ctx, schema, &*again)? {
                    Replay::Same(output) => replayed(operation, &output),
                    _ => Err(mismatch(schema.service)),
                }
            }
            (result, _) => result,
        }
    }
}

fn replayed(operation: &Registered, output: &[u8]) -> Result<Box<dyn Structure>> {
    let mut first = (operation.new_output)();
    aquifer_wire::stored::from_bytes(output, &mut *first).map_err(Fail::internal)?;
    Ok(first)
}

fn mismatch(service: &ServiceSchema) -> Fail {
    Fail::new(service.mismatch_code, 400, "Idempotent parameters do not match")
}

/// Internal failures go to the log with their cause; what callers did wrong is theirs to read.
fn report(ctx: &Ctx, fail: &Fail) {
    if let Some(cause) = fail.cause() {
        tracing::error!(
            request_id = ctx.request_id(),
            service = ctx.service(),
            operation = ctx.operation(),
            code = fail.code(),
            "{cause:?}"
        );
    }
}

impl Dispatcher for Platform {
    fn dispatch(
        &self,
        ctx: Ctx,
        service: &'static str,
        operation: &'static str,
        input: Box<dyn Any + Send>,
    ) -> BoxFuture<'static, Result<Box<dyn Any + Send>, Box<dyn Any + Send>>> {
        let platform = self.clone();
        Box::pin(async move {
            let boxed = |fail: Fail| Box::new(fail) as Box<dyn Any + Send>;
            let Some(registered) = platform.registry().operation(service, operation).cloned()
            else {
                return Err(boxed(Fail::not_implemented(service, operation)));
            };
            let input = (registered.from_any)(input)
                .ok_or_else(|| boxed(Fail::internal(anyhow::anyhow!("input of another type"))))?;
            let mut check = Validator::default();
            check.walk(&*input);
            if let Some(sentence) = check.sentence() {
                let code = registered.schema.service.validation_code;
                return Err(boxed(Fail::new(code, 400, sentence)));
            }
            let output = platform.run(&ctx, &registered, input).await.map_err(boxed)?;
            Ok(output.into_any())
        })
    }
}
