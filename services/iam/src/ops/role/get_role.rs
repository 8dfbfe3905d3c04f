//! `GetRole`: a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>

use iam_api::{GetRole, GetRoleInput, GetRoleOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, identities};

impl Handle<GetRole> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetRoleInput) -> Result<GetRoleOutput> {
        let role: Role = ctx.read(|tx| identities::get(tx, &input.role_name))?;
        Ok(GetRoleOutput { role: role.detail(ctx.scope()) })
    }
}
