//! `PutBucketOwnershipControls`: whose the objects of a bucket are, and whether lists of grants count.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    PutBucketOwnershipControls, PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput,
};

use crate::access::{self, Ownership, acl, resources};
use crate::{S3, error, store};

impl Handle<PutBucketOwnershipControls> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketOwnershipControlsInput,
    ) -> Result<PutBucketOwnershipControlsOutput> {
        let [rule] = input.ownership_controls.rules.as_slice() else {
            return Err(error::malformed_xml());
        };
        let ownership = Ownership::of(rule.object_ownership);
        let name = input.bucket.as_str();
        self.teller.will_share(name);
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let grants = resources::acl_of(tx, (name, &bucket))?;
            if ownership == Ownership::Enforced && !grants.is_owners_only(bucket.owner.account) {
                return Err(acl::not_with_enforced());
            }
            access::change(tx, (name, &mut bucket), |access| access.ownership = ownership)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketOwnershipControlsOutput::default())
    }
}
