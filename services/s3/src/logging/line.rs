//! One line of an access log.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{AccountId, PrincipalKind, Seen, SignedBy};

use crate::ops::bucket_owner;

/// What keys keep of themselves.
const KEY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'*');

/// Operations whose names in logs do not follow from their own.
const NAMED: &[(&str, &str)] = &[
    ("AbortMultipartUpload", "REST.DELETE.UPLOAD"),
    ("CompleteMultipartUpload", "REST.POST.UPLOAD"),
    ("CopyObject", "REST.COPY.OBJECT"),
    ("CreateMultipartUpload", "REST.POST.UPLOADS"),
    ("DeleteObjects", "REST.POST.MULTI_OBJECT_DELETE"),
    ("GetBucketLogging", "REST.GET.LOGGING_STATUS"),
    ("GetObjectAttributes", "REST.GET.OBJECT_ATTRIBUTES"),
    ("ListBucketInventoryConfigurations", "REST.GET.INVENTORY"),
    ("ListMultipartUploads", "REST.GET.UPLOADS"),
    ("ListObjects", "REST.GET.BUCKET"),
    ("ListObjectsV2", "REST.GET.BUCKET"),
    ("ListObjectVersions", "REST.GET.BUCKETVERSIONS"),
    ("ListParts", "REST.GET.UPLOAD"),
    ("PostObject", "POST.OBJECT"),
    ("PutBucketLogging", "REST.PUT.LOGGING_STATUS"),
    ("UploadPart", "REST.PUT.PART"),
    ("UploadPartCopy", "REST.COPY.PART"),
];

/// What logs call an operation: `REST.GET.OBJECT`, `REST.PUT.VERSIONING`.
fn operation(seen: &Seen) -> String {
    let method = seen.line.split(' ').next().unwrap_or_default();
    let Some(name) = seen.operation else { return format!("REST.{method}.UNKNOWN") };
    if let Some((_, named)) = NAMED.iter().find(|(operation, _)| *operation == name) {
        return (*named).to_owned();
    }
    let words = name.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let resource = &words[words.find(|c: char| c.is_ascii_uppercase()).unwrap_or(0)..];
    let resource = match resource.strip_prefix("Bucket") {
        None | Some("") => resource,
        Some("Policy") => "Bucketpolicy",
        Some(rest) => rest.strip_suffix("Configuration").unwrap_or(rest),
    };
    let mut text = String::new();
    for c in resource.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_uppercase());
    }
    format!("REST.{method}.{text}")
}

/// A field of a line; a dash where there is nothing.
fn or_dash(text: Option<&str>) -> String {
    match text.map(|text| text.replace([' ', '\n', '\r'], "+")) {
        Some(text) if !text.is_empty() => text,
        _ => "-".to_owned(),
    }
}

/// A field in quotes. What clients write may hold quotes itself, as AWS warns too.
fn quoted(text: Option<&str>) -> String {
    let text = text.unwrap_or("-").replace(['\n', '\r'], " ");
    format!("\"{text}\"")
}

fn number(number: Option<u64>) -> String {
    number.filter(|number| *number > 0).map_or("-".to_owned(), |number| number.to_string())
}

/// Who asked: the canonical id of an account, the ARN of others, a dash for nobody known.
fn requester(seen: &Seen) -> String {
    let caller = seen.ctx.caller();
    match (caller.kind, caller.account) {
        (PrincipalKind::Anonymous, _) => "-".to_owned(),
        (PrincipalKind::Root, Some(account)) => bucket_owner(account),
        _ => or_dash(Some(caller.display_name())),
    }
}

/// Writes the line of a request, with its end.
pub(super) fn write(seen: &Seen, owner: AccountId, bucket: &str, point: Option<&str>) -> String {
    let key = seen.labels.iter().find(|(name, _)| *name == "Key");
    let key = key.map(|(_, key)| utf8_percent_encode(key, KEY).to_string());
    let method = seen.line.split(' ').next().unwrap_or_default();
    let stores = matches!(method, "PUT" | "POST");
    let size = if stores { seen.received } else { seen.whole.filter(|_| key.is_some()) };
    let size = size.filter(|_| seen.error.is_none());
    let (version, kind) = match seen.signed_by {
        SignedBy::Nothing => ("-", "-"),
        SignedBy::Header => ("SigV4", "AuthHeader"),
        SignedBy::Query => ("SigV4", "QueryString"),
        SignedBy::OldQuery => ("SigV2", "QueryString"),
    };
    let sent = seen.sent.filter(|_| method != "HEAD");
    let took = seen.took.as_millis();
    let ip = seen.ctx.source_ip().map(|ip| ip.to_canonical().to_string());
    let fields = [
        bucket_owner(owner),
        bucket.to_owned(),
        format!("[{}]", seen.began.to_chrono().format("%d/%b/%Y:%H:%M:%S +0000")),
        or_dash(ip.as_deref()),
        requester(seen),
        or_dash(Some(seen.ctx.request_id())),
        operation(seen),
        or_dash(key.as_deref()),
        quoted(Some(&seen.line)),
        seen.status.to_string(),
        or_dash(seen.error.as_deref()),
        number(sent),
        number(size),
        took.to_string(),
        took.to_string(),
        quoted(seen.referrer.as_deref()),
        quoted(seen.ctx.user_agent()),
        or_dash(seen.version_id.as_deref()),
        or_dash(Some(seen.ctx.request_id())),
        version.to_owned(),
        "-".to_owned(),
        kind.to_owned(),
        or_dash(seen.host.as_deref()),
        or_dash(seen.ctx.manner().tls_version.map(|version| format!("TLSv{version}")).as_deref()),
        or_dash(point),
        "-".to_owned(),
    ];
    let mut line = fields.join(" ");
    line.push('\n');
    line
}
