//! Encryption of objects where they are kept: what requests ask for, what rows keep of it, which
//! key is whose.
//!
//! Every new object is sealed by the object engine, which derives a key of its own for each blob.
//! From what, is told here: for SSE-S3 from a key of the house, for SSE-KMS from one that only KMS
//! opens, for SSE-C from the client's, of which a row keeps only what tells a wrong one.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html>

mod asked;
mod bucket;
mod customer;
mod keys;
mod kms;

pub(crate) use asked::{Asked, Members, asked};
pub(crate) use bucket::{Defaults, answered, checked, defaults};
pub(crate) use customer::{CustomerKey, customer_key, source_key};
pub(crate) use keys::{Keys, check_given, check_part_key};

use platform::Ctx;
use s3_api::ServerSideEncryption;
use serde::{Deserialize, Serialize};

/// The one algorithm of keys that clients bring along.
const AES256: &str = "AES256";

/// How an object, or the parts of an upload, are encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Encryption {
    /// With a key of the house: SSE-S3.
    S3,
    /// With a data key that KMS made: SSE-KMS and DSSE-KMS.
    Kms(Box<kms::UnderKms>),
    /// With a key that the client brings along each time: SSE-C.
    Customer(customer::Check),
}

impl Encryption {
    /// The ETag of bytes with this MD5. Only of what the house has the key for does it tell that.
    pub fn etag(&self, ctx: &Ctx, md5: [u8; 16]) -> String {
        match self {
            Self::S3 => hex::encode(md5),
            Self::Kms(_) | Self::Customer(_) => ctx.ids().hex(2 * md5.len()),
        }
    }

    /// Whether KMS has to be asked for its key.
    pub fn is_by_kms(&self) -> bool {
        matches!(self, Self::Kms(_))
    }

    /// What the client added to the context of the data key.
    pub fn context(&self) -> Option<String> {
        match self {
            Self::Kms(kms) => kms.context.clone(),
            Self::S3 | Self::Customer(_) => None,
        }
    }
}

/// The ETag of bytes that are encrypted so, or not at all.
pub(crate) fn etag(encryption: Option<&Encryption>, ctx: &Ctx, md5: [u8; 16]) -> String {
    encryption.unwrap_or(&Encryption::S3).etag(ctx, md5)
}

/// What an answer says of an object's encryption.
#[derive(Default)]
pub(crate) struct Told {
    pub method: Option<ServerSideEncryption>,
    pub kms_key: Option<String>,
    pub bucket_key: Option<bool>,
    pub customer_algorithm: Option<String>,
    pub customer_md5: Option<String>,
}

impl Told {
    pub fn of(encryption: Option<&Encryption>, customer: Option<&CustomerKey>) -> Self {
        match encryption {
            // Stored before objects were encrypted.
            None => Self::default(),
            Some(Encryption::S3) => {
                Self { method: Some(ServerSideEncryption::Aes256), ..Self::default() }
            }
            Some(Encryption::Kms(kms)) => Self {
                method: Some(match kms.dual {
                    true => ServerSideEncryption::AwsKmsDsse,
                    false => ServerSideEncryption::AwsKms,
                }),
                kms_key: Some(kms.key.clone()),
                bucket_key: kms.bucket_key.then_some(true),
                ..Self::default()
            },
            Some(Encryption::Customer(_)) => Self {
                customer_algorithm: Some(AES256.to_owned()),
                customer_md5: customer.map(|key| key.md5().to_owned()),
                ..Self::default()
            },
        }
    }
}

/// Sets the members of an answer that tell of encryption.
macro_rules! tell {
    ($output:expr, $encryption:expr, $customer:expr) => {{
        let told = $crate::encryption::Told::of($encryption, $customer);
        $output.server_side_encryption = told.method;
        $output.ssekms_key_id = told.kms_key;
        $output.bucket_key_enabled = told.bucket_key;
        $output.sse_customer_algorithm = told.customer_algorithm;
        $output.sse_customer_key_md5 = told.customer_md5;
    }};
}

/// Sets them in the answer to a request that made an object, which tells the context too.
macro_rules! tell_made {
    ($output:expr, $encryption:expr, $customer:expr) => {{
        let encryption: Option<&$crate::encryption::Encryption> = $encryption;
        $crate::encryption::tell!($output, encryption, $customer);
        $output.ssekms_encryption_context = encryption.and_then(|made| made.context());
    }};
}

pub(crate) use {tell, tell_made};
