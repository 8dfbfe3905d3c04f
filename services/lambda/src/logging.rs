//! Where what functions print is told: in a stream of their group, in the name of their role.
//!
//! Nobody waits for it, and a role that may not write leaves no log, as with AWS.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html>

use lambda_api::FunctionConfiguration;
use logs_api::{
    Client, CreateLogGroupInput, CreateLogStreamInput, InputLogEvent, PutLogEventsInput,
};
use platform::{Ctx, Result};

use crate::names::Named;
use crate::role;

/// The most that one call of the log takes, with what each event costs besides its message.
const BATCH_BYTES: usize = 1_000_000;
const EVENT_OVERHEAD: usize = 26;
/// The most events of a call.
const BATCH: usize = 10_000;
/// A line longer than this is cut into several.
const LINE_MAX: usize = 250_000;

/// Writes the log of a call.
pub(crate) fn write(named: &Named, config: &FunctionConfiguration, stream: String, log: &[u8]) {
    let group = config.logging_config.as_ref().and_then(|logging| logging.log_group.clone());
    let Some(group) = group else { return };
    let (ctx, function) = (named.ctx.clone(), named.name.clone());
    let role = config.role.clone().unwrap_or_default();
    let events = events(ctx.now().as_micros().div_euclid(1000), &String::from_utf8_lossy(log));
    ctx.clone().spawn("log of a function", async move {
        let written = async {
            let ctx = role::context(&ctx, &role, &function).await?;
            for batch in events {
                put(&ctx, &group, &stream, batch).await?;
            }
            Ok::<_, platform::Fail>(())
        };
        if let Err(fail) = written.await {
            tracing::debug!(function, %fail, "the log of a function is not written");
        }
    });
}

/// The lines of a log as events, in as many batches as it takes.
fn events(timestamp: i64, log: &str) -> Vec<Vec<InputLogEvent>> {
    let (mut batches, mut batch, mut bytes) = (Vec::new(), Vec::new(), 0);
    for line in log.split_inclusive('\n') {
        let mut rest = line;
        while !rest.trim_end_matches('\n').is_empty() {
            let end = (0..=LINE_MAX.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at));
            let (message, left) = rest.split_at(end.unwrap_or(rest.len()));
            rest = left;
            let size = message.len() + EVENT_OVERHEAD;
            if batch.len() == BATCH || (bytes + size > BATCH_BYTES && !batch.is_empty()) {
                batches.push(std::mem::take(&mut batch));
                bytes = 0;
            }
            bytes += size;
            batch.push(InputLogEvent { timestamp, message: message.to_owned() });
        }
    }
    batches.push(batch);
    batches.retain(|batch| !batch.is_empty());
    batches
}

/// Writes a batch; the stream and its group are made where they are not there.
async fn put(ctx: &Ctx, group: &str, stream: &str, events: Vec<InputLogEvent>) -> Result<()> {
    let input = PutLogEventsInput {
        log_group_name: group.to_owned(),
        log_stream_name: stream.to_owned(),
        log_events: events,
        ..PutLogEventsInput::default()
    };
    match Client::put_log_events(ctx, input.clone()).await {
        Err(fail) if fail.is("ResourceNotFoundException") => {}
        put => return put.map(drop),
    }
    let made =
        CreateLogGroupInput { log_group_name: group.to_owned(), ..CreateLogGroupInput::default() };
    there(Client::create_log_group(ctx, made).await.map(drop))?;
    let made = CreateLogStreamInput {
        log_group_name: group.to_owned(),
        log_stream_name: stream.to_owned(),
    };
    there(Client::create_log_stream(ctx, made).await.map(drop))?;
    Client::put_log_events(ctx, input).await.map(drop)
}

/// What is there already need not be made.
fn there(made: Result<()>) -> Result<()> {
    match made {
        Err(fail) if fail.is("ResourceAlreadyExistsException") => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_events_and_long_ones_several() {
        let text = |batches: Vec<Vec<InputLogEvent>>| -> Vec<Vec<String>> {
            let one = |batch: Vec<InputLogEvent>| batch.into_iter().map(|event| event.message);
            batches.into_iter().map(|batch| one(batch).collect()).collect()
        };
        assert_eq!(text(events(0, "a\n\nb")), [["a\n", "b"]]);
        assert!(events(0, "\n").is_empty());
        let long = "é".repeat(LINE_MAX);
        let all = text(events(0, &long));
        assert_eq!(all.concat().concat(), long);
        assert!(all.concat().iter().all(|line| line.len() <= LINE_MAX));
    }
}
