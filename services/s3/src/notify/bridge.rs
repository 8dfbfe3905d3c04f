//! What EventBridge is told of a change.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>

use events_api::{PutEventsInput, PutEventsRequestEntry};
use platform::{Ctx, PrincipalKind};
use serde_json::{Value, json};

use super::{arn_of, record};
use crate::changes::{By, Change};
use crate::model::{Bucket, Version, Versioning};

/// The event that tells of a change.
pub(super) fn event(
    ctx: &Ctx,
    (name, bucket): (&str, &Bucket),
    key: &str,
    change: Change,
    version: &Version,
) -> PutEventsInput {
    let (kind, reason, deletion) = match change {
        Change::Created(By::Put | By::Replication) => ("Object Created", Some("PutObject"), None),
        Change::Created(By::Post) => ("Object Created", Some("POST Object"), None),
        Change::Created(By::Copy) => ("Object Created", Some("CopyObject"), None),
        Change::Created(By::CompleteMultipartUpload) => {
            ("Object Created", Some("CompleteMultipartUpload"), None)
        }
        Change::Deleted => ("Object Deleted", Some("DeleteObject"), Some("Permanently Deleted")),
        Change::MarkedDeleted => {
            ("Object Deleted", Some("DeleteObject"), Some("Delete Marker Created"))
        }
        Change::Expired => {
            ("Object Deleted", Some("Lifecycle Expiration"), Some("Permanently Deleted"))
        }
        Change::MarkedExpired => {
            ("Object Deleted", Some("Lifecycle Expiration"), Some("Delete Marker Created"))
        }
        Change::Transitioned => ("Object Storage Class Changed", None, None),
        Change::Tiered => ("Object Access Tier Changed", None, None),
        Change::RestoreBegun => ("Object Restore Initiated", None, None),
        Change::Restored => ("Object Restore Completed", None, None),
        Change::RestoreExpired => ("Object Restore Expired", None, None),
        Change::Tagged => ("Object Tags Added", None, None),
        Change::Untagged => ("Object Tags Deleted", None, None),
        Change::AclChanged => ("Object ACL Updated", None, None),
    };
    // Keys stand here as they are.
    let mut object = json!({ "key": key, "sequencer": record::sequencer(ctx, change, version) });
    let mut put = |name: &str, value: Value| object[name] = value;
    let gone = matches!(change, Change::Deleted | Change::Expired);
    let marked = matches!(change, Change::MarkedDeleted | Change::MarkedExpired);
    let about = matches!(change, Change::Tagged | Change::Untagged | Change::AclChanged);
    if !(gone || marked || about) {
        put("size", json!(version.size));
    }
    if !gone {
        put("etag", json!(version.etag));
    }
    if bucket.versioning != Versioning::Never {
        put("version-id", json!(version.id_text()));
    }
    let requester = match (ctx.caller().kind, ctx.caller().account) {
        (PrincipalKind::Service, _) => "s3.amazonaws.com".to_owned(),
        (_, Some(account)) => account.as_str().to_owned(),
        (_, None) => "anonymous".to_owned(),
    };
    let mut detail = json!({
        "version": "0",
        "bucket": { "name": name },
        "object": object,
        "request-id": ctx.request_id(),
        "requester": requester,
    });
    let address = ctx.source_ip().map(|address| address.to_string());
    let expiry = version.restore.as_ref().and_then(|restore| restore.until);
    let expiry = expiry.filter(|_| change == Change::Restored).map(|until| until.rfc3339());
    let class = Some(version.class().name());
    let restoring = matches!(change, Change::RestoreBegun | Change::Restored);
    for (name, value) in [
        ("source-ip-address", address.as_deref()),
        ("reason", reason),
        ("deletion-type", deletion),
        ("restore-expiry-time", expiry.as_deref()),
        ("source-storage-class", class.filter(|_| restoring)),
        ("destination-storage-class", class.filter(|_| change == Change::Transitioned)),
        ("destination-access-tier", record::tier(change, version)),
    ] {
        if let Some(value) = value {
            detail[name] = json!(value);
        }
    }
    let entry = PutEventsRequestEntry {
        time: Some(ctx.now()),
        source: Some("aws.s3".to_owned()),
        resources: Some(vec![arn_of(name, bucket)]),
        detail_type: Some(kind.to_owned()),
        detail: Some(detail.to_string()),
        ..PutEventsRequestEntry::default()
    };
    PutEventsInput { entries: vec![entry], endpoint_id: None }
}
