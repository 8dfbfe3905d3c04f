//! Which key seals a new object, and which opens one.

use aquifer_object::Key;
use platform::{Ctx, Fail, Result, RootSecret};

use super::kms::{AskedKms, FromKms};
use super::{Asked, CustomerKey, Defaults, Encryption};
use crate::model::{Upload, Version};
use crate::{S3, error};

/// The keys of the room.
pub(crate) struct Keys {
    /// Seals what nobody brings or names a key for. Every blob's own key is derived from it, so it
    /// is never used up.
    house: Key,
    kms: FromKms,
}

impl Keys {
    pub fn new(secret: &RootSecret) -> Self {
        Self::of(&secret.derive_bytes("s3.objects"), secret.derive_bytes("s3.objects.dual"))
    }

    fn of(house: &[u8; 32], dual: [u8; 32]) -> Self {
        let kms = FromKms { bucket_keys: Default::default(), dual };
        Self { house: Key::new(house), kms }
    }

    /// Forgets keys of KMS, when a platform in memory forgets KMS's.
    pub fn clear(&self) {
        self.kms.bucket_keys.clear();
    }

    /// The same each time, for tests that open a room again.
    #[cfg(test)]
    pub fn fixed() -> Self {
        Self::of(&[7; 32], [8; 32])
    }
}

/// How a new object is sealed.
pub(crate) struct Sealing {
    /// To be kept in its row.
    pub encryption: Encryption,
    pub key: Key,
}

impl S3 {
    /// Chooses how to seal an object: as the request asks, or else as the bucket does.
    pub(crate) async fn seal(
        &self,
        ctx: &Ctx,
        (bucket, key): (&str, &str),
        asked: &Asked,
        defaults: &Defaults,
    ) -> Result<Sealing> {
        let kms = match asked {
            Asked::Nothing { bucket_key } => defaults.kms(*bucket_key),
            Asked::Kms(asked, bucket_key) => {
                let bucket_key = bucket_key.unwrap_or(defaults.bucket_key);
                Some(AskedKms { bucket_key, ..asked.clone() })
            }
            Asked::S3 | Asked::Customer(_) => None,
        };
        if let Some(kms) = kms {
            let made = self.keys.kms.make(ctx, &defaults.region, (bucket, key), &kms).await?;
            let (key, row) = made;
            return Ok(Sealing { encryption: Encryption::Kms(Box::new(row)), key });
        }
        match asked {
            Asked::Nothing { .. } | Asked::S3 | Asked::Kms(..) => {
                Ok(Sealing { encryption: Encryption::S3, key: self.keys.house.clone() })
            }
            Asked::Customer(given) => {
                defaults.check_customer(ctx, (bucket, key))?;
                let encryption = Encryption::Customer(given.check());
                Ok(Sealing { encryption, key: given.key() })
            }
        }
    }

    /// The key that the next part of an upload is sealed with; none for one that was begun before
    /// objects were encrypted.
    pub(crate) async fn seal_part(
        &self,
        ctx: &Ctx,
        (bucket, key): (&str, &str),
        upload: Option<&Encryption>,
        given: Option<&CustomerKey>,
        defaults: &Defaults,
    ) -> Result<Option<Key>> {
        if given.is_some() {
            defaults.check_customer(ctx, (bucket, key))?;
        }
        check_part(upload, given, true)?;
        Ok(match upload {
            Some(Encryption::Customer(_)) => given.map(CustomerKey::key),
            Some(Encryption::S3) => Some(self.keys.house.clone()),
            Some(Encryption::Kms(row)) => Some(self.keys.kms.open(ctx, (bucket, key), row).await?),
            None => None,
        })
    }

    /// The key that opens a version; none for one that is not encrypted.
    pub(crate) async fn open(
        &self,
        ctx: &Ctx,
        object: (&str, &str),
        version: &Version,
        given: Option<&CustomerKey>,
    ) -> Result<Option<Key>> {
        check_given(version, given)?;
        Ok(match (&version.encryption, given) {
            (Some(Encryption::Customer(_)), given) => given.map(CustomerKey::key),
            (Some(Encryption::S3), _) => Some(self.keys.house.clone()),
            (Some(Encryption::Kms(row)), _) => Some(self.keys.kms.open(ctx, object, row).await?),
            (None, _) => None,
        })
    }
}

/// Refuses a request about an upload that gives another key than the one its parts take, or none
/// where one is `needed`.
pub(crate) fn check_part_key(
    upload: &Upload,
    given: Option<&CustomerKey>,
    needed: bool,
) -> Result<()> {
    check_part(upload.encryption.as_ref(), given, needed)
}

fn check_part(
    encryption: Option<&Encryption>,
    given: Option<&CustomerKey>,
    needed: bool,
) -> Result<()> {
    match (encryption, given) {
        (Some(Encryption::Customer(check)), Some(given)) if !check.is_of(given) => {
            Err(error::invalid_request(
                "The provided encryption parameters did not match the ones used originally.",
            ))
        }
        (Some(Encryption::Customer(_)), Some(_)) => Ok(()),
        (Some(Encryption::Customer(_)), None) if !needed => Ok(()),
        (Some(Encryption::Customer(_)), None) | (_, Some(_)) => Err(error::invalid_request(
            "The multipart upload initiate requested encryption. Subsequent part requests must \
             include the appropriate encryption parameters.",
        )),
        (_, None) => Ok(()),
    }
}

/// Refuses a reader of a version who does not give the key it takes, or gives one it does not take.
pub(crate) fn check_given(version: &Version, given: Option<&CustomerKey>) -> Result<()> {
    match (&version.encryption, given) {
        (Some(Encryption::Customer(_)), None) => Err(error::invalid_request(
            "The object was stored using a form of Server Side Encryption. The correct parameters \
             must be provided to retrieve the object.",
        )),
        (Some(Encryption::Customer(check)), Some(given)) if !check.is_of(given) => Err(Fail::new(
            "AccessDenied",
            403,
            "Requests specifying Server Side Encryption with Customer provided keys must provide \
             the correct secret key.",
        )),
        (Some(Encryption::Customer(_)), Some(_)) | (_, None) => Ok(()),
        (_, Some(_)) => Err(error::invalid_request(
            "The encryption parameters are not applicable to this object.",
        )),
    }
}
