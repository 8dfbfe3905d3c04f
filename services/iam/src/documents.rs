//! Policy documents: checked when they come, encoded when they go, parsed once while they last.

use std::collections::HashMap;
use std::sync::Arc;

use aquifer_policy::{Document, DocumentKind, PolicyError};
use parking_lot::Mutex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use platform::Result;

use crate::error;

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Texts kept beyond this are all forgotten: they are parsed again when asked for.
const KEPT_BYTES_MAX: usize = 8 << 20;

/// Refuses what is not a policy of its kind, with AWS's sentence.
pub(crate) fn check(text: &str, kind: DocumentKind) -> Result<()> {
    match Document::parse(text, kind) {
        Ok(_) => Ok(()),
        Err(problem) => Err(error::malformed(problem.sentence())),
    }
}

/// A document as the api answers it.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Parsed documents, found by their text: a changed policy is another text, so nothing here can be
/// out of date.
#[derive(Default)]
pub(crate) struct Documents(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    identity: HashMap<Box<str>, Arc<Document>>,
    trust: HashMap<Box<str>, Arc<Document>>,
    resource: HashMap<Box<str>, Arc<Document>>,
    bytes: usize,
}

impl Documents {
    /// The document of a text.
    ///
    /// # Errors
    /// When it does not parse: stored texts did, session policies did too.
    pub fn parsed(&self, text: &str, kind: DocumentKind) -> Result<Arc<Document>, PolicyError> {
        let mut kept = self.0.lock();
        let known = match kind {
            DocumentKind::Trust => kept.trust.get(text),
            DocumentKind::Identity => kept.identity.get(text),
            DocumentKind::Resource => kept.resource.get(text),
        };
        if let Some(known) = known {
            return Ok(Arc::clone(known));
        }
        let document = Arc::new(Document::parse(text, kind)?);
        if kept.bytes + text.len() > KEPT_BYTES_MAX {
            *kept = Kept::default();
        }
        let table = match kind {
            DocumentKind::Trust => &mut kept.trust,
            DocumentKind::Identity => &mut kept.identity,
            DocumentKind::Resource => &mut kept.resource,
        };
        table.insert(text.into(), Arc::clone(&document));
        kept.bytes += text.len();
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

    #[test]
    fn documents_are_answered_as_aws_encodes_them() {
        assert_eq!(encoded("{\"a\": \"*/~b-c\"}"), "%7B%22a%22%3A%20%22%2A%2F~b-c%22%7D");
    }

    #[test]
    fn a_text_is_parsed_once_for_each_kind_and_faults_are_told() {
        let documents = Documents::default();
        let first = documents.parsed(ANY, DocumentKind::Identity).unwrap();
        let again = documents.parsed(ANY, DocumentKind::Identity).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        // Known as an identity's policy it is still none of a role's trust.
        assert!(documents.parsed(ANY, DocumentKind::Trust).is_err());
        let fail = check("{", DocumentKind::Identity).unwrap_err();
        assert_eq!(fail.code(), "MalformedPolicyDocument");
        assert_eq!(fail.message(), "Syntax errors in policy.");
    }
}
