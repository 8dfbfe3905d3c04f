//! `DeleteAlias`: a name goes, with what was said under it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html>

use lambda_api::{DeleteAlias, DeleteAliasInput, DeleteAliasOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::{ALIASES, FUNCTIONS};
use crate::{Lambda, names};

impl Handle<DeleteAlias> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: DeleteAliasInput) -> Result<DeleteAliasOutput> {
        let named = names::whole(ctx, "lambda:DeleteAlias", &input.function_name).await?;
        let name = named.name.as_str();
        named
            .ctx
            .write(|tx| {
                // AWS: one that is not there is gone already.
                ALIASES.delete(tx, &(name, input.name.as_str()))?;
                if let Some(mut function) = FUNCTIONS.get(tx, name)? {
                    function.policies.remove(&input.name);
                    function.events.remove(&input.name);
                    FUNCTIONS.put(tx, name, &function)?;
                }
                Ok::<_, Fail>(())
            })
            .await?;
        Ok(DeleteAliasOutput {})
    }
}
