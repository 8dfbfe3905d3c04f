//! Faults that are ordered: those of requests become rules of the pipeline, those of storage are
//! carried out by the rooms that store.

use http::StatusCode;
use platform::{Arn, Fault, FaultRule, Platform};
use serde_json::{Value, json};

/// What is wrong with an order.
type Refused = (StatusCode, String);

fn bad(text: impl Into<String>) -> Refused {
    (StatusCode::BAD_REQUEST, text.into())
}

/// Carries an order out.
///
/// # Errors
/// When it does not fit what is here.
pub(crate) async fn order(platform: &Platform, rule: FaultRule) -> Result<Value, Refused> {
    match &rule.fault {
        Fault::AzLoss { zone } => lose(platform, zone, &rule)?,
        Fault::DiskCorruption { resource, version_id, zone } => {
            return damage(platform, resource, version_id.as_deref(), zone).await;
        }
        Fault::Error { .. } | Fault::Latency { .. } => {}
    }
    let id = platform.stages().faults.add(rule);
    let id = id.ok_or_else(|| bad("there are too many rules, or the rate is not in 0 to 1"))?;
    Ok(json!({ "id": id }))
}

/// Ends all of them; what is damaged stays so.
pub(crate) fn end(platform: &Platform) {
    platform.stages().faults.clear();
    for (_, storage) in platform.registry().storages() {
        for zone in storage.zones() {
            storage.set_lost(&zone.name, false);
        }
    }
}

/// How the zones of each room stand.
pub(crate) fn zones(platform: &Platform) -> Value {
    let storages = platform.registry().storages();
    let zones = storages.map(|(service, storage)| (service.to_owned(), json!(storage.zones())));
    Value::Object(zones.collect())
}

fn lose(platform: &Platform, zone: &str, rule: &FaultRule) -> Result<(), Refused> {
    if rule.operation.is_some() || rule.remaining.is_some() || rule.rate < 1.0 {
        return Err(bad(
            "the loss of a zone is of all that is there, until the faults are deleted",
        ));
    }
    let mut known = Vec::new();
    let mut lost = false;
    for (service, storage) in platform.registry().storages() {
        if rule.service.as_deref().is_none_or(|name| name == service) {
            known.extend(storage.zones().into_iter().map(|zone| zone.name));
            lost |= storage.set_lost(zone, true);
        }
    }
    match lost {
        true => Ok(()),
        false if known.is_empty() => {
            let text = "there are no zones: nothing is kept on a disk here";
            Err((StatusCode::CONFLICT, text.to_owned()))
        }
        false => Err(bad(format!("there is no zone {zone}; the zones are {}", known.join(", ")))),
    }
}

async fn damage(
    platform: &Platform,
    resource: &str,
    version_id: Option<&str>,
    zone: &str,
) -> Result<Value, Refused> {
    let arn: Arn = resource.parse().map_err(|_| bad(format!("{resource} is not an ARN")))?;
    let mut storages = platform.registry().storages();
    let Some((_, storage)) = storages.find(|(service, _)| *service == arn.service()) else {
        return Err(bad(format!("{} keeps nothing in zones", arn.service())));
    };
    let damaged = storage.damage(&arn, version_id, zone).await;
    match damaged.map_err(|fail| bad(format!("{}: {}", fail.code(), fail.message())))? {
        0 => Err((StatusCode::CONFLICT, format!("no byte of {resource} is kept in {zone}"))),
        bytes => Ok(json!({ "bytes_changed": bytes })),
    }
}
