//! The path of every request and every in-process call, as one visible list.

use std::any::Any;
use std::sync::Arc;

use aquifer_audit::{Audit, Event};
use aquifer_authz::Credential;
use aquifer_ctx::{Ctx, Dispatcher, PlatformParts};
use aquifer_fault::Faults;
use aquifer_limits::{Limits, Rate};
use aquifer_schema::{CallRate, OperationSchema, Protocol, ServiceSchema, Structure, Validator};
use aquifer_store::StoreError;
use futures::future::BoxFuture;
use tracing::Instrument;

use crate::authorize::{AuthMode, Gate, authorize, fill};
use crate::fail::{Fail, Result};
use crate::idempotency::{self, RACED, Replay};
use crate::names;
use crate::operation::{Operation, Registered};
use crate::recorded::Told;
use crate::registry::Registry;
use crate::second_factor::Devices;

/// The assembled house: parts, rooms, and the way requests take through them.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    parts: PlatformParts,
    registry: Registry,
    mode: AuthMode,
    stages: Stages,
}

/// What the stages of the pipeline consult.
pub struct Stages {
    pub limits: Limits,
    pub faults: Faults,
    pub audit: Arc<Audit>,
}

impl Stages {
    /// No limits in force, no faults, the record as the store has it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(parts: &PlatformParts) -> Result<Self, StoreError> {
        Ok(Self {
            limits: Limits::new(),
            faults: Faults::new(parts.ids()),
            audit: Arc::new(Audit::open(parts.store())?),
        })
    }
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
    pub fn new(parts: PlatformParts, registry: Registry, mode: AuthMode, stages: Stages) -> Self {
        let (authorizer, resources) = (registry.authorizer.clone(), registry.resources.clone());
        parts.set_ext(Arc::new(Gate { mode, authorizer, resources }));
        if let Some(devices) = &registry.second_factors {
            parts.set_ext(Arc::new(Devices(Arc::clone(devices))));
        }
        parts.set_ext(Arc::new(Schemas(registry.services().to_vec())));
        let platform = Self(Arc::new(Inner { parts: parts.clone(), registry, mode, stages }));
        platform.publish_rates();
        parts.set_dispatcher(Arc::new(platform.clone()));
        platform
    }

    /// Sets every rate to the one that AWS publishes.
    pub fn publish_rates(&self) {
        self.0.stages.limits.clear();
        for schema in self.0.registry.operations().map(|operation| operation.schema) {
            if let Some(CallRate { per_second, burst, .. }) = schema.rate {
                let rate = Rate { per_second: per_second.into(), burst: burst.into() };
                self.0.stages.limits.set_rate(schema.service.name, Some(schema.name), rate);
            }
        }
    }

    pub fn parts(&self) -> &PlatformParts {
        &self.0.parts
    }

    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub fn stages(&self) -> &Stages {
        &self.0.stages
    }

    pub fn auth_mode(&self) -> AuthMode {
        self.0.mode
    }

    /// The holder of an access key that any room issued.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn credential(&self, ctx: &Ctx, access_key: &str) -> Result<Option<Credential>> {
        for issuer in &self.0.registry.credentials {
            if let Some(found) = issuer.find(ctx, access_key)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Runs an operation: trace · names · limits · fault · authorize · idempotency · handle · meter ·
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
        self.guarded(&ctx, operation, input).instrument(span).await
    }

    /// Runs an operation for a room that answers a request by means of it.
    ///
    /// # Errors
    /// What [`Platform::run`] answers.
    pub async fn run_as<Op: Operation>(&self, ctx: &Ctx, input: Op::Input) -> Result<Op::Output> {
        let schema = Op::SCHEMA;
        let operation = self.registry().operation(schema.service.name, schema.name);
        let operation =
            operation.ok_or_else(|| Fail::not_implemented(schema.service.name, schema.name))?;
        let output = self.run(ctx, operation, Box::new(input)).await?;
        let output = output.into_any().downcast::<Op::Output>();
        output
            .map(|output| *output)
            .map_err(|_| Fail::internal(anyhow::anyhow!("{} answered another type", schema.name)))
    }

    /// All stages, in order.
    async fn guarded(
        &self,
        ctx: &Ctx,
        operation: &Registered,
        mut input: Box<dyn Structure>,
    ) -> Result<Box<dyn Structure>> {
        let schema = operation.schema;
        self.note_key(ctx);
        let (renamed, known) = match names::resolve(operation, ctx, &mut *input) {
            Ok(renamed) => (renamed, Ok(())),
            Err(refusal) => (None, Err(refusal)),
        };
        let ctx = renamed.as_ref().unwrap_or(ctx);
        let recorded = self.0.registry.recorded(schema.service.name);
        let mut told = Told::default();
        if let Some(recorded) = recorded {
            recorded.of_input(&*input, &mut told);
        }
        let admitted = match known {
            Ok(()) => self.admit(ctx, schema, &*input).await,
            unknown => unknown,
        };
        let result = match admitted {
            Ok(()) => self.handle_once(ctx, operation, input).await,
            Err(refusal) => Err(refusal),
        };
        ctx.meter_request();
        let mut event = Event::of(ctx, schema.read_only);
        if let Some(recorded) = recorded {
            event.read_only |= recorded.read_only.contains(&schema.name);
            if let Ok(output) = &result {
                recorded.of_output(&**output, &mut told);
            }
        }
        told.record(&mut event);
        if let Err(fail) = &result {
            event.error = Some(fail.code().to_owned());
            event.error_message = Some(fail.message().to_owned());
            report(ctx, fail);
        }
        self.0.stages.audit.record(event);
        result
    }

    /// Tells the issuers of keys which one is being used. What services do on a caller's behalf is
    /// no use of the caller's key.
    fn note_key(&self, ctx: &Ctx) {
        let key = ctx.session().and_then(|session| session.access_key_id.as_deref());
        if let Some(key) = key.filter(|_| ctx.called_via().is_empty()) {
            for issuer in &self.0.registry.credentials {
                issuer.used(ctx, key);
            }
        }
    }

    /// limits · fault · authorize
    async fn admit(
        &self,
        ctx: &Ctx,
        schema: &'static OperationSchema,
        input: &dyn Structure,
    ) -> Result<()> {
        let limits = &self.0.stages.limits;
        if limits.any() {
            let shared = schema.rate.and_then(|rate| rate.shared_by);
            let shared = shared.map(|template| together(&fill(template, ctx, input)));
            let own = self.0.registry.too_many(schema.service.name);
            limits.check(ctx, shared).map_err(|_| throttled(schema.service, own))?;
        }
        let verdict = self.0.stages.faults.check(ctx);
        if !verdict.wait.is_zero() {
            tokio::time::timeout(verdict.wait, ctx.shutdown_token().cancelled()).await.ok();
        }
        if let Some((code, status, message)) = verdict.error {
            return Err(Fail::new(code, status, message));
        }
        authorize(ctx, schema, input).await
    }

    /// idempotency · handle
    async fn handle_once(
        &self,
        ctx: &Ctx,
        operation: &Registered,
        input: Box<dyn Structure>,
    ) -> Result<Box<dyn Structure>> {
        let schema = operation.schema;
        match idempotency::find(ctx, schema, &*input)? {
            Replay::New => {}
            Replay::Same(output) => return replayed(ctx, operation, &output).await,
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
                    Replay::Same(output) => replayed(ctx, operation, &output).await,
                    _ => Err(mismatch(schema.service)),
                }
            }
            (result, _) => result,
        }
    }
}

/// The first answer, once the call that it was given to is durable.
async fn replayed(ctx: &Ctx, operation: &Registered, output: &[u8]) -> Result<Box<dyn Structure>> {
    ctx.write(|_| Ok::<_, StoreError>(())).await?;
    let mut first = (operation.new_output)();
    aquifer_wire::stored::from_bytes(output, &mut *first).map_err(Fail::internal)?;
    Ok(first)
}

fn mismatch(service: &ServiceSchema) -> Fail {
    Fail::new(service.mismatch_code, 400, "Idempotent parameters do not match")
}

/// What is counted together: a name without what follows its last slash.
fn together(name: &str) -> String {
    name.rsplit_once('/').map_or(name, |(prefix, _)| prefix).to_owned()
}

/// Too many calls, in the service's words.
fn throttled(service: &ServiceSchema, own: Option<&'static str>) -> Fail {
    match service.protocols.first() {
        Some(Protocol::RestXml) => Fail::new("SlowDown", 503, "Please reduce your request rate."),
        Some(Protocol::AwsQuery | Protocol::Ec2Query) => {
            Fail::new("Throttling", 400, "Rate exceeded")
        }
        _ => Fail::new("ThrottlingException", 400, own.unwrap_or("Rate exceeded")),
    }
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
