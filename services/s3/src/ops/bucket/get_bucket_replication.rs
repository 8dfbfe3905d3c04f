//! `GetBucketReplication`: the rules by which versions are copied to other buckets.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html>

use platform::{Ctx, Handle, Result};
use s3_api::{GetBucketReplication, GetBucketReplicationInput, GetBucketReplicationOutput};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<GetBucketReplication> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketReplicationInput,
    ) -> Result<GetBucketReplicationOutput> {
        let name = input.bucket.as_str();
        let configuration = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get(tx, (name, &bucket), Setting::Replication)
        })?;
        let there = configuration.ok_or_else(|| error::no_replication_configuration(name))?;
        Ok(GetBucketReplicationOutput { replication_configuration: Some(there) })
    }
}
