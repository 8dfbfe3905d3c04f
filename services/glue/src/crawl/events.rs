//! What a queue tells of changes since the last run.
//!
//! Notices are S3's own, by themselves or wrapped by SNS or EventBridge. A run takes all there are, looks
//! at their folders, and removes them once it has written what it found; a run that fails leaves them to
//! the next. Notices that cannot be read go to the dead-letter queue, or are dropped where there is none.

use std::collections::BTreeSet;

use platform::{Arn, Ctx, Result};
use serde_json::Value;
use sqs_api::{
    Client, DeleteMessageBatchInput, DeleteMessageBatchRequestEntry, GetQueueUrlInput,
    ReceiveMessageInput, SendMessageInput,
};

use super::Stop;
use super::definition::Target;
use super::log::Log;
use crate::store::LogLevel;

/// Notices taken by one run.
const NOTICES_MAX: usize = 100_000;
/// Notices taken at once.
const BATCH: i32 = 10;
/// Seconds for which notices are this run's.
const HIDDEN_SECONDS: i32 = 3_600;

/// Notices of one target.
#[derive(Default)]
pub(super) struct Events {
    /// Folders in which something changed, as `s3://bucket/folder/`.
    pub folders: BTreeSet<String>,
    queue: String,
    receipts: Vec<String>,
}

/// Takes what a target's queue tells.
pub(super) async fn take(ctx: &Ctx, target: &Target, log: &mut Log) -> Result<Events, Stop> {
    let Some(arn) = &target.queue else { return Ok(Events::default()) };
    let mut events = Events { queue: url(ctx, arn).await?, ..Events::default() };
    let mut unknown = 0_usize;
    while events.receipts.len() < NOTICES_MAX && !ctx.shutdown_token().is_cancelled() {
        let input = ReceiveMessageInput {
            queue_url: events.queue.clone(),
            max_number_of_messages: Some(BATCH),
            visibility_timeout: Some(HIDDEN_SECONDS),
            ..ReceiveMessageInput::default()
        };
        let messages = Client::receive_message(ctx, input).await?.messages.unwrap_or_default();
        if messages.is_empty() {
            break;
        }
        for message in messages {
            let body = message.body.unwrap_or_default();
            events.receipts.extend(message.receipt_handle);
            match changes(&body) {
                Some(changed) => {
                    let ours = changed.into_iter().filter(|(bucket, _)| *bucket == target.bucket);
                    events.folders.extend(ours.map(|(bucket, key)| folder(&bucket, &key)));
                }
                None => {
                    unknown += 1;
                    bury(ctx, target, body).await?;
                }
            }
        }
    }
    let (count, folders) = (events.receipts.len(), events.folders.len());
    let message = format!("Took {count} events of {folders} folders from {arn}");
    log.line(ctx, LogLevel::Info, message);
    if unknown > 0 {
        log.line(ctx, LogLevel::Warn, format!("{unknown} messages are no events of Amazon S3"));
    }
    Ok(events)
}

impl Events {
    /// Removes the notices from the queue.
    pub async fn done(&self, ctx: &Ctx) -> Result<()> {
        for batch in self.receipts.chunks(10) {
            let entries =
                batch.iter().enumerate().map(|(at, receipt)| DeleteMessageBatchRequestEntry {
                    id: at.to_string(),
                    receipt_handle: receipt.clone(),
                });
            let input = DeleteMessageBatchInput {
                queue_url: self.queue.clone(),
                entries: entries.collect(),
            };
            Client::delete_message_batch(ctx, input).await?;
        }
        Ok(())
    }
}

async fn url(ctx: &Ctx, arn: &str) -> Result<String, Stop> {
    let parsed: Arn = arn.parse().map_err(|_| Stop::Failed(format!("{arn} names no queue.")))?;
    let input = GetQueueUrlInput {
        queue_name: parsed.resource().to_owned(),
        queue_owner_aws_account_id: Some(parsed.account_text().to_owned()),
    };
    Ok(Client::get_queue_url(ctx, input).await?.queue_url.unwrap_or_default())
}

async fn bury(ctx: &Ctx, target: &Target, body: String) -> Result<(), Stop> {
    let Some(arn) = &target.dead_letters else { return Ok(()) };
    let queue_url = url(ctx, arn).await?;
    let input = SendMessageInput { queue_url, message_body: body, ..SendMessageInput::default() };
    Client::send_message(ctx, input).await?;
    Ok(())
}

/// The objects a message says have changed; `None` if it is no notice of S3's.
fn changes(body: &str) -> Option<Vec<(String, String)>> {
    let message: Value = serde_json::from_str(body).ok()?;
    // SNS holds the notice as text.
    if let Some(inner) = message.get("Message").and_then(Value::as_str) {
        return changes(inner);
    }
    if message.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Some(Vec::new());
    }
    if message.get("source").and_then(Value::as_str) == Some("aws.s3") {
        return Some(vec![object(message.get("detail")?, false)?]);
    }
    let records = message.get("Records")?.as_array()?;
    records.iter().map(|record| object(record.get("s3")?, true)).collect()
}

/// The bucket and the key that a notice names; in S3's own, keys are percent-encoded.
fn object(of: &Value, encoded: bool) -> Option<(String, String)> {
    let bucket = of.pointer("/bucket/name")?.as_str()?;
    let key = of.pointer("/object/key")?.as_str()?;
    let key = match encoded {
        true => {
            let spaced = key.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?.into_owned()
        }
        false => key.to_owned(),
    };
    Some((bucket.to_owned(), key))
}

fn folder(bucket: &str, key: &str) -> String {
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder {
        "" => format!("s3://{bucket}/"),
        folder => format!("s3://{bucket}/{folder}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_read_however_they_come() {
        let own = r#"{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"a+b/c%3D1/f"}}}]}"#;
        let want = Some(vec![("b".to_owned(), "a b/c=1/f".to_owned())]);
        assert_eq!(changes(own), want);
        let wrapped = serde_json::json!({ "Type": "Notification", "Message": own }).to_string();
        assert_eq!(changes(&wrapped), want);
        let bus = r#"{"source":"aws.s3","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}"#;
        assert_eq!(changes(bus), Some(vec![("b".to_owned(), "k".to_owned())]));
        assert_eq!(changes(r#"{"Event":"s3:TestEvent"}"#), Some(Vec::new()));
        assert_eq!(changes("hello"), None);
        assert_eq!(changes(r#"{"Records":[{}]}"#), None);
        assert_eq!(folder("b", "a/b/f"), "s3://b/a/b/");
        assert_eq!(folder("b", "f"), "s3://b/");
    }
}
