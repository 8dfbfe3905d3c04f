//! `AddPermission`: lets somebody call a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>

use lambda_api::{AddPermission, AddPermissionInput, AddPermissionOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::FUNCTIONS;
use crate::{Lambda, error, names, permission, versions};

impl Handle<AddPermission> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: AddPermissionInput) -> Result<AddPermissionOutput> {
        let (action, qualifier) = ("lambda:AddPermission", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        let (ctx, arn) = (&named.ctx, named.arn());
        let statement = ctx
            .write(|tx| {
                let (mut function, _) = versions::find(tx, &named)?;
                let qualifier = named.qualifier.clone().unwrap_or_default();
                let there = function.policies.get(&qualifier);
                if input.revision_id.is_some()
                    && input.revision_id != there.map(|policy| policy.revision.clone())
                {
                    return Err(error::changed());
                }
                let (policy, statement) = permission::add(ctx, there, &arn, &input)?;
                function.policies.insert(qualifier, policy);
                FUNCTIONS.put(tx, &named.name, &function)?;
                Ok::<_, Fail>(statement)
            })
            .await?;
        Ok(AddPermissionOutput { statement: Some(statement) })
    }
}
