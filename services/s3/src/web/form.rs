//! Uploads by form: the fields of a form as the headers that a request to store an object has.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{Form, Posted, Result, Success, Timestamp, from_xml};
use url::Url;

use super::policy::Policy;
use crate::error;

/// What stands for the name of the file in any field.
const FILE_NAME: &str = "${filename}";

/// Fields that are a request's header of the same name.
const HEADERS: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
];

/// Fields that are about the form rather than about the object.
const OF_THE_SIGNATURE: [&str; 5] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-signature",
];

/// Reads a form: checks it against its policy and says what it asks for.
pub(super) fn read(now: Timestamp, bucket: &str, form: Form) -> Result<Posted> {
    let fields = expanded(form);
    let get = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let key = get("key").ok_or_else(|| {
        let message = "Bucket POST must contain a field named 'key'.  If it is specified, please \
                       check the order of the fields.";
        error::invalid_argument("key", "", message)
    })?;
    let policy = get("policy").map(Policy::parse).transpose()?;
    if let Some(policy) = &policy {
        policy.check(now, bucket, &fields)?;
    }
    let mut headers = Vec::new();
    for (name, value) in &fields {
        let name = match name.as_str() {
            "acl" => "x-amz-acl",
            "tagging" => {
                headers.push(("x-amz-tagging".to_owned(), tagging(value)?));
                continue;
            }
            known if HEADERS.contains(&known) => known,
            known if known.starts_with("x-amz-") && !OF_THE_SIGNATURE.contains(&known) => known,
            _ => continue,
        };
        headers.push((name.to_owned(), value.clone()));
    }
    Ok(Posted {
        operation: "PostObject",
        key: key.to_owned(),
        headers,
        length: policy.and_then(|policy| policy.length),
        success: success(get),
    })
}

/// The fields with the name of the file where it is asked for; their names in lower case.
fn expanded(form: Form) -> Vec<(String, String)> {
    let sent = form.file_name.unwrap_or_default();
    // Some browsers say the whole path.
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    form.fields
        .into_iter()
        .map(|(field, value)| {
            let field = field.to_ascii_lowercase();
            let value = if field == "policy" { value } else { value.replace(FILE_NAME, name) };
            (field, value)
        })
        .collect()
}

/// Tags are a document in a form, and a query in a header.
fn tagging(document: &str) -> Result<String> {
    let tagging: s3_api::Tagging = from_xml(document).map_err(|_| error::malformed_xml())?;
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = tagging.tag_set.iter();
    let pairs = pairs.map(|tag| format!("{}={}", encode(&tag.key), encode(&tag.value)));
    Ok(pairs.collect::<Vec<_>>().join("&"))
}

/// How the form wants to be answered. AWS passes over an address it cannot read, and any status but
/// three.
fn success<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Success {
    let redirect = get("success_action_redirect").or_else(|| get("redirect"));
    let url = redirect.and_then(|text| Url::parse(text).ok());
    if let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) {
        return Success::Redirect(url.into());
    }
    match get("success_action_status") {
        Some("200") => Success::Status(200),
        Some("201") => Success::Status(201),
        _ => Success::Status(204),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_form(fields: &[(&str, &str)], file_name: &str) -> Result<Posted> {
        let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let form = Form { fields, file_name: Some(file_name.to_owned()) };
        read(Timestamp::from_secs(1), "b", form)
    }

    #[test]
    fn fields_are_headers_and_the_name_of_the_file_is_known() {
        let tags = "<Tagging><TagSet><Tag><Key>a b</Key><Value>1&amp;2</Value></Tag></TagSet>\
                    </Tagging>";
        let posted = read_form(
            &[
                ("Key", "in/${filename}"),
                ("ACL", "private"),
                ("Content-Type", "text/csv"),
                ("X-Amz-Meta-Name", "${filename}"),
                ("x-amz-storage-class", "STANDARD_IA"),
                ("x-amz-date", "d"),
                ("tagging", tags),
                ("submit", "Upload"),
            ],
            "C:\\files\\a.csv",
        )
        .unwrap();
        assert_eq!(posted.key, "in/a.csv");
        assert_eq!(posted.success, Success::Status(204));
        let headers: Vec<_> =
            posted.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(
            headers,
            [
                ("x-amz-acl", "private"),
                ("content-type", "text/csv"),
                ("x-amz-meta-name", "a.csv"),
                ("x-amz-storage-class", "STANDARD_IA"),
                ("x-amz-tagging", "a%20b=1%262"),
            ]
        );
        assert_eq!(read_form(&[("acl", "private")], "").err().unwrap().code(), "InvalidArgument");
        let bad = read_form(&[("key", "k"), ("tagging", "<Tags/>")], "");
        assert_eq!(bad.err().unwrap().code(), "MalformedXML");
    }

    #[test]
    fn forms_say_how_they_want_to_be_answered() {
        let success = |fields: &[(&str, &str)]| {
            read_form(&[&[("key", "k")], fields].concat(), "").unwrap().success
        };
        assert_eq!(success(&[("success_action_status", "201")]), Success::Status(201));
        assert_eq!(success(&[("success_action_status", "302")]), Success::Status(204));
        let there = ("success_action_redirect", "https://example.com/done?a=1");
        let expected = Success::Redirect("https://example.com/done?a=1".to_owned());
        assert_eq!(success(&[("success_action_status", "200"), there]), expected);
        assert_eq!(success(&[("redirect", "nowhere")]), Success::Status(204));
    }
}
