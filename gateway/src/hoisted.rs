//! Headers that a presigned URL carries in its query. Who signs a URL for somebody else cannot send
//! headers along, so some SDKs (JavaScript's, Java's) put `x-amz-…` headers into the query, where S3
//! reads them as the headers they are. The signature covers them there.

use aquifer_schema::Protocol;
use aquifer_sigv4::{Kind, Presented};
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use platform::Fail;

/// What signs the URL, and is none of the request's own headers.
const OF_THE_SIGNATURE: [&str; 8] = [
    "x-amz-algorithm",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// The request's other headers: those it was sent with and those of its query, if it has such.
pub(crate) struct Hoisted(Option<HeaderMap>);

impl Hoisted {
    /// Reads the query. A header that was sent stays as it is.
    ///
    /// # Errors
    /// When something in the query can be no header.
    pub(crate) fn of(
        protocol: Protocol,
        presented: Option<&Presented>,
        sent: &HeaderMap,
        query: &[(String, String)],
    ) -> Result<Hoisted, Fail> {
        let presigned = presented.is_some_and(|p| matches!(p.kind, Kind::Presigned { .. }));
        if protocol != Protocol::RestXml || !presigned {
            return Ok(Hoisted(None));
        }
        with_query(sent, query).map(Hoisted)
    }

    /// Puts the other headers in the place of those that are there.
    pub(crate) fn swap(&mut self, headers: &mut HeaderMap) {
        if let Some(all) = &mut self.0 {
            std::mem::swap(all, headers);
        }
    }
}

fn with_query(sent: &HeaderMap, query: &[(String, String)]) -> Result<Option<HeaderMap>, Fail> {
    let mut all = None;
    for (name, value) in query {
        let name = name.to_ascii_lowercase();
        if !name.starts_with("x-amz-") || OF_THE_SIGNATURE.contains(&name.as_str()) {
            continue;
        }
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        let value = HeaderValue::from_bytes(value.as_bytes()).ok();
        let Some((header, value)) = header.zip(value) else {
            return Err(Fail::new("InvalidURI", 400, "Couldn't parse the specified URI."));
        };
        if !sent.contains_key(&header) {
            all.get_or_insert_with(|| sent.clone()).append(header, value);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Option<HeaderMap> {
        let mut sent = HeaderMap::new();
        sent.insert("x-amz-meta-a", HeaderValue::from_static("sent"));
        let query: Vec<_> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        with_query(&sent, &query).expect("can be headers")
    }

    #[test]
    fn only_headers_of_the_request_are_taken_and_what_was_sent_stays() {
        assert_eq!(
            read(&[("X-Amz-Date", "d"), ("X-Amz-Signature", "s"), ("versionId", "v")]),
            None
        );
        let all = read(&[("X-Amz-Meta-A", "query"), ("x-amz-meta-b", "é")]).expect("has one");
        assert_eq!(all["x-amz-meta-a"], "sent");
        assert_eq!(all["x-amz-meta-b"].as_bytes(), "é".as_bytes());
        let broken = [("x-amz-meta-c".to_owned(), "a\nb".to_owned())];
        assert!(with_query(&HeaderMap::new(), &broken).is_err());
    }
}
