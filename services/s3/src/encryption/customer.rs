//! Keys that clients bring along (SSE-C): used, compared, never kept.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html>

use aquifer_object::Key;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use platform::{Blob, Ctx, Fail, Result, secret_bytes};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::AES256;
use super::asked::METHOD;
use crate::error;

/// Bytes of the salt and of the code that tell a wrong key.
const SALT: usize = 16;
const CODE: usize = 16;

/// A key as a request gives it.
pub(crate) struct CustomerKey {
    bytes: [u8; 32],
    md5: String,
}

/// Never shows the key.
impl std::fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CustomerKey({})", self.md5)
    }
}

/// Reads the key that an input gives.
macro_rules! customer_key {
    ($ctx:expr, $input:expr) => {
        $crate::encryption::CustomerKey::given(
            $ctx,
            $input.sse_customer_algorithm.as_deref(),
            $input.sse_customer_key.as_deref(),
            $input.sse_customer_key_md5.as_deref(),
        )?
    };
}

/// Reads the key that an input gives for the source of a copy.
macro_rules! source_key {
    ($ctx:expr, $input:expr) => {
        $crate::encryption::CustomerKey::given(
            $ctx,
            $input.copy_source_sse_customer_algorithm.as_deref(),
            $input.copy_source_sse_customer_key.as_deref(),
            $input.copy_source_sse_customer_key_md5.as_deref(),
        )?
    };
}

pub(crate) use {customer_key, source_key};

impl CustomerKey {
    /// The key of these headers; none where none of them is there.
    ///
    /// # Errors
    /// Any of them without the others, a key that is not one, one that came over plain HTTP.
    pub fn given(
        ctx: &Ctx,
        algorithm: Option<&str>,
        key: Option<&str>,
        md5: Option<&str>,
    ) -> Result<Option<Self>> {
        if algorithm.is_none() && key.is_none() && md5.is_none() {
            return Ok(None);
        }
        if !ctx.secure_transport() {
            return Err(error::invalid_request(
                "Requests specifying Server Side Encryption with Customer provided keys must be \
                 made over a secure connection.",
            ));
        }
        Self::parse(algorithm, key, md5).map(Some)
    }

    fn parse(algorithm: Option<&str>, key: Option<&str>, md5: Option<&str>) -> Result<Self> {
        let must_provide = |what: &str| {
            bad(&format!(
                "Requests specifying Server Side Encryption with Customer provided keys must \
                 provide {what}"
            ))
        };
        match algorithm {
            None => return Err(must_provide("a valid encryption algorithm.")),
            Some(AES256) => {}
            Some(other) => {
                let message = "The Encryption request you specified is not valid. Supported value: \
                               AES256.";
                return Err(Fail::new("InvalidEncryptionAlgorithmError", 400, message)
                    .with("ArgumentName", METHOD)
                    .with("ArgumentValue", other));
            }
        }
        let key = key.ok_or_else(|| must_provide("an appropriate secret key."))?;
        let md5 =
            md5.ok_or_else(|| must_provide("the client calculated MD5 of the secret key."))?;
        let invalid = || bad("The secret key was invalid for the specified algorithm.");
        let key = STANDARD.decode(key).map_err(|_| invalid())?;
        if STANDARD.encode(Md5::digest(&key)) != md5 {
            return Err(bad(
                "The calculated MD5 hash of the key did not match the hash that was provided.",
            ));
        }
        let bytes = key.try_into().map_err(|_| invalid())?;
        Ok(Self { bytes, md5: md5.to_owned() })
    }

    /// The MD5 as the client gave it, in base64.
    pub fn md5(&self) -> &str {
        &self.md5
    }

    /// The key as the engine takes it.
    pub fn key(&self) -> Key {
        Key::new(&self.bytes)
    }

    /// What is kept to tell another key.
    pub fn check(&self) -> Check {
        let salt = secret_bytes::<SALT>();
        let code = self.code(&salt).finalize().into_bytes();
        Check { salt: Blob(salt.to_vec()), code: Blob(code[..CODE].to_vec()) }
    }

    fn code(&self, salt: &[u8]) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("any length will do");
        code.update(b"s3 customer key");
        code.update(salt);
        code
    }
}

fn bad(message: &str) -> Fail {
    error::invalid_argument(METHOD, "null", message)
}

/// What tells whether a key is the one an object was encrypted with, and nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    salt: Blob,
    code: Blob,
}

impl Check {
    /// Compares in a time that does not depend on where the difference is.
    pub fn is_of(&self, key: &CustomerKey) -> bool {
        key.code(&self.salt.0).verify_truncated_left(&self.code.0).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(algorithm: Option<&str>, key: &[u8], md5_of: &[u8]) -> Result<CustomerKey> {
        let (key, md5) = (STANDARD.encode(key), STANDARD.encode(Md5::digest(md5_of)));
        CustomerKey::parse(algorithm, Some(&key), Some(&md5))
    }

    #[test]
    fn a_check_knows_its_key_and_holds_nothing_of_it() {
        let key = given(Some(AES256), &[7; 32], &[7; 32]).unwrap();
        let other = given(Some(AES256), &[8; 32], &[8; 32]).unwrap();
        let check = key.check();
        assert!(check.is_of(&key) && !check.is_of(&other));
        assert_ne!(check, key.check(), "salted anew");
        assert!(!format!("{key:?}").contains('7') || !format!("{key:?}").contains("7, 7"));
    }

    #[test]
    fn what_is_wrong_with_a_key_is_named() {
        let code = |refused: Result<CustomerKey>| refused.unwrap_err().code().to_owned();
        let key = [7; 32];
        assert_eq!(code(given(None, &key, &key)), "InvalidArgument");
        assert_eq!(code(given(Some("DES"), &key, &key)), "InvalidEncryptionAlgorithmError");
        assert_eq!(code(given(Some(AES256), &key[..10], &key[..10])), "InvalidArgument");
        let mismatch = given(Some(AES256), &key[..10], &key).unwrap_err();
        assert!(mismatch.message().starts_with("The calculated MD5"), "{mismatch}");
        assert!(CustomerKey::parse(Some(AES256), None, None).is_err());
    }
}
