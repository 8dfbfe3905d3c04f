//! Polling a queue: batches are gathered, and given to the function one beside the other.

use std::sync::Arc;
use std::time::Duration;

use platform::{CancellationToken, Ctx, Fail, Result};
use sqs_api::{
    Client, DeleteMessageBatchInput, DeleteMessageBatchRequestEntry, Message, ReceiveMessageInput,
};

use tokio::sync::Semaphore;

use super::batch;
use crate::running::{self, Asked};
use crate::store::{MAPPINGS, Mapping};
use crate::{Lambda, destinations, role, versions};

/// Batches given at once, where nobody said otherwise.
const AT_ONCE: usize = 5;
/// How long an empty queue is waited at.
const WAIT: i32 = 20;
/// What one call receives at most.
const RECEIVED_MAX: usize = 10;
/// The most that the messages of a batch come to.
const BATCH_BYTES: usize = 5 << 20;
/// The wait after a queue could not be read.
const PAUSE: Duration = Duration::from_secs(10);
/// The wait after a function could not be called.
const THROTTLED: Duration = Duration::from_secs(1);

/// Polls until it is cancelled.
pub(super) async fn poll(
    room: &Lambda,
    ctx: &Ctx,
    id: &str,
    mapping: &Mapping,
    end: &CancellationToken,
) {
    let most = mapping.config.0.scaling_config.as_ref().and_then(|set| set.maximum_concurrency);
    let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(AT_ONCE);
    let places = Arc::new(Semaphore::new(most));
    loop {
        // Closed by nobody.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match gather(ctx, mapping).await {
            Ok((_, messages)) if messages.is_empty() => {}
            Ok((role, messages)) => {
                let (room, mapping, id) = (room.clone(), mapping.clone(), id.to_owned());
                let end = end.clone();
                ctx.spawn("batch", async move {
                    let _place = place;
                    let work = give(&room, &role, &id, &mapping, messages);
                    if let Some(Err(fail)) = end.run_until_cancelled(work).await {
                        tracing::warn!(id, %fail, "a batch could not be given to its function");
                        end.run_until_cancelled(role.clock().sleep(THROTTLED)).await;
                    }
                });
            }
            Err(fail) => {
                tracing::warn!(id, %fail, "an event source cannot be read");
                note(ctx, id, &format!("PROBLEM: {}", fail.message())).await;
                ctx.clock().sleep(PAUSE).await;
            }
        }
    }
}

/// The messages of the next batch, and the context as the function's role: as many as are there, or
/// come while more are waited for.
async fn gather(ctx: &Ctx, mapping: &Mapping) -> Result<(Ctx, Vec<Message>)> {
    let config = &mapping.config.0;
    let role = as_role(ctx, mapping).await?;
    let size = config.batch_size.and_then(|size| usize::try_from(size).ok()).unwrap_or(1);
    let window = config.maximum_batching_window_in_seconds.unwrap_or(0).unsigned_abs();
    let window = Duration::from_secs(window.into());
    let (mut messages, mut bytes) = (Vec::new(), 0);
    let mut until = None;
    while messages.len() < size && bytes < BATCH_BYTES {
        let left = until.map(|until: platform::Timestamp| until.since(ctx.now()));
        let wait = match left {
            None => WAIT,
            Some(left) if left.is_zero() => break,
            Some(left) => i32::try_from(left.as_secs().max(1)).unwrap_or(WAIT).min(WAIT),
        };
        let most = (size - messages.len()).min(RECEIVED_MAX);
        let input = ReceiveMessageInput {
            queue_url: mapping.queue_url.clone(),
            max_number_of_messages: i32::try_from(most).ok(),
            wait_time_seconds: Some(wait),
            message_attribute_names: Some(vec!["All".to_owned()]),
            message_system_attribute_names: Some(vec!["All".to_owned()]),
            ..ReceiveMessageInput::default()
        };
        let found = Client::receive_message(&role, input).await?.messages.unwrap_or_default();
        if found.is_empty() && until.is_none() {
            break;
        }
        // The window opens with the first message.
        until.get_or_insert(ctx.now() + window);
        bytes += found.iter().map(batch::size).sum::<usize>();
        let all = found.len() < most;
        messages.extend(found);
        if all && window.is_zero() {
            break;
        }
    }
    Ok((role, messages))
}

/// The context in which the queue is read, in the name of the function's role.
async fn as_role(ctx: &Ctx, mapping: &Mapping) -> Result<Ctx> {
    let named = mapping.named(ctx);
    let (_, version) = ctx.read(|tx| versions::find(tx, &named))?;
    let role = version.config.0.role.unwrap_or_default();
    let ctx = role::context(ctx, &role, &named.name).await?;
    let queue = mapping.config.0.event_source_arn.as_deref().and_then(destinations::place);
    Ok(queue.map(|(_, scope)| ctx.with_scope(scope)).unwrap_or(ctx))
}

/// Calls the function with what it wants of a batch, and removes what needs not be seen again.
async fn give(
    room: &Lambda,
    role: &Ctx,
    id: &str,
    mapping: &Mapping,
    messages: Vec<Message>,
) -> Result<()> {
    let config = &mapping.config.0;
    let source = config.event_source_arn.as_deref().unwrap_or_default();
    // AWS: what no filter wants is removed.
    let (wanted, unwanted) = batch::filtered(config.filter_criteria.as_ref(), messages);
    remove(role, mapping, &unwanted).await?;
    if wanted.is_empty() {
        return Ok(());
    }
    let named = mapping.named(role);
    let (function, version) = named.ctx.read(|tx| versions::find(tx, &named))?;
    let asked = Asked {
        request_id: named.ctx.request_id().to_owned(),
        payload: batch::event(source, &wanted).into(),
        client: None,
        trace: String::new(),
    };
    let answer = running::run(room, &named, (&function, &version), asked).await?;
    let failed = match &answer.outcome {
        Err(_) => None,
        Ok(_) if config.function_response_types.as_ref().is_none_or(Vec::is_empty) => Some(vec![]),
        Ok(answer) => batch::failures(answer, &wanted),
    };
    let said = match failed {
        // All of it is seen again when its lease ends.
        None => "Function call failed",
        Some(failed) => {
            let done: Vec<Message> = wanted
                .into_iter()
                .filter(|message| !failed.contains(&message.message_id.clone().unwrap_or_default()))
                .collect();
            remove(role, mapping, &done).await?;
            "OK"
        }
    };
    note(&named.ctx, id, said).await;
    Ok(())
}

async fn remove(role: &Ctx, mapping: &Mapping, messages: &[Message]) -> Result<()> {
    for some in messages.chunks(RECEIVED_MAX) {
        let entry = |(at, message): (usize, &Message)| DeleteMessageBatchRequestEntry {
            id: at.to_string(),
            receipt_handle: message.receipt_handle.clone().unwrap_or_default(),
        };
        let entries = some.iter().enumerate().map(entry).collect();
        let input = DeleteMessageBatchInput { queue_url: mapping.queue_url.clone(), entries };
        Client::delete_message_batch(role, input).await?;
    }
    Ok(())
}

/// Notes how the last batch went, where that is another way than before.
async fn note(ctx: &Ctx, id: &str, said: &str) {
    let scope = ctx.scope().clone();
    let noted = ctx
        .write(|tx| {
            let key = (scope.clone(), id.to_owned());
            if let Some(mut row) = MAPPINGS.get(tx, &key)?
                && row.config.0.last_processing_result.as_deref() != Some(said)
            {
                row.config.0.last_processing_result = Some(said.to_owned());
                MAPPINGS.put(tx, &key, &row)?;
            }
            Ok::<_, Fail>(())
        })
        .await;
    if let Err(fail) = noted {
        tracing::warn!(id, %fail, "the state of an event source cannot be kept");
    }
}
