//! `RemovePermission`: lets somebody call a function no more.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html>

use lambda_api::{RemovePermission, RemovePermissionInput, RemovePermissionOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::FUNCTIONS;
use crate::{Lambda, error, names, permission, versions};

impl Handle<RemovePermission> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: RemovePermissionInput,
    ) -> Result<RemovePermissionOutput> {
        let (action, qualifier) = ("lambda:RemovePermission", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        let ctx = &named.ctx;
        ctx.write(|tx| {
            let (mut function, _) = versions::find(tx, &named)?;
            let qualifier = named.qualifier.clone().unwrap_or_default();
            let there = function.policies.remove(&qualifier).ok_or_else(error::no_policy)?;
            if input.revision_id.as_ref().is_some_and(|given| *given != there.revision) {
                return Err(error::changed());
            }
            let left = permission::remove(ctx, &there, &input.statement_id)?;
            function.policies.extend(left.map(|policy| (qualifier, policy)));
            FUNCTIONS.put(tx, &named.name, &function)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(RemovePermissionOutput {})
    }
}
