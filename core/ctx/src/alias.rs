//! Resources that are asked for by the name of another, as buckets are by that of an access point.

use std::sync::Arc;

use crate::Ctx;

/// The name a request used in place of the resource's own. Whatever is asked of the resource is asked
/// of what has that name too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The ARN of what has the name.
    pub arn: String,
    /// The ARN of the resource that it stands for.
    pub target: String,
    /// What comes after the first ARN in the names of things within the resource: `/object/`.
    pub within: &'static str,
    /// Condition keys of requests by this name, in lower case.
    pub conditions: Vec<(&'static str, String)>,
    /// What the resource's room notes of it for itself.
    pub notes: u64,
}

impl Alias {
    /// What a resource is called by this name; none where it is not about that resource.
    pub fn of(&self, resource: &str) -> Option<String> {
        let rest = resource.strip_prefix(self.target.as_str())?;
        match rest.strip_prefix('/') {
            Some(inside) => Some(format!("{}{}{inside}", self.arn, self.within)),
            None => rest.is_empty().then(|| self.arn.clone()),
        }
    }
}

/// How a request came and how it was signed, as conditions of policies ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// Where the signature was: `REST-HEADER`, `REST-QUERY-STRING`, `POST`.
    pub auth_type: Option<&'static str>,
    /// `AWS4-HMAC-SHA256`, or `AWS` for the older kind.
    pub signature_version: Option<&'static str>,
    /// How old the signature was, in milliseconds.
    pub signature_age: Option<u64>,
    /// Whether the signature leaves out what was sent.
    pub payload_unsigned: bool,
    /// `1.2`, `1.3`; none where it was not TLS.
    pub tls_version: Option<&'static str>,
}

impl Manner {
    /// That of what services ask of each other.
    pub const IN_HOUSE: Self = Self {
        auth_type: Some("REST-HEADER"),
        signature_version: Some("AWS4-HMAC-SHA256"),
        signature_age: Some(0),
        payload_unsigned: false,
        tls_version: None,
    };
}

impl Ctx {
    /// The name by which the request asks for a resource, where that is not the resource's own.
    pub fn alias(&self) -> Option<&Alias> {
        self.0.alias.as_deref()
    }

    /// The same request as it asks for a resource by another name than its own, or by its own.
    #[must_use]
    pub fn with_alias(&self, alias: Option<Alias>) -> Ctx {
        self.with(|inner| inner.alias = alias.map(Arc::new))
    }

    /// How the request came and how it was signed.
    pub fn manner(&self) -> Manner {
        self.0.manner
    }

    /// The same request with how it came and was signed.
    #[must_use]
    pub fn with_manner(mut self, manner: Manner) -> Ctx {
        Arc::make_mut(&mut self.0).manner = manner;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_within_a_resource_have_another_name_too() {
        let alias = Alias {
            arn: "arn:aws:s3:us-east-1:111122223333:accesspoint/p".to_owned(),
            target: "arn:aws:s3:::b".to_owned(),
            within: "/object/",
            conditions: Vec::new(),
            notes: 0,
        };
        let called = |resource| alias.of(resource);
        assert_eq!(called("arn:aws:s3:::b"), Some(alias.arn.clone()));
        assert_eq!(called("arn:aws:s3:::b/k/l"), Some(format!("{}/object/k/l", alias.arn)));
        assert_eq!(called("arn:aws:s3:::bb"), None);
        assert_eq!(called("arn:aws:kms:us-east-1:111122223333:key/k"), None);
    }
}
