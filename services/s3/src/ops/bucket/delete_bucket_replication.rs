//! `DeleteBucketReplication`: from now on nothing is copied. What is on its way arrives.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    DeleteBucketReplication, DeleteBucketReplicationInput, DeleteBucketReplicationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<DeleteBucketReplication> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketReplicationInput,
    ) -> Result<DeleteBucketReplicationOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::delete(tx, (name, &mut bucket), Setting::Replication)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketReplicationOutput::default())
    }
}
