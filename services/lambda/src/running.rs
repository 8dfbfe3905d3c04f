//! One call, from the right to run to what is told of it.

use aquifer_functions::{ANSWER_BYTES_MAX, Call, Failure, Plan, Ran, Sandbox, StartError};
use lambda_api::{Architecture, FunctionConfiguration, SERVICE, ThrottleReason, error as modeled};
use platform::{Bytes, Ctx, Fail, Listening, Result, Timestamp, Unit};

use crate::names::Named;
use crate::store::{Function, TOTALS, Version};
use crate::words::{Billed, Told};
use crate::{Lambda, error, logging, role, settings};

/// The most bytes that a call gives or is answered.
pub(crate) const PAYLOAD_MAX: usize = ANSWER_BYTES_MAX;
/// Credentials that end within this time are not given to another call.
const CREDENTIALS_LEFT: std::time::Duration = std::time::Duration::from_secs(960);
const MEBIBYTE: u64 = 1 << 20;

/// What is asked of a function.
pub(crate) struct Asked {
    pub request_id: String,
    pub payload: Bytes,
    /// What the caller says of itself, as a document.
    pub client: Option<String>,
    pub trace: String,
}

/// What came of it.
pub(crate) struct Answer {
    /// The version that ran.
    pub version: String,
    /// What the function answered, or what is told of its failure.
    pub outcome: Result<Bytes, Bytes>,
    pub log: Vec<u8>,
}

/// Runs a call, and waits for its end.
///
/// # Errors
/// Why it could not be run.
pub(crate) async fn run(
    room: &Lambda,
    named: &Named,
    (function, version): (&Function, &Version),
    asked: Asked,
) -> Result<Answer> {
    let ctx = &named.ctx.with_operation(SERVICE.name, "Invoke");
    let config = &version.config.0;
    let _seat = seat(room, ctx, &named.name, function)?;
    let number = config.version.clone().unwrap_or_default();
    let key = sandbox_key(ctx, &named.name, function, version);
    let timeout = config.timeout.unwrap_or_default();
    let told = |now| Told {
        request_id: &asked.request_id,
        version: &number,
        memory_size: config.memory_size.unwrap_or_default(),
        timeout,
        now,
    };
    let mut sandbox = match room.functions.waiting(&key, ctx.now()) {
        Some(sandbox) => sandbox,
        None => match start(room, ctx, &named.name, version).await? {
            Ok(sandbox) => sandbox,
            Err(why) => {
                let outcome = Err(told(ctx.now()).error("Runtime.InvalidEntrypoint", &why));
                return Ok(Answer { version: number, outcome, log: Vec::new() });
            }
        },
    };
    let call = Call {
        id: asked.request_id.clone(),
        payload: asked.payload.clone(),
        timeout: std::time::Duration::from_secs(timeout.unsigned_abs().into()),
        name: named.arn(),
        trace: asked.trace.clone(),
        client: asked.client.clone(),
    };
    let ran: Ran = sandbox.run(call).await;
    let stream = sandbox.label().to_owned();
    room.functions.give_back(&key, sandbox, ctx.now());
    let told = told(ctx.now());
    let (log, billed) = told.log(&ran);
    logging::write(named, config, stream, &log);
    bill(ctx, config, billed, &named.name);
    let outcome = match ran.outcome {
        Ok(answer) => Ok(answer),
        Err(Failure::Stopping) => {
            return Err(modeled::service_exception("The server is stopping."));
        }
        Err(failure) => Err(told.failure(&failure).unwrap_or_default()),
    };
    Ok(Answer { version: number, outcome, log })
}

/// The key of the sandboxes that run a version.
pub(crate) fn sandbox_key(ctx: &Ctx, name: &str, function: &Function, version: &Version) -> String {
    let config = &version.config.0;
    let number = config.version.as_deref().unwrap_or_default();
    let revision = config.revision_id.as_deref().unwrap_or_default();
    format!("{}{}/{number}/{revision}", key_of(ctx, name), function.id)
}

/// How the keys of a function's sandboxes begin.
pub(crate) fn key_of(ctx: &Ctx, name: &str) -> String {
    format!("{}/{}/{name}/", ctx.scope().account, ctx.region())
}

/// The right to run: of those that the function has for itself, or of those of the account that
/// nobody has for themselves.
fn seat(
    room: &Lambda,
    ctx: &Ctx,
    name: &str,
    function: &Function,
) -> Result<aquifer_functions::Seat> {
    let (group, most, reason) = match function.reserved {
        Some(reserved) => (
            key_of(ctx, name),
            reserved as usize,
            ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded,
        ),
        None => {
            let totals = ctx.read(|tx| TOTALS.get(tx, &()))?.unwrap_or_default();
            let left = room.concurrency.saturating_sub(totals.reserved as usize);
            (key_of(ctx, ""), left, ThrottleReason::ConcurrentInvocationLimitExceeded)
        }
    };
    room.functions.seat(&group, most).ok_or_else(|| error::throttled(reason))
}

/// A new sandbox; or why the package cannot be one.
///
/// # Errors
/// If the role cannot be assumed, or the runtime is not there.
pub(crate) async fn start(
    room: &Lambda,
    ctx: &Ctx,
    name: &str,
    version: &Version,
) -> Result<Result<Sandbox, String>> {
    let config = &version.config.0;
    let runtime = config.runtime.unwrap_or_default();
    let nothing = || error::absent(&format!("Running functions of the runtime {runtime}"));
    let interpreter = settings::interpreter(runtime).ok_or_else(nothing)?;
    let role = config.role.as_deref().unwrap_or_default();
    let (credentials, ends) = role::credentials(ctx, role, name).await?;
    let packages = room.functions.packages().clone();
    let (code, layers) = (digest(&version.digest)?, version.layers.clone());
    let layers = layers.iter().map(|layer| digest(layer)).collect::<Result<Vec<_>>>()?;
    let unpacked = ctx.spawn_blocking("package", move || {
        let opt = if layers.is_empty() { None } else { Some(packages.merged(&layers)?) };
        Ok::<_, aquifer_functions::PackageError>((packages.files(&code)?, opt))
    });
    let (code, opt) = unpacked.await.map_err(Fail::internal)?.map_err(Fail::internal)?;
    let label = stream_of(ctx, config);
    let mut environment = variables(ctx, name, config, &label);
    environment.extend(credentials);
    let storage = config.ephemeral_storage.as_ref().map_or(512, |storage| storage.size);
    let plan = Plan {
        interpreter,
        code,
        opt,
        handler: config.handler.clone().unwrap_or_default(),
        environment,
        memory_bytes: u64::from(config.memory_size.unwrap_or(128).unsigned_abs()) * MEBIBYTE,
        file_bytes: u64::from(storage.unsigned_abs()) * MEBIBYTE,
        usable_until: if ends == Timestamp::MAX { ends } else { ends - CREDENTIALS_LEFT },
        label,
    };
    match room.functions.start(&plan).await {
        Ok(sandbox) => Ok(Ok(sandbox)),
        Err(StartError::NoProgram) => Ok(Err(StartError::NoProgram.to_string())),
        Err(StartError::Missing(missing)) => Err(nothing().because(missing)),
        Err(StartError::Io(error)) => Err(error.into()),
    }
}

fn digest(text: &str) -> Result<[u8; 32]> {
    let bytes = hex::decode(text).map_err(Fail::internal)?;
    bytes.try_into().map_err(|_| Fail::internal(anyhow::anyhow!("a digest of another length")))
}

/// The stream of the log into which a new sandbox writes.
fn stream_of(ctx: &Ctx, config: &FunctionConfiguration) -> String {
    let day = ctx.now().rfc3339();
    let day = day.split('T').next().unwrap_or_default().replace('-', "/");
    let version = config.version.as_deref().unwrap_or_default();
    format!("{day}/[{version}]{}", ctx.ids().hex(32))
}

/// What code is told of itself and of where it runs.
fn variables(
    ctx: &Ctx,
    name: &str,
    config: &FunctionConfiguration,
    stream: &str,
) -> Vec<(String, String)> {
    let own = config.environment.as_ref().and_then(|set| set.variables.clone());
    let runtime = config.runtime.unwrap_or_default();
    let logging = config.logging_config.as_ref().and_then(|logging| logging.log_group.clone());
    let memory = config.memory_size.unwrap_or_default().to_string();
    let region = ctx.region().as_str();
    let said = [
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        ("AWS_EXECUTION_ENV", format!("AWS_Lambda_{runtime}")),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", config.version.clone().unwrap_or_default()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", logging.unwrap_or_default()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream.to_owned()),
    ];
    let mut all: Vec<(String, String)> = own.into_iter().flatten().collect();
    // AWS does not know it as reserved: who sets it knows better.
    if let Some(here) = ctx.ext::<Listening>()
        && !all.iter().any(|(name, _)| name == "AWS_ENDPOINT_URL")
    {
        all.push(("AWS_ENDPOINT_URL".to_owned(), here.0.clone()));
    }
    all.extend(said.map(|(name, value)| (name.to_owned(), value)));
    all
}

/// Bills a call: one request, and its memory by the millisecond.
fn bill(ctx: &Ctx, config: &FunctionConfiguration, billed: Billed, name: &str) {
    let arm = config.architectures.iter().flatten().any(|one| *one == Architecture::Arm64);
    let memory = f64::from(config.memory_size.unwrap_or_default()) / 1024.0;
    let seconds = billed.millis as f64 / 1000.0 * memory;
    ctx.meter_as("Invocation", Unit::Requests, 1.0, name);
    let duration = if arm { "ARM/Duration" } else { "Duration" };
    ctx.meter_as(duration, Unit::Seconds, seconds, name);
}
