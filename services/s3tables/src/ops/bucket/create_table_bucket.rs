//! `CreateTableBucket`: a place for tables.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_CreateTableBucket.html>

use platform::{Ctx, Fail, Handle, Result, Stored, Tags};
use s3tables_api::{
    CreateTableBucket, CreateTableBucketInput, CreateTableBucketOutput, StorageClass,
};

use crate::model::BucketRow;
use crate::store::BUCKETS;
use crate::{S3Tables, create, error, names, tagging};

/// Table buckets of a region, at most.
const BUCKETS_MAX: usize = 10;

impl Handle<CreateTableBucket> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateTableBucketInput,
    ) -> Result<CreateTableBucketOutput> {
        let name = input.name;
        names::check_bucket(&name)?;
        if let Some(encryption) = &input.encryption_configuration {
            create::check_encryption(encryption)?;
        }
        if let Some(class) = &input.storage_class_configuration
            && class.storage_class != StorageClass::Standard
        {
            return Err(Fail::new("NotImplemented", 501, NO_CLASSES));
        }
        let tags = tagging::with(Tags::new(), &input.tags.unwrap_or_default())?;
        let row = BucketRow {
            id: ctx.ids().uuid(),
            created: ctx.now().floor_millis(),
            tables: 0,
            encryption: input.encryption_configuration.map(Stored),
            policy: None,
            tags,
            removal: None,
        };
        ctx.write(|tx| {
            if BUCKETS.get(tx, name.as_str())?.is_some() {
                return Err(error::bucket_exists());
            }
            if BUCKETS.scan(tx).keys().take(BUCKETS_MAX).count() >= BUCKETS_MAX {
                return Err(error::too_many("table buckets", BUCKETS_MAX));
            }
            Ok(BUCKETS.put(tx, name.as_str(), &row)?)
        })
        .await?;
        Ok(CreateTableBucketOutput { arn: names::bucket_arn(ctx.scope(), &name) })
    }
}

/// What is said of a class of storage that is not here.
pub(crate) const NO_CLASSES: &str =
    "The storage class INTELLIGENT_TIERING of tables is not supported by this version of Aquifer.";
