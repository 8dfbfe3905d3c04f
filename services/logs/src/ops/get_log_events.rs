//! `GetLogEvents`: the events of a stream, from its beginning or from its end.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>

use logs_api::{GetLogEvents, GetLogEventsInput, GetLogEventsOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::events::{self, ANSWER_BYTES, ANSWER_EVENTS, Place};
use crate::store::{EVENTS, OF_STREAMS, STREAMS};
use crate::{Logs, error, groups};

impl Handle<GetLogEvents> for Logs {
    async fn handle(&self, ctx: &Ctx, input: GetLogEventsInput) -> Result<GetLogEventsOutput> {
        let name = groups::name(input.log_group_name, input.log_group_identifier)?;
        let stream = input.log_stream_name;
        let limit =
            input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(ANSWER_EVENTS);
        let given = input.next_token.as_deref().map(events::place).transpose()?;
        let forward = match given {
            Some((way, _)) => way == 'f',
            None => input.start_from_head.unwrap_or_default(),
        };
        let now = ctx.now();
        let found = ctx.read(|tx| {
            let group = groups::get(tx, &name)?;
            let id = group.id;
            if !STREAMS.contains(tx, &(id, stream.as_str()))? {
                return Err(error::no_stream());
            }
            let start = input.start_time.unwrap_or(0).max(group.kept_since(now));
            let end = input.end_time.unwrap_or(i64::MAX);
            let at = |(time, number): Place| (id, stream.clone(), time, number);
            let rows = OF_STREAMS.scan(tx).prefix(&(id, stream.as_str()));
            let rows = rows.from(&at((start, 0))).until(&at((end, 0)));
            let rows = match (given, forward) {
                (Some((_, place)), true) if place.0 >= start => rows.after(&at(place)),
                (Some((_, place)), false) if place.0 < end => rows.until(&at(place)).reverse(),
                (_, false) => rows.reverse(),
                _ => rows,
            };
            let (mut found, mut bytes) = (Vec::new(), 0);
            for key in rows.keys() {
                let (_, _, time, number) = key?;
                let Some(event) = EVENTS.get(tx, &(id, time, number))? else { continue };
                bytes += events::size(&event.message);
                if found.len() == limit || (bytes > ANSWER_BYTES && !found.is_empty()) {
                    break;
                }
                found.push(((time, number), event));
            }
            if !forward {
                found.reverse();
            }
            Ok::<_, Fail>(found)
        })?;
        // Where nothing is left, what was given is answered again.
        let here = given.map_or((0, 0), |(_, place)| place);
        let first = found.first().map_or(here, |(place, _)| *place);
        let last = found.last().map_or(here, |(place, _)| *place);
        let shown = found.into_iter().map(|((time, _), event)| events::shown(time, event));
        Ok(GetLogEventsOutput {
            events: Some(shown.collect()),
            next_forward_token: Some(events::token('f', last)),
            next_backward_token: Some(events::token('b', first)),
        })
    }
}
