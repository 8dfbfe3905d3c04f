//! Signatures of forms: a browser posts a form whose policy somebody else signed. Both versions are
//! read, since SDKs still make forms of the older one for S3 where nothing says otherwise.
//!
//! Only the policy is signed; that the form keeps to it is for whoever reads the policy.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::key::KeyCache;
use crate::presented::ALGORITHM;

/// The signature of a form cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormError {
    /// A field is missing without which the others say nothing.
    #[error("the form has no field '{0}'")]
    Missing(&'static str),
    /// Signed in a way nobody knows.
    #[error("X-Amz-Algorithm only supports \"{ALGORITHM}\"")]
    Algorithm,
    /// `x-amz-credential` is not `<key>/<yyyymmdd>/<region>/<service>/aws4_request`.
    #[error(
        "the Credential is mal-formed; expecting \
         \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
    )]
    Credential,
    /// A policy that nobody signed.
    #[error("the policy is not signed")]
    Unsigned,
}

/// The claims of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedForm {
    /// The access key id.
    pub access_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// The policy as it was sent: what is signed.
    pub policy: String,
    /// The signature as presented.
    pub signature: String,
    scope: Option<Scope>,
}

/// What a key was derived for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scope {
    date: String,
    region: String,
    service: String,
}

impl SignedForm {
    /// Reads the claims; `None` for a form that makes none. Names of fields are read in any case.
    ///
    /// # Errors
    /// What is missing of them, or wrong with them.
    pub fn parse(fields: &[(String, String)]) -> Result<Option<SignedForm>, FormError> {
        let get = |name: &str| {
            let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        let need = |name: &'static str| get(name).ok_or(FormError::Missing(name));
        let newer = ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Algorithm", "X-Amz-Date"];
        let claims = |names: &[&str]| names.iter().any(|name| get(name).is_some());
        if claims(&newer) {
            let [signature, credential, algorithm, date] = newer;
            let signature = need(signature)?;
            let credential = need(credential)?;
            if need(algorithm)? != ALGORITHM {
                return Err(FormError::Algorithm);
            }
            need(date)?;
            let (access_key, scope) = parse_credential(&credential).ok_or(FormError::Credential)?;
            return Ok(Some(SignedForm {
                access_key,
                session_token: get("x-amz-security-token"),
                policy: need("Policy")?,
                signature,
                scope: Some(scope),
            }));
        }
        if claims(&["AWSAccessKeyId", "Signature"]) {
            return Ok(Some(SignedForm {
                access_key: need("AWSAccessKeyId")?,
                session_token: get("x-amz-security-token"),
                policy: need("Policy")?,
                signature: need("Signature")?,
                scope: None,
            }));
        }
        if get("Policy").is_some() { Err(FormError::Unsigned) } else { Ok(None) }
    }

    /// The region of the credential scope; the older form has none.
    pub fn region(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| scope.region.as_str())
    }

    /// The service of the credential scope; the older form has none.
    pub fn service(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| scope.service.as_str())
    }

    /// Whether the signature is that of the secret's holder.
    pub fn verify(&self, secret: &str, keys: &KeyCache) -> bool {
        let expected = match &self.scope {
            Some(Scope { date, region, service }) => {
                let key = keys.get(&self.access_key, secret, date, region, service);
                key.sign(self.policy.as_bytes())
            }
            None => {
                let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes());
                let Ok(mut mac) = mac else { return false };
                mac.update(self.policy.as_bytes());
                STANDARD.encode(mac.finalize().into_bytes())
            }
        };
        bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes()))
    }
}

fn parse_credential(text: &str) -> Option<(String, Scope)> {
    let mut parts = text.rsplitn(5, '/');
    let end = parts.next()?;
    let (service, region, date) = (parts.next()?, parts.next()?, parts.next()?);
    let access_key = parts.next()?;
    let whole = end == "aws4_request"
        && date.len() == 8
        && date.bytes().all(|byte| byte.is_ascii_digit())
        && ![access_key, region, service].contains(&"");
    let scope = Scope { date: date.into(), region: region.into(), service: service.into() };
    whole.then(|| (access_key.to_owned(), scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of S3's own examples.
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn both_versions_are_checked_against_the_policy() {
        let keys = KeyCache::default();
        let key = crate::SigningKey::derive(SECRET, "20151229", "us-east-1", "s3");
        let signature = key.sign(b"cG9saWN5");
        let newer = fields(&[
            ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("X-AMZ-DATE", "20151229T000000Z"),
            ("policy", "cG9saWN5"),
            ("x-amz-signature", &signature),
        ]);
        let form = SignedForm::parse(&newer).unwrap().unwrap();
        assert_eq!((form.region(), form.service()), (Some("us-east-1"), Some("s3")));
        assert!(form.verify(SECRET, &keys) && !form.verify("other", &keys));
        let changed = SignedForm { policy: "cG9saWN6".to_owned(), ..form };
        assert!(!changed.verify(SECRET, &keys));

        let mut mac = Hmac::<Sha1>::new_from_slice(b"secret").unwrap();
        mac.update(b"cG9saWN5");
        let expected = STANDARD.encode(mac.finalize().into_bytes());
        let older = fields(&[
            ("AWSAccessKeyId", "AKIDEXAMPLE"),
            ("policy", "cG9saWN5"),
            ("signature", &expected),
        ]);
        let form = SignedForm::parse(&older).unwrap().unwrap();
        assert!(form.verify("secret", &keys) && !form.verify(SECRET, &keys));
    }

    #[test]
    fn half_a_claim_is_named() {
        let read = |pairs: &[(&str, &str)]| SignedForm::parse(&fields(pairs));
        assert_eq!(read(&[("key", "k")]), Ok(None));
        assert_eq!(read(&[("policy", "p")]), Err(FormError::Unsigned));
        assert_eq!(read(&[("Signature", "s")]), Err(FormError::Missing("AWSAccessKeyId")));
        let signed = ("x-amz-signature", "s");
        assert_eq!(read(&[signed]), Err(FormError::Missing("X-Amz-Credential")));
        let algorithm = ("x-amz-algorithm", "AWS4-HMAC-SHA256");
        let rest = [signed, algorithm, ("x-amz-date", "d"), ("x-amz-credential", "a/b/c")];
        assert_eq!(read(&rest), Err(FormError::Credential));
    }
}
