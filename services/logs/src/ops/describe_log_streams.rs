//! `DescribeLogStreams`: the streams of a group, by name or by their last events.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html>

use logs_api::{
    DescribeLogStreams, DescribeLogStreamsInput, DescribeLogStreamsOutput, LogStream, OrderBy,
};
use platform::{Ctx, Fail, Handle, Page, Result, decode_token};

use crate::store::{STREAMS, Stream};
use crate::{Logs, error, groups};

/// What a page holds, where nobody said otherwise.
const LIMIT: usize = 50;

impl Handle<DescribeLogStreams> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeLogStreamsInput,
    ) -> Result<DescribeLogStreamsOutput> {
        let name = groups::name(input.log_group_name, input.log_group_identifier)?;
        let by_time = input.order_by == Some(OrderBy::LastEventTime);
        let prefix = input.log_stream_name_prefix.unwrap_or_default();
        if by_time && !prefix.is_empty() {
            return Err(error::invalid(
                "Cannot order by LastEventTime with a logStreamNamePrefix.",
            ));
        }
        let descending = input.descending.unwrap_or_default();
        let list = format!("DescribeLogStreams/{name}/{prefix}/{by_time}/{descending}");
        let after = match input.next_token.as_deref() {
            Some(token) => Some(
                decode_token(&list, token)
                    .ok_or_else(|| error::invalid("The specified nextToken is invalid."))?,
            ),
            None => None,
        };
        let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LIMIT);
        let mut rows = ctx.read(|tx| {
            let id = groups::get(tx, &name)?.id;
            let rows = STREAMS.scan(tx).starting_with(&(id,), &prefix);
            let rows = rows.map(|row| row.map(|((_, stream), row)| (stream, row)));
            Ok::<_, Fail>(rows.collect::<Result<Vec<_>, _>>()?)
        })?;
        let place = |(stream, row): &(String, Stream)| match by_time {
            true => format!("{:020}/{stream}", row.last.unwrap_or_default()),
            false => stream.clone(),
        };
        rows.sort_by_key(place);
        if descending {
            rows.reverse();
        }
        let rows = rows.into_iter().skip_while(|row| {
            after.as_ref().is_some_and(|after| match descending {
                true => place(row) >= *after,
                false => place(row) <= *after,
            })
        });
        let page = Page::take(&list, rows.map(Ok::<_, Fail>), limit, place)?;
        let arn = groups::arn(ctx.scope(), &name);
        let shown = page.items.into_iter().map(|(stream, row)| LogStream {
            arn: Some(format!("{arn}:log-stream:{stream}")),
            creation_time: Some(groups::millis(row.created)),
            first_event_timestamp: row.first,
            last_event_timestamp: row.last,
            last_ingestion_time: row.ingested,
            log_stream_name: Some(stream),
            stored_bytes: Some(0),
            upload_sequence_token: None,
        });
        Ok(DescribeLogStreamsOutput {
            log_streams: Some(shown.collect()),
            next_token: page.next_token,
        })
    }
}
