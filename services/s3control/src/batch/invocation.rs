//! Tasks that a function does: one call for each, whose answer says how it went.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html>

use std::time::Duration;

use lambda_api::{Client, InvokeInput};
use percent_encoding::utf8_percent_encode;
use platform::{Arn, Ctx, Fail, Result};
use s3control_api::LambdaInvokeOperation;
use serde_json::{Value, json};

use super::task::{KEY, TRIES};
use crate::error;
use crate::model::Task;

/// The version of calls where the job says none.
const SCHEMA: &str = "1.0";
/// A function that runs too often already is called again after this, so often.
const BUSY: (Duration, u32) = (Duration::from_millis(200), 600);

/// Refuses what cannot be called.
///
/// # Errors
/// The refusals.
pub(super) fn check(invoke: &LambdaInvokeOperation) -> Result<()> {
    let version = invoke.invocation_schema_version.as_deref().unwrap_or(SCHEMA);
    if invoke.function_arn.is_none() {
        return Err(error::invalid_request("FunctionArn must be specified."));
    }
    if !matches!(version, "1.0" | "2.0") {
        return Err(error::invalid_request("InvocationSchemaVersion must be 1.0 or 2.0."));
    }
    if version == SCHEMA && invoke.user_arguments.is_some() {
        return Err(error::invalid_request(
            "UserArguments can be specified with InvocationSchemaVersion 2.0 only.",
        ));
    }
    Ok(())
}

/// Has a function do a task; the answer is what it says of it.
///
/// # Errors
/// Where the function says that it failed, or does not say how it went.
pub(super) async fn run(
    role: &Ctx,
    job: &str,
    invoke: &LambdaInvokeOperation,
    task: &Task,
) -> Result<String> {
    let mut tries = 1;
    loop {
        match once(role, job, invoke, task).await {
            Err(fail) if fail.is("TemporaryFailure") && tries < TRIES => tries += 1,
            done => return done,
        }
    }
}

async fn once(
    role: &Ctx,
    job: &str,
    invoke: &LambdaInvokeOperation,
    task: &Task,
) -> Result<String> {
    let version = invoke.invocation_schema_version.as_deref().unwrap_or(SCHEMA);
    let (task_id, invocation_id) = (role.ids().base64(44), role.ids().base64(44));
    let call = payload(role, (job, version), invoke, task, (&task_id, &invocation_id));
    let answer = called(role, invoke, call).await?;
    let failed = |code: &'static str, message: String| Err(Fail::new(code, 200, message));
    let answer: Value = match answer {
        Ok(answer) => serde_json::from_slice(&answer).unwrap_or_default(),
        Err(said) => {
            return failed("PermanentFailure", format!("Lambda returned function error: {said}"));
        }
    };
    let results = answer["results"].as_array();
    let own = |result: &&Value| result["taskId"] == task_id.as_str();
    let (code, said) = match results.and_then(|results| results.iter().find(own)) {
        Some(result) => (result["resultCode"].as_str(), result["resultString"].as_str()),
        None => (answer["treatMissingKeysAs"].as_str(), Some("")),
    };
    let said = said.unwrap_or_default().to_owned();
    match code {
        Some("Succeeded") => Ok(said),
        Some("TemporaryFailure") => failed("TemporaryFailure", said),
        Some("PermanentFailure") => failed("PermanentFailure", said),
        _ => failed("PermanentFailure", "Lambda response is not well formed".to_owned()),
    }
}

fn payload(
    role: &Ctx,
    (job, version): (&str, &str),
    invoke: &LambdaInvokeOperation,
    task: &Task,
    (task_id, invocation_id): (&str, &str),
) -> Value {
    let key = utf8_percent_encode(&task.key, KEY).to_string();
    let mut one = json!({ "taskId": task_id, "s3Key": key, "s3VersionId": task.version_id });
    let mut about = json!({ "id": job });
    if version == SCHEMA {
        let partition = role.scope().partition();
        let arn = Arn::from_parts(partition.as_str(), "s3", "", "", &task.bucket);
        one["s3BucketArn"] = json!(arn.map(|arn| arn.to_string()).unwrap_or_default());
    } else {
        one["s3Bucket"] = json!(task.bucket);
        about["userArguments"] = json!(invoke.user_arguments.clone().unwrap_or_default());
    }
    json!({
        "invocationSchemaVersion": version,
        "invocationId": invocation_id,
        "job": about,
        "tasks": [one],
    })
}

/// What a function answers, or says of its failure.
async fn called(
    role: &Ctx,
    invoke: &LambdaInvokeOperation,
    payload: Value,
) -> Result<Result<Vec<u8>, String>> {
    let mut tries = 0;
    loop {
        let input = InvokeInput {
            function_name: invoke.function_arn.clone().unwrap_or_default(),
            payload: Some(payload.to_string().into()),
            ..InvokeInput::default()
        };
        match Client::invoke(role, input).await {
            Ok(answer) => {
                let said = answer.payload.unwrap_or_default().to_vec();
                return Ok(match answer.function_error {
                    Some(_) => Err(String::from_utf8_lossy(&said).into_owned()),
                    None => Ok(said),
                });
            }
            Err(fail) if fail.is("TooManyRequestsException") && tries < BUSY.1 => {
                tries += 1;
                role.clock().sleep(BUSY.0).await;
            }
            Err(fail) => return Err(fail),
        }
    }
}
