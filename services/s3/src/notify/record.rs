//! What a message says of a change.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{Ctx, Principal, PrincipalKind};
use serde_json::{Value, json};

use super::arn_of;
use crate::changes::Change;
use crate::model::{Bucket, Version, Versioning};

/// What stays as it is in a key; a space becomes a plus.
const KEY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// The message that tells of one change.
pub(super) fn records(
    ctx: &Ctx,
    (name, bucket): (&str, &Bucket),
    key: &str,
    (event, configuration): (&str, &str),
    change: Change,
    version: &Version,
) -> String {
    let mut object = json!({ "key": encoded(key) });
    let mut put = |name: &str, value: Value| object[name] = value;
    let gone = matches!(change, Change::Deleted | Change::Expired);
    let marked = matches!(change, Change::MarkedDeleted | Change::MarkedExpired);
    if !gone && !marked {
        put("size", json!(version.size));
    }
    if !gone {
        put("eTag", json!(version.etag));
    }
    if bucket.versioning != Versioning::Never {
        put("versionId", json!(version.id_text()));
    }
    put("sequencer", json!(sequencer(ctx, change, version)));
    let owner = platform::canonical_user_id(bucket.owner.account);
    let mut record = json!({
        "eventVersion": version_of(change),
        "eventSource": "aws:s3",
        "awsRegion": bucket.owner.region.as_str(),
        "eventTime": ctx.now().floor_millis().rfc3339_millis(),
        "eventName": event.strip_prefix("s3:").unwrap_or(event),
        "userIdentity": { "principalId": principal_id(ctx.caller()) },
        "requestParameters": {
            "sourceIPAddress": ctx.source_ip().map_or_else(
                || "s3.amazonaws.com".to_owned(),
                |address| address.to_string(),
            ),
        },
        "responseElements": {
            "x-amz-request-id": ctx.request_id(),
            "x-amz-id-2": ctx.request_id(),
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": {
                "name": name,
                "ownerIdentity": { "principalId": owner },
                "arn": arn_of(name, bucket),
            },
            "object": object,
        },
    });
    if let Some((name, value)) = detail(change, version) {
        record[name] = value;
    }
    json!({ "Records": [record] }).to_string()
}

/// What only some kinds of changes have to tell.
fn detail(change: Change, version: &Version) -> Option<(&'static str, Value)> {
    let class = version.class().name();
    match change {
        Change::Restored => {
            let mut restored = json!({ "lifecycleRestoreStorageClass": class });
            // What Intelligent-Tiering restores stays.
            if let Some(until) = version.restore.as_ref().and_then(|restore| restore.until) {
                restored["lifecycleRestorationExpiryTime"] = json!(until.rfc3339_millis());
            }
            Some(("glacierEventData", json!({ "restoreEventData": restored })))
        }
        Change::Transitioned => {
            let moved = json!({ "destinationStorageClass": class });
            Some(("lifecycleEventData", json!({ "transitionEventData": moved })))
        }
        Change::Tiered => {
            let tier = tier(change, version)?;
            Some(("intelligentTieringEventData", json!({ "destinationAccessTier": tier })))
        }
        _ => None,
    }
}

/// The tier that Intelligent-Tiering moved a version to.
pub(super) fn tier(change: Change, version: &Version) -> Option<&'static str> {
    let tier = version.tiering.as_ref().filter(|_| change == Change::Tiered)?.tier;
    tier.archive().map(|archive| archive.as_str())
}

/// The message by which a queue learns that it will be told.
pub(crate) fn test_event(ctx: &Ctx, name: &str) -> String {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": ctx.now().floor_millis().rfc3339_millis(),
        "Bucket": name,
        "RequestId": ctx.request_id(),
        "HostId": ctx.request_id(),
    })
    .to_string()
}

/// The version of what is told: kinds that came later have a later one.
fn version_of(change: Change) -> &'static str {
    match change {
        Change::Created(_)
        | Change::Deleted
        | Change::MarkedDeleted
        | Change::RestoreBegun
        | Change::Restored => "2.1",
        _ => "2.3",
    }
}

fn encoded(key: &str) -> String {
    utf8_percent_encode(key, KEY).to_string().replace(' ', "+")
}

/// Tells which of two changes of a key came later: hex digits, of which the greater is later.
pub(super) fn sequencer(ctx: &Ctx, change: Change, version: &Version) -> String {
    let later =
        !matches!(change, Change::Created(_) | Change::MarkedDeleted | Change::MarkedExpired);
    // What happens to a version comes after its making, whatever the clock was set to since.
    let now = u64::try_from(ctx.now().as_micros()).unwrap_or(0);
    let at = if later { now.max(version.sequence + 1) } else { version.sequence };
    format!("{at:018X}")
}

fn principal_id(caller: &Principal) -> String {
    match caller.kind {
        PrincipalKind::Anonymous => "Anonymous".to_owned(),
        PrincipalKind::Service => "AmazonS3".to_owned(),
        _ => format!("AWS:{}", caller.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_as_forms_are() {
        assert_eq!(encoded("in/a b=c+é*.csv"), "in/a+b%3Dc%2B%C3%A9*.csv");
    }
}
