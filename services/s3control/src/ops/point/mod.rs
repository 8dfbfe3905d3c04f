//! Access points, which S3 itself keeps: its requests name them.

mod create_access_point;
mod delete_access_point;
mod delete_access_point_policy;
mod get_access_point;
mod get_access_point_policy;
mod get_access_point_policy_status;
mod list_access_points;
mod put_access_point_policy;

use std::sync::Arc;

use platform::{Ctx, Fail, Result, ServiceBuilder};
use s3_api::{Block, KeepsPoints, PointKeeper};
use s3control_api::{NetworkOrigin, PublicAccessBlockConfiguration};

use crate::S3Control;

pub(crate) fn register(room: ServiceBuilder<S3Control>) -> ServiceBuilder<S3Control> {
    room.op::<s3control_api::CreateAccessPoint>()
        .op::<s3control_api::DeleteAccessPoint>()
        .op::<s3control_api::DeleteAccessPointPolicy>()
        .op::<s3control_api::GetAccessPoint>()
        .op::<s3control_api::GetAccessPointPolicy>()
        .op::<s3control_api::GetAccessPointPolicyStatus>()
        .op::<s3control_api::ListAccessPoints>()
        .op::<s3control_api::PutAccessPointPolicy>()
}

/// What keeps them.
pub(super) fn keeper(ctx: &Ctx) -> Result<Arc<dyn KeepsPoints>> {
    let keeper = ctx.ext::<PointKeeper>();
    let keeper = keeper.ok_or_else(|| Fail::internal(anyhow::anyhow!("S3 is not open")))?;
    Ok(Arc::clone(&keeper.0))
}

/// What keeps the public out, as a request says it: what is not said is off.
pub(super) fn block(said: &PublicAccessBlockConfiguration) -> Block {
    Block {
        block_acls: said.block_public_acls == Some(true),
        ignore_acls: said.ignore_public_acls == Some(true),
        block_policy: said.block_public_policy == Some(true),
        restrict: said.restrict_public_buckets == Some(true),
    }
}

/// The same, as answers say it.
pub(super) fn told(block: Block) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration {
        block_public_acls: Some(block.block_acls),
        ignore_public_acls: Some(block.ignore_acls),
        block_public_policy: Some(block.block_policy),
        restrict_public_buckets: Some(block.restrict),
    }
}

/// From where an access point is reached.
fn origin(vpc: Option<&str>) -> NetworkOrigin {
    if vpc.is_some() { NetworkOrigin::Vpc } else { NetworkOrigin::Internet }
}
