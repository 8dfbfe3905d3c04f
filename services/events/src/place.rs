//! Names of buses and rules, and their ARNs.

use platform::{Arn, Ctx, ReadTx, Result, Scope, require};

use crate::error;
use crate::store::{BUSES, RULES, Rule};

/// The bus that every account has.
pub(crate) const DEFAULT: &str = "default";

/// The name of the bus that a request means, by name or ARN.
///
/// # Errors
/// `ResourceNotFoundException` for one of another account or region: none is shared here.
pub(crate) fn bus_name(scope: &Scope, given: Option<&str>) -> Result<String> {
    let Some(given) = given else { return Ok(DEFAULT.to_owned()) };
    let Ok(arn) = given.parse::<Arn>() else { return Ok(given.to_owned()) };
    let name = arn.resource().strip_prefix("event-bus/").unwrap_or_default();
    if name.is_empty() || bus_arn(scope, name) != given {
        return Err(error::no_bus(given));
    }
    Ok(name.to_owned())
}

pub(crate) fn bus_arn(scope: &Scope, bus: &str) -> String {
    Arn::new("events", scope, &format!("event-bus/{bus}")).to_string()
}

pub(crate) fn rule_arn(scope: &Scope, bus: &str, rule: &str) -> String {
    let resource =
        if bus == DEFAULT { format!("rule/{rule}") } else { format!("rule/{bus}/{rule}") };
    Arn::new("events", scope, &resource).to_string()
}

/// Asks whether the caller may do what it does on a rule.
///
/// # Errors
/// The refusal.
pub(crate) async fn ask(ctx: &Ctx, bus: &str, rule: &str) -> Result<()> {
    let action = format!("events:{}", ctx.operation());
    require(ctx, &events_api::SERVICE, &action, rule_arn(ctx.scope(), bus, rule)).await
}

/// Makes sure that a bus is there.
///
/// # Errors
/// `ResourceNotFoundException`.
pub(crate) fn bus(tx: &ReadTx<'_>, name: &str) -> Result<()> {
    if name == DEFAULT || BUSES.contains(tx, name)? {
        return Ok(());
    }
    Err(error::no_bus(name))
}

/// A rule.
///
/// # Errors
/// `ResourceNotFoundException`, for the bus or the rule.
pub(crate) fn rule(tx: &ReadTx<'_>, name: &str, rule: &str) -> Result<Rule> {
    bus(tx, name)?;
    RULES.get(tx, &(name, rule))?.ok_or_else(|| error::no_rule(name, rule))
}
