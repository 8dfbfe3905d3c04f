//! `AddPermission` and `RemovePermission`: statements of a topic's policy by their labels.

use platform::{AccountId, Arn, Fail, Result, Scope};
use serde_json::{Map, Value, json};

use crate::error;
use crate::store::Topic;

/// Actions that are granted one by one.
const ACTIONS: &[&str] = &[
    "AddPermission",
    "DeleteTopic",
    "GetDataProtectionPolicy",
    "GetTopicAttributes",
    "ListSubscriptionsByTopic",
    "ListTagsForResource",
    "Publish",
    "PutDataProtectionPolicy",
    "RemovePermission",
    "SetTopicAttributes",
    "Subscribe",
];

/// Adds a statement.
///
/// # Errors
/// AWS's refusals.
pub(crate) fn add(
    topic: &mut Topic,
    arn: &str,
    scope: &Scope,
    label: &str,
    (accounts, actions): (&[String], &[String]),
) -> Result<()> {
    if label.is_empty() {
        return Err(error::invalid("Label"));
    }
    if accounts.is_empty() {
        return Err(error::invalid("AWSAccountId"));
    }
    if actions.is_empty() || !actions.iter().all(|name| ACTIONS.contains(&name.as_str())) {
        return Err(error::invalid("Policy statement action out of service scope!"));
    }
    let mut principals = Vec::new();
    for account in accounts {
        let account: AccountId = account.parse().map_err(|_| error::invalid("AWSAccountId"))?;
        let of = Scope::new(account, scope.region.clone());
        principals.push(json!(Arn::global("iam", &of, "root").to_string()));
    }
    let mut policy = policy_of(topic, arn, scope)?;
    let statements = statements(&mut policy);
    if statements.iter().any(|statement| statement["Sid"] == label) {
        return Err(error::invalid("Statement already exists"));
    }
    let actions = actions.iter().map(|action| json!(format!("SNS:{action}"))).collect();
    statements.push(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(principals)},
        "Action": one_or_many(actions),
        "Resource": arn,
    }));
    keep(topic, policy)
}

/// Removes a statement, if it is there.
///
/// # Errors
/// If the policy cannot be read.
pub(crate) fn remove(topic: &mut Topic, arn: &str, scope: &Scope, label: &str) -> Result<()> {
    let mut policy = policy_of(topic, arn, scope)?;
    let statements = statements(&mut policy);
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != label);
    if statements.len() == before {
        return Ok(());
    }
    keep(topic, policy)
}

fn policy_of(topic: &Topic, arn: &str, scope: &Scope) -> Result<Map<String, Value>> {
    serde_json::from_str(&topic.policy(arn, scope.account)).map_err(Fail::internal)
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

fn keep(topic: &mut Topic, policy: Map<String, Value>) -> Result<()> {
    let text = serde_json::to_string(&policy).map_err(Fail::internal)?;
    topic.attributes.insert("Policy".to_owned(), text);
    Ok(())
}
