//! `GetObjectAcl`: the list of grants of a version.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{GetObjectAcl, GetObjectAclInput, GetObjectAclOutput};

use crate::access::acl::{self, Acl};
use crate::{S3, names, store};

impl Handle<GetObjectAcl> for S3 {
    async fn handle(&self, ctx: &Ctx, input: GetObjectAclInput) -> Result<GetObjectAclOutput> {
        names::check_key(&input.key)?;
        let name = input.bucket.as_str();
        let found = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let version = store::readable(tx, name, &input.key, input.version_id.as_deref())?;
            let owner = bucket.owner_of(&version);
            let acl = version.acl.filter(|_| bucket.has_acls());
            Ok::<_, Fail>((owner, acl.unwrap_or_else(|| Acl::private(owner))))
        });
        let (owner, grants) = match found {
            Ok(found) => found,
            Err(fail) => return Err(super::missing(ctx, name, fail).await),
        };
        Ok(GetObjectAclOutput {
            grants: Some(grants.to_api()),
            owner: acl::owner(owner),
            ..Default::default()
        })
    }
}
