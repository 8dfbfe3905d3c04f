//! Settings of functions: what they may be, and what they are where nobody said.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use std::collections::BTreeMap;

use aquifer_functions::Interpreter;
use lambda_api::{
    Architecture, CreateFunctionInput, DeadLetterConfig, Environment, EnvironmentResponse,
    EphemeralStorage, FunctionConfiguration, LogFormat, LoggingConfig, PackageType, Runtime,
    SnapStart, SnapStartApplyOn, SnapStartOptimizationStatus, SnapStartResponse, TracingConfig,
    TracingConfigResponse, TracingMode, UpdateFunctionConfigurationInput,
};
use platform::{Arn, Result};

use crate::error;

const TIMEOUT_DEFAULT: i32 = 3;
const TIMEOUT_MAX: i32 = 900;
const MEMORY_DEFAULT: i32 = 128;
const MEMORY_MAX: i32 = 10_240;
const STORAGE_DEFAULT: i32 = 512;
/// All variables together.
const ENVIRONMENT_MAX: usize = 4_096;
/// Runtimes of which AWS takes no new functions, and what it recommends.
const GONE: &[(&str, &str)] = &[
    ("dotnetcore", "dotnet8"),
    ("go1.x", "provided.al2023"),
    ("java8", "java21"),
    ("nodejs4", "nodejs22.x"),
    ("nodejs6", "nodejs22.x"),
    ("nodejs8", "nodejs22.x"),
    ("nodejs10", "nodejs22.x"),
    ("nodejs12", "nodejs22.x"),
    ("nodejs14", "nodejs22.x"),
    ("python2", "python3.13"),
    ("python3.6", "python3.13"),
    ("python3.7", "python3.13"),
    ("ruby2", "ruby3.4"),
];
/// Variables that are the service's.
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "TZ",
];

/// What runs code of a runtime here; none where nothing does.
pub(crate) fn interpreter(runtime: Runtime) -> Option<Interpreter> {
    match runtime {
        Runtime::Python38 => Some(Interpreter::Python("python3.8")),
        Runtime::Python39 => Some(Interpreter::Python("python3.9")),
        Runtime::Python310 => Some(Interpreter::Python("python3.10")),
        Runtime::Python311 => Some(Interpreter::Python("python3.11")),
        Runtime::Python312 => Some(Interpreter::Python("python3.12")),
        Runtime::Python313 => Some(Interpreter::Python("python3.13")),
        Runtime::Python314 => Some(Interpreter::Python("python3.14")),
        Runtime::Provided | Runtime::ProvidedAl2 | Runtime::ProvidedAl2023 => {
            Some(Interpreter::Own)
        }
        other if other.as_str().starts_with("nodejs") => Some(Interpreter::Node),
        _ => None,
    }
}

/// The settings of a new function.
///
/// # Errors
/// AWS's refusals, and those by name of what is not there.
pub(crate) fn new(input: &CreateFunctionInput) -> Result<FunctionConfiguration> {
    let empty = |given: Option<bool>| given.unwrap_or_default();
    for (what, given) in [
        ("PackageType Image", input.package_type == Some(PackageType::Image)),
        (
            "CodeSigningConfigArn",
            empty(input.code_signing_config_arn.as_ref().map(|a| !a.is_empty())),
        ),
        ("PublishTo", input.publish_to.is_some()),
        ("TenancyConfig", input.tenancy_config.is_some()),
    ] {
        if given {
            return Err(error::absent(&format!("{what} of a function")));
        }
    }
    let mut config = FunctionConfiguration {
        architectures: Some(
            input.architectures.clone().unwrap_or_else(|| vec![Architecture::X8664]),
        ),
        package_type: Some(PackageType::Zip),
        description: Some(String::new()),
        timeout: Some(TIMEOUT_DEFAULT),
        memory_size: Some(MEMORY_DEFAULT),
        ephemeral_storage: Some(EphemeralStorage { size: STORAGE_DEFAULT }),
        tracing_config: Some(TracingConfigResponse { mode: Some(TracingMode::PassThrough) }),
        snap_start: Some(SnapStartResponse {
            apply_on: Some(SnapStartApplyOn::None),
            optimization_status: Some(SnapStartOptimizationStatus::Off),
        }),
        ..FunctionConfiguration::default()
    };
    let given = UpdateFunctionConfigurationInput {
        capacity_provider_config: input.capacity_provider_config.clone(),
        dead_letter_config: input.dead_letter_config.clone(),
        description: input.description.clone(),
        durable_config: input.durable_config.clone(),
        environment: input.environment.clone(),
        ephemeral_storage: input.ephemeral_storage.clone(),
        file_system_configs: input.file_system_configs.clone(),
        function_name: String::new(),
        handler: input.handler.clone(),
        image_config: input.image_config.clone(),
        kms_key_arn: input.kms_key_arn.clone(),
        layers: input.layers.clone(),
        logging_config: input.logging_config.clone(),
        memory_size: input.memory_size,
        revision_id: None,
        role: Some(input.role.clone()),
        runtime: input.runtime,
        snap_start: input.snap_start.clone(),
        timeout: input.timeout,
        tracing_config: input.tracing_config.clone(),
        vpc_config: input.vpc_config.clone(),
    };
    change(&mut config, given)?;
    let own = config.runtime.and_then(interpreter) == Some(Interpreter::Own);
    if config.runtime.is_none() || (config.handler.is_none() && !own) {
        return Err(error::invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment \
             packages.",
        ));
    }
    Ok(config)
}

/// Changes settings: what is not given stays.
///
/// # Errors
/// AWS's refusals, and those by name of what is not there.
pub(crate) fn change(
    config: &mut FunctionConfiguration,
    given: UpdateFunctionConfigurationInput,
) -> Result<()> {
    refuse_absent(&given)?;
    if let Some(timeout) = given.timeout {
        at_most(timeout, "timeout", TIMEOUT_MAX)?;
        config.timeout = Some(timeout);
    }
    if let Some(memory) = given.memory_size {
        at_most(memory, "memorySize", MEMORY_MAX)?;
        config.memory_size = Some(memory);
    }
    if let Some(runtime) = given.runtime {
        let name = runtime.as_str();
        let gone = GONE.iter().find(|(gone, _)| name.starts_with(gone) && name != "java8.al2");
        if name == "nodejs" || gone.is_some() {
            let better = gone.map_or("nodejs22.x", |(_, better)| better);
            return Err(error::invalid(format!(
                "The runtime parameter of {name} is no longer supported for creating or updating \
                 AWS Lambda functions. We recommend you use {better} while creating or updating \
                 functions."
            )));
        }
        config.runtime = Some(runtime);
    }
    if let Some(environment) = given.environment {
        config.environment = variables(environment)?;
    }
    if let Some(DeadLetterConfig { target_arn }) = given.dead_letter_config {
        let target = target_arn.filter(|arn| !arn.is_empty());
        if let Some(arn) = &target {
            check_dead_letters(arn)?;
        }
        config.dead_letter_config = target.map(|arn| DeadLetterConfig { target_arn: Some(arn) });
    }
    if let Some(logging) = given.logging_config {
        config.logging_config = Some(logging);
    }
    let function = config.function_name.clone().unwrap_or_default();
    let logging = config.logging_config.get_or_insert_default();
    logging.log_format.get_or_insert(LogFormat::Text);
    logging.log_group.get_or_insert_with(|| format!("/aws/lambda/{function}"));
    config.description = given.description.or(config.description.take());
    config.handler = given.handler.or(config.handler.take());
    config.role = given.role.or(config.role.take());
    config.ephemeral_storage = given.ephemeral_storage.or(config.ephemeral_storage.take());
    Ok(())
}

fn refuse_absent(given: &UpdateFunctionConfigurationInput) -> Result<()> {
    let vpc = given.vpc_config.as_ref().is_some_and(|vpc| {
        [&vpc.subnet_ids, &vpc.security_group_ids]
            .iter()
            .any(|ids| ids.as_ref().is_some_and(|ids| !ids.is_empty()))
    });
    let snap = matches!(
        given.snap_start,
        Some(SnapStart { apply_on: Some(SnapStartApplyOn::PublishedVersions) })
    );
    let json = matches!(
        given.logging_config,
        Some(LoggingConfig { log_format: Some(LogFormat::Json), .. })
    );
    let traced =
        matches!(given.tracing_config, Some(TracingConfig { mode: Some(TracingMode::Active) }));
    for (what, given) in [
        ("CapacityProviderConfig", given.capacity_provider_config.is_some()),
        ("DurableConfig", given.durable_config.is_some()),
        (
            "FileSystemConfigs",
            given.file_system_configs.as_ref().is_some_and(|list| !list.is_empty()),
        ),
        ("ImageConfig", given.image_config.is_some()),
        ("KMSKeyArn", given.kms_key_arn.as_ref().is_some_and(|arn| !arn.is_empty())),
        ("LoggingConfig with LogFormat JSON", json),
        ("SnapStart of published versions", snap),
        ("TracingConfig with Mode Active", traced),
        ("VpcConfig", vpc),
    ] {
        if given {
            return Err(error::absent(&format!("{what} of a function")));
        }
    }
    Ok(())
}

fn at_most(value: i32, member: &str, most: i32) -> Result<()> {
    if value <= most {
        return Ok(());
    }
    let what = format!("Member must have value less than or equal to {most}");
    Err(error::constraint(value, member, &what))
}

fn variables(given: Environment) -> Result<Option<EnvironmentResponse>> {
    let variables: BTreeMap<String, String> = given.variables.unwrap_or_default();
    let reserved: Vec<&str> =
        RESERVED.iter().copied().filter(|name| variables.contains_key(*name)).collect();
    if !reserved.is_empty() {
        return Err(error::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided contains reserved keys that are currently not supported \
             for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let size = serde_json::to_string(&variables).map_or(0, |text| text.len());
    if size > ENVIRONMENT_MAX {
        return Err(error::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided exceeded the 4KB limit. String measured: {size} bytes"
        )));
    }
    if variables.values().any(|value| value.contains('\0')) {
        return Err(error::invalid("Environment variables must not contain null characters."));
    }
    let some = !variables.is_empty();
    Ok(some.then_some(EnvironmentResponse { variables: Some(variables), error: None }))
}

/// Dead letters go to a queue or a topic.
fn check_dead_letters(arn: &str) -> Result<()> {
    let service = arn.parse::<Arn>().ok().filter(|arn| matches!(arn.service(), "sqs" | "sns"));
    match service {
        Some(arn) if !arn.resource().ends_with(".fifo") => Ok(()),
        _ => Err(error::invalid(format!(
            "The target ARN of the DeadLetterConfig must be that of an SQS queue or an SNS topic, \
             which {arn} is not."
        ))),
    }
}
