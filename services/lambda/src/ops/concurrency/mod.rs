//! Calls that a function has for itself.

mod delete_function_concurrency;
mod get_function_concurrency;
mod put_function_concurrency;

use lambda_api as api;
use platform::{Fail, Result, ServiceBuilder};

use crate::Lambda;
use crate::names::Named;
use crate::store::{FUNCTIONS, TOTALS};
use crate::{error, versions};

/// So many calls stay for functions that have none for themselves.
const LEFT: u32 = 100;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::DeleteFunctionConcurrency>()
        .op::<api::GetFunctionConcurrency>()
        .op::<api::PutFunctionConcurrency>()
}

/// Gives a function so many calls for itself, or none.
async fn reserve(room: &Lambda, named: &Named, wanted: Option<u32>) -> Result<()> {
    let most = u32::try_from(room.concurrency).unwrap_or(u32::MAX);
    let (ctx, name) = (&named.ctx, named.name.as_str());
    ctx.write(|tx| {
        let mut function = versions::function(tx, named)?;
        let mut totals = TOTALS.get(tx, &())?.unwrap_or_default();
        let others = totals.reserved.saturating_sub(function.reserved.unwrap_or_default());
        let left = most.saturating_sub(others);
        if let Some(wanted) = wanted
            && wanted > 0
            && left.checked_sub(wanted).is_none_or(|left| left < LEFT.min(most))
        {
            return Err(error::invalid(format!(
                "Specified ReservedConcurrentExecutions for function decreases account's \
                 UnreservedConcurrentExecution below its minimum value of [{}].",
                LEFT.min(most)
            )));
        }
        totals.reserved = others + wanted.unwrap_or_default();
        function.reserved = wanted;
        TOTALS.put(tx, &(), &totals)?;
        FUNCTIONS.put(tx, name, &function)?;
        Ok::<_, Fail>(())
    })
    .await
}
