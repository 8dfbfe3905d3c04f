//! `FilterLogEvents`: the events of a group that a pattern wants, in the order of their times.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>

use logs_api::{FilterLogEvents, FilterLogEventsInput, FilterLogEventsOutput, FilteredLogEvent};
use platform::{Ctx, Fail, Handle, Result};

use crate::events::{self, ANSWER_BYTES, ANSWER_EVENTS};
use crate::pattern::Pattern;
use crate::store::{EVENTS, STREAMS};
use crate::{Logs, error, groups};

/// How many events one call looks at.
const LOOKED_MAX: usize = 20_000;

impl Handle<FilterLogEvents> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: FilterLogEventsInput,
    ) -> Result<FilterLogEventsOutput> {
        let name = groups::name(input.log_group_name, input.log_group_identifier)?;
        let pattern = Pattern::parse(input.filter_pattern.as_deref().unwrap_or_default())?;
        let (streams, prefix) = (input.log_stream_names, input.log_stream_name_prefix);
        if streams.is_some() && prefix.is_some() {
            return Err(error::invalid(
                "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.",
            ));
        }
        let limit =
            input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(ANSWER_EVENTS);
        let after = match input.next_token.as_deref() {
            Some(token) => Some(events::place(token)?.1),
            None => None,
        };
        let now = ctx.now();
        let (found, next) = ctx.read(|tx| {
            let group = groups::get(tx, &name)?;
            let id = group.id;
            for stream in streams.iter().flatten() {
                if !STREAMS.contains(tx, &(id, stream.as_str()))? {
                    return Err(error::no_stream());
                }
            }
            let start = input.start_time.unwrap_or(0).max(group.kept_since(now));
            let end = input.end_time.unwrap_or(i64::MAX);
            let rows =
                EVENTS.scan(tx).prefix(&(id,)).from(&(id, start, 0)).through_prefix(&(id, end));
            let rows = match after {
                Some((time, number)) if time >= start => rows.after(&(id, time, number)),
                _ => rows,
            };
            let (mut found, mut bytes, mut last) = (Vec::new(), 0, None);
            for (looked, row) in rows.enumerate() {
                let ((_, time, number), event) = row?;
                if found.len() == limit || bytes > ANSWER_BYTES || looked == LOOKED_MAX {
                    return Ok((found, last));
                }
                last = Some((time, number));
                let of = streams.as_ref().is_none_or(|all| all.contains(&event.stream))
                    && event.stream.starts_with(prefix.as_deref().unwrap_or_default());
                if of && pattern.wants(&event.message) {
                    bytes += events::size(&event.message);
                    found.push(((time, number), event));
                }
            }
            Ok::<_, Fail>((found, None))
        })?;
        let shown = found.into_iter().map(|((time, number), event)| FilteredLogEvent {
            event_id: Some(format!("{time:020}{number:036}")),
            timestamp: Some(time),
            ingestion_time: Some(event.ingested),
            log_stream_name: Some(event.stream),
            message: Some(event.message),
        });
        Ok(FilterLogEventsOutput {
            events: Some(shown.collect()),
            // AWS: it says nothing of streams any more.
            searched_log_streams: Some(Vec::new()),
            next_token: next.map(|place| events::token('f', place)),
        })
    }
}
