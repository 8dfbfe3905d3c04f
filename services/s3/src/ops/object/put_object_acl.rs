//! `PutObjectAcl`: replaces the list of grants of a version.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{PutObjectAcl, PutObjectAclInput, PutObjectAclOutput};

use crate::access::acl::{self, AclHeaders, Owners, acl_headers};
use crate::changes::Change;
use crate::{S3, changes, names, store};

impl Handle<PutObjectAcl> for S3 {
    async fn handle(&self, ctx: &Ctx, input: PutObjectAclInput) -> Result<PutObjectAclOutput> {
        names::check_key(&input.key)?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let headers = AclHeaders { write: input.grant_write.as_deref(), ..acl_headers!(input) };
        let written = ctx
            .write(|tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                let id = input.version_id.as_deref();
                let mut version = store::readable(tx, name, key, id)?;
                let owner = bucket.owner_of(&version);
                let owners = Owners { owner, bucket: bucket.owner.account };
                let acl = acl::given(headers, input.access_control_policy.as_ref(), owners)?;
                acl::may_have(ctx, &bucket, &acl, &format!("{name}/{key}"))?;
                // Who puts the same list again changes nothing, and nobody is told.
                let same = version.acl.as_ref() == Some(&acl)
                    || version.acl.is_none() && acl == acl::Acl::private(owner);
                version.acl = Some(acl);
                store::save(tx, name, key, &version)?;
                if !same {
                    changes::note(ctx, tx, (name, &bucket), key, Change::AclChanged, &version)?;
                }
                Ok::<_, Fail>(())
            })
            .await;
        match written {
            Ok(()) => Ok(PutObjectAclOutput::default()),
            Err(fail) => Err(super::missing(ctx, name, fail).await),
        }
    }
}
