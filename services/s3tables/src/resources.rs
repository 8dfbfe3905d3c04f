//! What table buckets and tables say when access to them is judged: their policies.

use platform::{Arn, Asked, Ctx, Fail, PrincipalKind, ResourceAccess, Resources, Result};

use crate::names::{self, Named};
use crate::store::{self, BUCKETS};

/// The table buckets of all accounts.
pub(crate) struct Tables;

impl Resources for Tables {
    fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>> {
        let Some((scope, named)) = names::parse(asked.resource) else { return Ok(None) };
        let mut access = ResourceAccess::of(scope.account);
        ctx.with_scope(scope).read(|tx| {
            let (Named::Bucket(bucket) | Named::Table(bucket, _)) = &named;
            let row = BUCKETS.get(tx, bucket.as_str())?;
            access.policies.extend(row.and_then(|row| row.policy).map(Into::into));
            if let Named::Table(bucket, id) = &named
                && let Some((called, row)) = store::by_id(tx, bucket, id)?
            {
                access.policies.extend(row.policy.map(Into::into));
                access.conditions.insert("s3tables:namespace".into(), vec![called.namespace]);
                access.conditions.insert("s3tables:tablename".into(), vec![called.name]);
            }
            Ok::<_, Fail>(())
        })?;
        Ok(Some(access))
    }

    fn opens_some(&self) -> bool {
        true
    }

    fn opens(&self, ctx: &Ctx, resource: &Arn) -> Result<bool> {
        let own = ctx.caller().account == resource.account();
        let service = ctx.caller().kind == PrincipalKind::Service;
        Ok(!own && !service && names::parse(resource).is_some())
    }
}
