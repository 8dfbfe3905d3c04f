//! Presigned URLs of Signature Version 2, which SDKs still make for S3 where nothing says otherwise.
//!
//! Only the query form, only for S3: a header signed this way stays refused. The signature covers
//! method, expiry, the `x-amz-` values and the path with its sub-resources; not the host.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::canonical::{RequestParts, query_pairs};

/// Query parameters that are part of the resource.
const SUB_RESOURCES: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// The claims of a URL presigned with Signature Version 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedV2 {
    /// The access key id.
    pub access_key: String,
    /// The last valid second, seconds since the epoch.
    pub expires: i64,
    /// The signature as presented, base64.
    pub signature: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// All query parameters, decoded.
    query: Vec<(String, String)>,
}

impl PresignedV2 {
    /// Reads the claims; `None` for a query that makes none, or makes them incompletely.
    pub fn parse(query: &str) -> Option<PresignedV2> {
        let query: Vec<(String, String)> = query_pairs(query)
            .map(|(name, value)| Some((text(name)?, text(value)?)))
            .collect::<Option<_>>()?;
        let get = |name: &str| {
            query.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        Some(PresignedV2 {
            access_key: get("AWSAccessKeyId")?,
            expires: get("Expires")?.parse().ok()?,
            signature: get("Signature")?,
            session_token: get("x-amz-security-token"),
            query,
        })
    }

    /// Whether the signature is that of the secret's holder. `bucket` is the one a virtual host
    /// names, if one does.
    pub fn verify(&self, request: &RequestParts<'_>, bucket: Option<&str>, secret: &str) -> bool {
        let signed = self.string_to_sign(request, bucket);
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(signed.as_bytes());
        let expected = STANDARD.encode(mac.finalize().into_bytes());
        bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes()))
    }

    fn string_to_sign(&self, request: &RequestParts<'_>, bucket: Option<&str>) -> String {
        // What would be a header travels in the query where the signer put it there.
        let value = |name: &str| {
            let header = request.headers.get(name).and_then(|value| value.to_str().ok());
            let query = self.query.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            query.map(|(_, value)| value.as_str()).or(header).unwrap_or_default().trim().to_owned()
        };
        let mut amz: Vec<(String, String)> = request
            .headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("x-amz-"))
            .filter_map(|(name, v)| Some((name.as_str().to_owned(), v.to_str().ok()?.to_owned())))
            .chain(
                self.query
                    .iter()
                    .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-amz-"))
                    .map(|(name, value)| (name.to_ascii_lowercase(), value.clone())),
            )
            .collect();
        amz.sort();
        let headers: String =
            amz.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let mut resource = bucket.map(|bucket| format!("/{bucket}")).unwrap_or_default();
        resource.push_str(request.path);
        // A bucket alone is signed with the slash that separates it from its keys.
        if resource.len() > 1 && resource.rfind('/') == Some(0) {
            resource.push('/');
        }
        let mut subs: Vec<&(String, String)> =
            self.query.iter().filter(|(name, _)| SUB_RESOURCES.contains(&name.as_str())).collect();
        subs.sort();
        for (at, (name, value)) in subs.into_iter().enumerate() {
            resource.push(if at == 0 { '?' } else { '&' });
            resource.push_str(name);
            if !value.is_empty() {
                resource.push('=');
                resource.push_str(value);
            }
        }
        let (method, md5, kind) = (request.method, value("content-md5"), value("content-type"));
        format!("{method}\n{md5}\n{kind}\n{}\n{headers}{resource}", self.expires)
    }
}

fn text(part: &str) -> Option<String> {
    let part = part.replace('+', " ");
    percent_encoding::percent_decode_str(&part).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Style;
    use http::HeaderMap;

    /// The key and URL of S3's own documentation of query string authentication.
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn verifies(bucket: Option<&str>, path: &str, query: &str, secret: &str) -> bool {
        let headers = HeaderMap::new();
        let request = RequestParts {
            method: "GET",
            path,
            query,
            headers: &headers,
            authority: None,
            style: Style::S3,
        };
        PresignedV2::parse(query).expect("claims").verify(&request, bucket, secret)
    }

    #[test]
    fn the_documented_url_verifies_and_no_other() {
        let query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D\
                     &Expires=1175139620";
        assert!(verifies(Some("johnsmith"), "/photos/puppy.jpg", query, SECRET));
        assert!(!verifies(Some("johnsmith"), "/photos/kitten.jpg", query, SECRET));
        assert!(!verifies(Some("johnsmith"), "/photos/puppy.jpg", query, "other"));
        assert_eq!(PresignedV2::parse("Expires=1"), None);
    }

    #[test]
    fn a_bucket_alone_is_signed_with_its_slash() {
        let query = "list-type=2&\
                     AWSAccessKeyId=AKIDEXAMPLE&\
                     Signature=neShNHGZk6o0t%2BKarQtE8hhqOKI%3D&\
                     Expires=1700003600";
        assert!(verifies(None, "/b", query, "secret"));
        assert!(verifies(None, "/b/", query, "secret"));
        assert!(!verifies(None, "/c", query, "secret"));
    }

    #[test]
    fn sub_resources_and_overrides_are_signed() {
        let query = "versionId=v1&\
                     response-content-type=text%2Fcsv&\
                     AWSAccessKeyId=AKIDEXAMPLE&\
                     Signature=CRw6Nshf8kGqEDigEFcTD5whxL8%3D&\
                     Expires=1700003600";
        assert!(verifies(None, "/b/a%20b/c", query, "secret"));
        let changed = query.replace("versionId=v1", "versionId=v2");
        assert!(!verifies(None, "/b/a%20b/c", &changed, "secret"));
    }
}
