//! `AddPermission` and `RemovePermission`: statements of a queue's policy by their labels.

use platform::{AccountId, Arn, Fail, Result, Scope};
use serde_json::{Map, Value, json};

use crate::store::Queue;
use crate::{error, names};

/// Actions that are granted one by one.
const ACTIONS: &[&str] = &[
    "*",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
];
/// The most actions and statements of one policy that are made so.
const ACTIONS_MAX: usize = 7;

/// Checks a permission.
///
/// # Errors
/// AWS's refusals.
pub(crate) fn check(label: &str, accounts: &[String], actions: &[String]) -> Result<()> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    if label.is_empty() || label.len() > 80 || !label.bytes().all(good) {
        let reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 \
                      in length";
        return Err(error::invalid_value(label, "Label", reason));
    }
    if actions.is_empty() {
        return Err(error::missing("Actions"));
    }
    if accounts.is_empty() {
        return Err(error::invalid(
            "Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.",
        ));
    }
    if actions.len() > ACTIONS_MAX {
        let message = format!("{} Actions were found, maximum allowed is 7.", actions.len());
        return Err(sqs_api::error::over_limit(message));
    }
    for action in actions {
        if !ACTIONS.contains(&action.as_str()) {
            let reason = "Only the owner of the queue may do this, or there is no such action.";
            return Err(error::invalid_value(&format!("SQS:{action}"), "ActionName", reason));
        }
    }
    for account in accounts {
        if account.parse::<AccountId>().is_err() {
            let message = format!(
                "Value [{account}] for parameter PrincipalId is invalid. Reason: Unable to verify."
            );
            return Err(error::invalid(message));
        }
    }
    Ok(())
}

/// Adds a statement.
///
/// # Errors
/// AWS's refusal of a label that is there.
pub(crate) fn add(
    queue: &mut Queue,
    scope: &Scope,
    label: &str,
    accounts: &[String],
    actions: &[String],
) -> Result<()> {
    let arn = names::arn(scope, &queue.name);
    let mut policy = policy_of(queue)?;
    if policy.is_empty() {
        policy.insert("Version".to_owned(), json!("2008-10-17"));
        policy.insert("Id".to_owned(), json!(format!("{arn}/SQSDefaultPolicy")));
    }
    let statements = statements(&mut policy);
    if statements.iter().any(|statement| statement["Sid"] == label) {
        return Err(error::invalid_value(label, "Label", "Already exists."));
    }
    let mut principals = Vec::new();
    for account in accounts {
        let account = account.parse().map_err(|_| error::no_queue())?;
        let of = Scope::new(account, scope.region.clone());
        principals.push(json!(Arn::global("iam", &of, "root").to_string()));
    }
    let actions = actions.iter().map(|action| json!(format!("SQS:{action}"))).collect();
    statements.push(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(principals)},
        "Action": one_or_many(actions),
        "Resource": arn,
    }));
    keep(queue, policy)
}

/// Removes a statement; a policy with no other goes.
///
/// # Errors
/// AWS's refusal of a label that is not there.
pub(crate) fn remove(queue: &mut Queue, label: &str) -> Result<()> {
    let mut policy = policy_of(queue)?;
    let statements = statements(&mut policy);
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != label);
    if statements.len() == before {
        return Err(error::invalid_value(label, "Label", "can't find label."));
    }
    if statements.is_empty() {
        queue.attributes.remove("Policy");
        return Ok(());
    }
    keep(queue, policy)
}

fn policy_of(queue: &Queue) -> Result<Map<String, Value>> {
    match queue.attributes.get("Policy") {
        Some(text) => serde_json::from_str(text).map_err(Fail::internal),
        None => Ok(Map::new()),
    }
}

/// The statements as a list, which a document may also write as one.
fn statements(policy: &mut Map<String, Value>) -> &mut Vec<Value> {
    let place = policy.entry("Statement").or_insert_with(|| json!([]));
    if !place.is_array() {
        *place = json!([place.take()]);
    }
    match place {
        Value::Array(list) => list,
        _ => unreachable!("it was made a list"),
    }
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 { values.remove(0) } else { Value::Array(values) }
}

fn keep(queue: &mut Queue, policy: Map<String, Value>) -> Result<()> {
    let text = serde_json::to_string(&policy).map_err(Fail::internal)?;
    queue.attributes.insert("Policy".to_owned(), text);
    Ok(())
}
