//! `PutBucketAcl`: replaces the list of grants of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{PutBucketAcl, PutBucketAclInput, PutBucketAclOutput};

use crate::access;
use crate::access::acl::{self, AclHeaders, Owners, acl_headers};
use crate::{S3, store};

impl Handle<PutBucketAcl> for S3 {
    async fn handle(&self, ctx: &Ctx, input: PutBucketAclInput) -> Result<PutBucketAclOutput> {
        let name = input.bucket.as_str();
        let headers = AclHeaders { write: input.grant_write.as_deref(), ..acl_headers!(input) };
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let owner = bucket.owner.account;
            let owners = Owners { owner, bucket: owner };
            let acl = acl::given(headers, input.access_control_policy.as_ref(), owners)?;
            acl::may_have(ctx, &bucket, &acl, name)?;
            access::put_acl(tx, (name, &mut bucket), &acl)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketAclOutput::default())
    }
}
