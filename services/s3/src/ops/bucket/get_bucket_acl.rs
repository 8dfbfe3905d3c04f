//! `GetBucketAcl`: the list of grants of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html>

use platform::{Ctx, Handle, Result};
use s3_api::{GetBucketAcl, GetBucketAclInput, GetBucketAclOutput};

use crate::access::{acl, resources};
use crate::{S3, store};

impl Handle<GetBucketAcl> for S3 {
    async fn handle(&self, ctx: &Ctx, input: GetBucketAclInput) -> Result<GetBucketAclOutput> {
        let name = input.bucket.as_str();
        ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let grants = resources::acl_of(tx, (name, &bucket))?;
            Ok(GetBucketAclOutput {
                grants: Some(grants.to_api()),
                owner: acl::owner(bucket.owner.account),
            })
        })
    }
}
