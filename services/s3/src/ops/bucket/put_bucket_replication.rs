//! `PutBucketReplication`: sets the rules by which versions are copied to other buckets.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{PutBucketReplication, PutBucketReplicationInput, PutBucketReplicationOutput};

use crate::refuse::refuse;
use crate::replication::check;
use crate::settings::{self, Setting};
use crate::{S3, store};

/// Characters of the ids given to rules without one.
const ID_LENGTH: usize = 48;

impl Handle<PutBucketReplication> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketReplicationInput,
    ) -> Result<PutBucketReplicationOutput> {
        refuse!(input, token => "x-amz-bucket-object-lock-token");
        let mut configuration = input.replication_configuration;
        check::document(&configuration)?;
        // Whoever gives S3 a role must be allowed to.
        let role = configuration.role.as_str();
        platform::require(ctx, &s3_api::SERVICE, "iam:PassRole", role).await?;
        for rule in &mut configuration.rules {
            if rule.id.as_deref().unwrap_or_default().is_empty() {
                rule.id = Some(ctx.ids().hex(ID_LENGTH));
            }
        }
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            check::buckets(tx, (name, &bucket), &configuration)?;
            settings::put(tx, (name, &mut bucket), Setting::Replication, configuration)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketReplicationOutput::default())
    }
}
