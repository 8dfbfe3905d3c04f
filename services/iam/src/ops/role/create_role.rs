//! `CreateRole`: a new role, with the policy that says who may assume it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>

use iam_api::{CreateRole, CreateRoleInput, CreateRoleOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::{Identity, Kind, Role, SESSION_SECONDS_DEFAULT};
use crate::ops::role::trust;
use crate::{Iam, attachments, identities, tagging};

impl Handle<CreateRole> for Iam {
    async fn handle(&self, ctx: &Ctx, input: CreateRoleInput) -> Result<CreateRoleOutput> {
        let trust = trust::checked(input.assume_role_policy_document)?;
        let mut identity = Identity::new(ctx, Kind::Role, input.role_name, input.path);
        tagging::set(&mut identity.tags, input.tags.unwrap_or_default())?;
        let mut role = Role {
            identity,
            trust,
            description: input.description,
            session_seconds_max: input.max_session_duration.unwrap_or(SESSION_SECONDS_DEFAULT),
        };
        let role = ctx
            .write(|tx| {
                identities::must_be_free::<Role>(tx, &role.identity.name)?;
                attachments::set_boundary(tx, &mut role, input.permissions_boundary)?;
                identities::put(tx, &role)?;
                Ok::<_, Fail>(role)
            })
            .await?;
        Ok(CreateRoleOutput { role: role.detail(ctx.scope()) })
    }
}
