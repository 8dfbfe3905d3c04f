//! The throughput limits in force, and how they are set: an account's quotas are AWS's published
//! ones until somebody asks for others.

use http::StatusCode;
use platform::{Platform, Rate};
use serde::Deserialize;
use serde_json::{Value, json};

/// More than any published rate, and exact as a number of tokens.
const RATE_MAX: f64 = 1e9;

/// What to change: whether a service's limits hold, or the rate of an operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    service: String,
    enabled: Option<bool>,
    operation: Option<String>,
    per_second: Option<f64>,
    /// As many as in one second, if it is not said.
    burst: Option<f64>,
}

/// Which services are limited, and every rate.
pub(super) fn show(platform: &Platform) -> Value {
    let limits = &platform.stages().limits;
    let services = platform.registry().services().iter();
    let enabled: Vec<&str> =
        services.map(|schema| schema.name).filter(|name| limits.is_enabled(name)).collect();
    let rates: Vec<Value> = limits
        .rates()
        .into_iter()
        .map(|(service, operation, rate)| {
            json!({
                "service": service,
                "operation": operation,
                "per_second": rate.per_second,
                "burst": rate.burst,
            })
        })
        .collect();
    json!({ "enabled": enabled, "rates": rates })
}

/// Makes a change. The rate of an operation is also that of those it is counted together with.
pub(super) fn change(platform: &Platform, body: &[u8]) -> Result<Value, (StatusCode, String)> {
    let bad = |text: String| (StatusCode::BAD_REQUEST, text);
    let change: Change = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
    let registry = platform.registry();
    if !registry.services().iter().any(|schema| schema.name == change.service) {
        return Err(bad(format!("there is no service {}", change.service)));
    }
    let rate = match (change.per_second, change.burst, &change.operation) {
        (Some(per_second), burst, Some(operation)) => {
            let burst = burst.unwrap_or(per_second);
            let allowed = |number: f64| number > 0.0 && number <= RATE_MAX;
            if !allowed(per_second) || !allowed(burst) || burst < 1.0 {
                return Err(bad("per_second is above 0, burst 1 or more".into()));
            }
            Some((operation, Rate { per_second, burst }))
        }
        (None, None, None) => None,
        _ => return Err(bad("operation and per_second go together".into())),
    };
    if rate.is_none() && change.enabled.is_none() {
        return Err(bad("say enabled, or operation and per_second".into()));
    }
    let limits = &platform.stages().limits;
    if let Some((operation, rate)) = rate {
        let found = registry.operation(&change.service, operation);
        let found = found.ok_or_else(|| bad(format!("there is no operation {operation}")))?;
        let shared = found.schema.rate.and_then(|rate| rate.shared_by);
        limits.set_rate(&change.service, Some(operation), rate);
        let others = registry.operations().map(|other| other.schema);
        for other in others.filter(|other| other.service.name == change.service) {
            if shared.is_some() && other.rate.and_then(|rate| rate.shared_by) == shared {
                limits.set_rate(&change.service, Some(other.name), rate);
            }
        }
    }
    if let Some(enabled) = change.enabled {
        limits.enable(&change.service, enabled);
    }
    Ok(show(platform))
}
