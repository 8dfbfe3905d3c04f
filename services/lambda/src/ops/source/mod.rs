//! Event source mappings.

mod create_event_source_mapping;
mod delete_event_source_mapping;
mod get_event_source_mapping;
mod list_event_source_mappings;
mod update_event_source_mapping;

use lambda_api as api;
use platform::{Arn, Ctx, Fail, Result, Scope, ServiceBuilder};
use sqs_api::GetQueueAttributesInput;

use crate::names::Named;
use crate::store::{MAPPINGS, Mapping, Version};
use crate::{Lambda, destinations, error, role};

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::CreateEventSourceMapping>()
        .op::<api::DeleteEventSourceMapping>()
        .op::<api::GetEventSourceMapping>()
        .op::<api::ListEventSourceMappings>()
        .op::<api::UpdateEventSourceMapping>()
}

/// Characters of a mapping's id, which is a UUID.
const ID_LENGTH: usize = 36;

/// The ARN of a mapping. Nothing else than a UUID names one.
fn arn(scope: &Scope, id: &str) -> Result<String> {
    if id.len() != ID_LENGTH {
        return Err(error::no_mapping());
    }
    Ok(Arn::new("lambda", scope, &format!("event-source-mapping:{id}")).to_string())
}

/// A mapping, and under which key it is.
fn find(tx: &platform::ReadTx<'_>, ctx: &Ctx, id: &str) -> Result<((Scope, String), Mapping)> {
    let key = (ctx.scope().clone(), id.to_owned());
    let row = MAPPINGS.get(tx, &key)?.ok_or_else(error::no_mapping)?;
    Ok((key, row))
}

/// Makes sure that a queue is there, that the function's role may read it, and that its leases are
/// long enough for the function.
async fn check_queue(named: &Named, version: &Version, queue: &Arn) -> Result<()> {
    let config = &version.config.0;
    let role = config.role.as_deref().unwrap_or_default();
    let as_role = role::context(&named.ctx, role, &named.name).await?;
    let (_, scope) = destinations::place(&queue.to_string()).ok_or_else(error::no_mapping)?;
    let input = GetQueueAttributesInput {
        queue_url: destinations::queue_url(queue, &scope),
        attribute_names: Some(vec!["VisibilityTimeout".to_owned()]),
    };
    let found = match sqs_api::Client::get_queue_attributes(&as_role.with_scope(scope), input).await
    {
        Ok(found) => found.attributes.unwrap_or_default(),
        Err(fail) if fail.status() == 403 => {
            return Err(error::invalid(
                "The function execution role does not have permissions to call ReceiveMessage on \
                 SQS",
            ));
        }
        Err(fail) if fail.is_sender() => {
            return Err(error::invalid(format!(
                "Error occurred while ReceiveMessage. SQS Error Code: {}. SQS Error Message: {}",
                fail.code(),
                fail.message()
            )));
        }
        Err(fail) => return Err(fail),
    };
    let visible = found.get("VisibilityTimeout");
    let visible: i32 = visible.and_then(|text| text.parse().ok()).unwrap_or(30);
    let timeout = config.timeout.unwrap_or_default();
    if visible < timeout {
        return Err(error::invalid(format!(
            "Queue visibility timeout: {visible} seconds is less than Function timeout: {timeout} \
             seconds"
        )));
    }
    Ok(())
}

/// Whether a mapping is polled, as clients read it.
fn state(enabled: bool) -> Option<String> {
    Some(if enabled { "Enabled" } else { "Disabled" }.to_owned())
}

/// Keeps a mapping.
async fn keep(ctx: &Ctx, id: &str, mapping: &Mapping) -> Result<()> {
    ctx.write(|tx| {
        MAPPINGS.put(tx, &(ctx.scope().clone(), id.to_owned()), mapping)?;
        Ok::<_, Fail>(())
    })
    .await
}
