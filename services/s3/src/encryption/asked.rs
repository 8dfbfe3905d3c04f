//! What the request of a new object says of its encryption.

use platform::Result;
use s3_api::ServerSideEncryption;

use super::customer::CustomerKey;
use super::kms::{AskedKms, parse_context};
use crate::error;

/// The header that names the method, and under which errors speak of all of them.
pub(super) const METHOD: &str = "x-amz-server-side-encryption";

/// The encryption that a request asks for.
pub(crate) enum Asked {
    /// None: the bucket's; but for its key for many objects, if that is said.
    Nothing {
        bucket_key: Option<bool>,
    },
    S3,
    /// Whether the bucket's key for many objects is used may be left to the bucket.
    Kms(AskedKms, Option<bool>),
    Customer(CustomerKey),
}

/// The members of an input that say it.
pub(crate) struct Members<'a> {
    pub method: Option<ServerSideEncryption>,
    pub kms_key: Option<&'a str>,
    pub context: Option<&'a str>,
    pub bucket_key: Option<bool>,
    pub customer: Option<CustomerKey>,
}

/// Reads the encryption that an input asks for.
macro_rules! asked {
    ($ctx:expr, $input:expr) => {
        $crate::encryption::Asked::of($crate::encryption::Members {
            method: $input.server_side_encryption,
            kms_key: $input.ssekms_key_id.as_deref(),
            context: $input.ssekms_encryption_context.as_deref(),
            bucket_key: $input.bucket_key_enabled,
            customer: $crate::encryption::customer_key!($ctx, $input),
        })
    };
}

pub(crate) use asked;

impl Asked {
    /// # Errors
    /// Members that do not go together, or a method that buckets do not do.
    pub fn of(members: Members<'_>) -> Result<Self> {
        let Members { method, kms_key, context, bucket_key, customer } = members;
        if let (Some(method), Some(_)) = (method, &customer) {
            let message = "Server Side Encryption with Customer provided key is incompatible with \
                           the encryption method specified";
            return Err(error::invalid_argument(METHOD, method.as_str(), message));
        }
        let by_kms =
            matches!(method, Some(ServerSideEncryption::AwsKms | ServerSideEncryption::AwsKmsDsse));
        if !by_kms && (kms_key.is_some() || context.is_some()) {
            let message = "Server Side Encryption with AWS KMS managed key requires HTTP header \
                           x-amz-server-side-encryption : aws:kms";
            let value = method.map_or("null", ServerSideEncryption::as_str);
            return Err(error::invalid_argument(METHOD, value, message));
        }
        if let Some(context) = context {
            parse_context(context)?;
        }
        match (method, customer) {
            (None, Some(key)) => Ok(Self::Customer(key)),
            (None, None) => Ok(Self::Nothing { bucket_key }),
            (Some(ServerSideEncryption::Aes256), _) => Ok(Self::S3),
            (Some(method), _) if by_kms => {
                let asked = AskedKms {
                    dual: method == ServerSideEncryption::AwsKmsDsse,
                    key: kms_key.map(str::to_owned),
                    context: context.map(str::to_owned),
                    bucket_key: false,
                };
                Ok(Self::Kms(asked, bucket_key))
            }
            (Some(method), _) => Err(error::invalid_argument(
                METHOD,
                method.as_str(),
                "The encryption method specified is not supported",
            )),
        }
    }

    /// The key that the client brings along.
    pub fn customer(&self) -> Option<&CustomerKey> {
        match self {
            Self::Customer(key) => Some(key),
            Self::Nothing { .. } | Self::S3 | Self::Kms(..) => None,
        }
    }

    /// Whether the request says anything of encryption.
    pub fn anything(&self) -> bool {
        !matches!(self, Self::Nothing { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: Option<&str>, kms_key: Option<&str>) -> Result<Asked> {
        let method = method.map(|method| ServerSideEncryption::parse(method).unwrap());
        Asked::of(Members { method, kms_key, context: None, bucket_key: None, customer: None })
    }

    #[test]
    fn members_go_together_or_are_refused() {
        assert!(matches!(of(None, None), Ok(Asked::Nothing { bucket_key: None })));
        let kms = of(Some("aws:kms:dsse"), Some("k"));
        assert!(matches!(kms, Ok(Asked::Kms(AskedKms { dual: true, key: Some(_), .. }, None))));
        assert!(matches!(of(Some("AES256"), None), Ok(Asked::S3)));
        for (method, key) in
            [(None, Some("k")), (Some("AES256"), Some("k")), (Some("aws:fsx"), None)]
        {
            let refused = of(method, key).err().unwrap();
            assert_eq!((refused.code(), refused.status()), ("InvalidArgument", 400));
        }
    }
}
