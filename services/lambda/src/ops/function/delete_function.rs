//! `DeleteFunction`: a function goes with all that it has, or one of its versions.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html>

use lambda_api::{DeleteFunction, DeleteFunctionInput, DeleteFunctionOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::names::{self, LATEST};
use crate::store::{ALIASES, EVENTS, FUNCTIONS, PROVISIONED, TOTALS, VERSIONS};
use crate::{Lambda, error, running, versions};

impl Handle<DeleteFunction> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: DeleteFunctionInput) -> Result<DeleteFunctionOutput> {
        let qualifier = input.qualifier.as_deref();
        let named =
            names::open(ctx, "lambda:DeleteFunction", &input.function_name, qualifier).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        let number = match named.qualifier.as_deref() {
            None => None,
            Some(LATEST) => {
                return Err(error::invalid(
                    "$LATEST version cannot be deleted without deleting the function.",
                ));
            }
            Some(qualifier) => Some(versions::number(qualifier).ok_or_else(|| {
                error::invalid(
                    "Deletion of aliases is not currently supported. Please use DeleteAlias.",
                )
            })?),
        };
        ctx.write(|tx| {
            let function = versions::function(tx, &named)?;
            if let Some(number) = number {
                for row in ALIASES.scan(tx).prefix(&(name,)) {
                    let ((_, alias), row) = row?;
                    let leads = row.0.function_version.as_deref().and_then(versions::number);
                    if leads == Some(number) {
                        return Err(lambda_api::error::resource_conflict_exception(format!(
                            "Version {number} is referenced by alias {alias} and cannot be deleted."
                        )));
                    }
                }
                VERSIONS.delete(tx, &(name, number))?;
                let place = (ctx.scope().clone(), name.to_owned(), number.to_string());
                PROVISIONED.delete(tx, &place)?;
                return Ok(());
            }
            if let Some(reserved) = function.reserved {
                let mut totals = TOTALS.get(tx, &())?.unwrap_or_default();
                totals.reserved = totals.reserved.saturating_sub(reserved);
                TOTALS.put(tx, &(), &totals)?;
            }
            VERSIONS.delete_prefix(tx, &(name,))?;
            ALIASES.delete_prefix(tx, &(name,))?;
            EVENTS.delete_prefix(tx, &(name,))?;
            PROVISIONED.delete_prefix(tx, &(ctx.scope().clone(), name))?;
            FUNCTIONS.delete(tx, name)?;
            Ok::<_, Fail>(())
        })
        .await?;
        self.functions.forget(&running::key_of(ctx, name));
        Ok(DeleteFunctionOutput { status_code: Some(204) })
    }
}
