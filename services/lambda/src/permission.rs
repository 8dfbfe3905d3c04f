//! Statements of a function's policy, which lets others call it.

use lambda_api::AddPermissionInput;
use platform::{AccountId, Arn, Ctx, Fail, Result, Scope};
use serde_json::{Value, json};

use crate::error;
use crate::store::Policy;

/// The longest a policy may be.
const POLICY_MAX: usize = 20_480;

/// Adds a statement, and answers it as it is written.
///
/// # Errors
/// AWS's refusals.
pub(crate) fn add(
    ctx: &Ctx,
    policy: Option<&Policy>,
    arn: &str,
    input: &AddPermissionInput,
) -> Result<(Policy, String)> {
    let mut document = parsed(policy)?;
    let statements = statements(&mut document)?;
    let id = input.statement_id.as_str();
    if statements.iter().any(|statement| statement["Sid"] == id) {
        return Err(error::statement_exists(id));
    }
    let mut statement = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": principal(ctx.scope(), &input.principal)?,
        "Action": input.action,
        "Resource": arn,
    });
    let mut conditions = json!({});
    for (operator, key, value) in [
        ("StringEquals", "AWS:SourceAccount", input.source_account.clone()),
        ("StringEquals", "aws:PrincipalOrgID", input.principal_org_id.clone()),
        ("StringEquals", "lambda:EventSourceToken", input.event_source_token.clone()),
        (
            "StringEquals",
            "lambda:FunctionUrlAuthType",
            input.function_url_auth_type.map(|kind| kind.as_str().to_owned()),
        ),
        (
            "Bool",
            "lambda:InvokedViaFunctionUrl",
            input.invoked_via_function_url.map(|via| via.to_string()),
        ),
        ("ArnLike", "AWS:SourceArn", input.source_arn.clone()),
    ] {
        if let Some(value) = value {
            conditions[operator][key] = json!(value);
        }
    }
    if conditions.as_object().is_some_and(|conditions| !conditions.is_empty()) {
        statement["Condition"] = conditions;
    }
    let written = statement.to_string();
    statements.push(statement);
    Ok((kept(ctx, &document)?, written))
}

/// Removes a statement; none is left where it was the last.
///
/// # Errors
/// If it is not there.
pub(crate) fn remove(ctx: &Ctx, policy: &Policy, id: &str) -> Result<Option<Policy>> {
    let mut document = parsed(Some(policy))?;
    let statements = statements(&mut document)?;
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != id);
    if statements.len() == before {
        return Err(error::no_statement(id));
    }
    if statements.is_empty() {
        return Ok(None);
    }
    kept(ctx, &document).map(Some)
}

fn parsed(policy: Option<&Policy>) -> Result<Value> {
    match policy {
        Some(policy) => serde_json::from_str(&policy.document).map_err(Fail::internal),
        None => Ok(json!({ "Version": "2012-10-17", "Id": "default", "Statement": [] })),
    }
}

fn statements(document: &mut Value) -> Result<&mut Vec<Value>> {
    let missing = || Fail::internal(anyhow::anyhow!("a policy without statements"));
    document["Statement"].as_array_mut().ok_or_else(missing)
}

fn kept(ctx: &Ctx, document: &Value) -> Result<Policy> {
    let document = document.to_string();
    if document.len() > POLICY_MAX {
        return Err(error::policy_too_long(POLICY_MAX));
    }
    Ok(Policy { document, revision: ctx.ids().uuid() })
}

/// Whom a statement lets in: everyone, an account, an identity or a service.
fn principal(scope: &Scope, text: &str) -> Result<Value> {
    if text == "*" {
        return Ok(json!("*"));
    }
    if let Ok(account) = text.parse::<AccountId>() {
        let root = Arn::global("iam", &Scope::new(account, scope.region.clone()), "root");
        return Ok(json!({ "AWS": root.to_string() }));
    }
    if text.parse::<Arn>().is_ok() {
        return Ok(json!({ "AWS": text }));
    }
    if text.contains('.') {
        return Ok(json!({ "Service": text }));
    }
    Err(error::invalid(
        "The provided principal was invalid. Please check the principal and try again.",
    ))
}
