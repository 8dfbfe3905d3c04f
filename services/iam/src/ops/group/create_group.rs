//! `CreateGroup`: a new group without users or rights.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html>

use iam_api::{CreateGroup, CreateGroupInput, CreateGroupOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::{Group, Identity, Kind};
use crate::{Iam, identities};

impl Handle<CreateGroup> for Iam {
    async fn handle(&self, ctx: &Ctx, input: CreateGroupInput) -> Result<CreateGroupOutput> {
        let identity = Identity::new(ctx, Kind::Group, input.group_name, input.path);
        let group = Group { identity };
        ctx.write(|tx| {
            identities::must_be_free::<Group>(tx, &group.identity.name)?;
            identities::put(tx, &group)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(CreateGroupOutput { group: group.detail(ctx.scope()) })
    }
}
