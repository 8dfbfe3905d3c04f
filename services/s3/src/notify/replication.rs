//! What queues are told of replications: a record with what happened to the copy.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html>

use platform::{Ctx, Fail, Result, WriteTx, call_later};
use s3_api::{NotificationConfiguration, QueueConfiguration};
use serde_json::{Value, json};
use sqs_api::{SendMessage, SendMessageInput};

use super::{on_behalf, queue_of, record, rules};
use crate::changes::{By, Change};
use crate::model::{Bucket, Version};
use crate::settings::{self, Setting};

/// The version of records that tell of replications.
const EVENT_VERSION: &str = "2.2";

/// Puts what a bucket's document asks for into the outbox. EventBridge is not told.
pub(crate) fn note(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    place: (&str, &Bucket),
    key: &str,
    event: &str,
    version: &Version,
    data: &Value,
) -> Result<()> {
    let set: Option<NotificationConfiguration> = settings::get(tx, place, Setting::Notification)?;
    let event = format!("s3:Replication:{event}");
    for queue in set.iter().filter_map(|set| set.queue_configurations.as_ref()).flatten() {
        let QueueConfiguration { queue_arn, events, filter, id } = queue;
        let wanted = events.iter().any(|wanted| rules::covers(wanted.as_str(), &event))
            && rules::Filter::of(filter.as_ref())?.passes(key);
        if !wanted {
            continue;
        }
        let Some((target, queue_url)) = queue_of(queue_arn) else { continue };
        let id = id.as_deref().unwrap_or_default();
        let change = Change::Created(By::Replication);
        let message = record::records(ctx, place, key, (&event, id), change, version);
        let mut message: Value = serde_json::from_str(&message).map_err(Fail::internal)?;
        let record = &mut message["Records"][0];
        record["eventVersion"] = json!(EVENT_VERSION);
        record["userIdentity"]["principalId"] = json!("s3.amazonaws.com");
        record["replicationEventData"] = data.clone();
        let message_body = message.to_string();
        let input = SendMessageInput { queue_url, message_body, ..SendMessageInput::default() };
        let who = on_behalf(place.0, place.1, target);
        call_later::<SendMessage>(tx, ctx.now(), &who, &input)?;
    }
    Ok(())
}
