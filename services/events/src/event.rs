//! Events: what makes one, and what targets read of it.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>

use events_api::PutEventsRequestEntry;
use platform::{Ctx, PrincipalKind};
use serde_json::{Value, json};

/// The longest an event may be.
const SIZE_MAX: usize = 256 << 10;

/// Why an event is not taken: code and sentence.
pub(crate) type Refusal = (&'static str, String);

/// An event as targets read it.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn of_entry(
    ctx: &Ctx,
    entry: &PutEventsRequestEntry,
    id: &str,
) -> Result<Value, Refusal> {
    let wanted = |name: &str, value: &Option<String>| {
        value.clone().filter(|value| !value.is_empty()).ok_or_else(|| {
            let reason =
                format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            ("InvalidArgument", reason)
        })
    };
    let source = wanted("Source", &entry.source)?;
    let kind = wanted("DetailType", &entry.detail_type)?;
    let detail = wanted("Detail", &entry.detail)?;
    if size(entry) > SIZE_MAX {
        let reason = format!("The entry is larger than {SIZE_MAX} bytes.");
        return Err(("InvalidArgument", reason));
    }
    if source.starts_with("aws.") && ctx.caller().kind != PrincipalKind::Service {
        let reason = "Not authorized for the source.".to_owned();
        return Err(("NotAuthorizedForSource", reason));
    }
    let detail = match serde_json::from_str::<Value>(&detail) {
        Ok(detail) if detail.is_object() => detail,
        _ => return Err(("MalformedDetail", "Detail is malformed.".to_owned())),
    };
    let resources = entry.resources.clone().unwrap_or_default();
    Ok(json!({
        "version": "0",
        "id": id,
        "detail-type": kind,
        "source": source,
        "account": ctx.scope().account.as_str(),
        "time": entry.time.unwrap_or_else(|| ctx.now()).floor_millis().rfc3339(),
        "region": ctx.region().as_str(),
        "resources": resources,
        "detail": detail,
    }))
}

/// AWS's rule of what counts.
fn size(entry: &PutEventsRequestEntry) -> usize {
    let text = |value: &Option<String>| value.as_ref().map_or(0, String::len);
    let resources = entry.resources.iter().flatten().map(String::len).sum::<usize>();
    let time = if entry.time.is_some() { 14 } else { 0 };
    text(&entry.source) + text(&entry.detail_type) + text(&entry.detail) + resources + time
}
