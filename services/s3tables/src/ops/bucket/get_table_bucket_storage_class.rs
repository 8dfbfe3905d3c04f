//! `GetTableBucketStorageClass`: the class of storage that new tables are in.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableBucketStorageClass.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    GetTableBucketStorageClass, GetTableBucketStorageClassInput, GetTableBucketStorageClassOutput,
};

use crate::model::storage_class;
use crate::{S3Tables, find, store};

impl Handle<GetTableBucketStorageClass> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableBucketStorageClassInput,
    ) -> Result<GetTableBucketStorageClassOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        place.ctx.read(|tx| store::bucket(tx, &place.bucket))?;
        Ok(GetTableBucketStorageClassOutput { storage_class_configuration: storage_class() })
    }
}
