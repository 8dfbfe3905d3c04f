//! `DeleteLogStream`: a stream goes with its events.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html>

use logs_api::{DeleteLogStream, DeleteLogStreamInput, DeleteLogStreamOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::{EVENTS, GROUPS, OF_STREAMS, STREAMS};
use crate::{Logs, error, events, groups};

impl Handle<DeleteLogStream> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteLogStreamInput,
    ) -> Result<DeleteLogStreamOutput> {
        let (name, stream) = (input.log_group_name, input.log_stream_name);
        ctx.write(|tx| {
            let mut group = groups::get(tx, &name)?;
            let key = (group.id, stream.as_str());
            if !STREAMS.delete(tx, &key)? {
                return Err(error::no_stream());
            }
            let rows = OF_STREAMS.scan(tx).prefix(&key).keys().collect::<Result<Vec<_>, _>>()?;
            for (id, _, time, number) in rows {
                if let Some(event) = EVENTS.get(tx, &(id, time, number))? {
                    group.bytes -= events::size(&event.message) as i64;
                }
                EVENTS.delete(tx, &(id, time, number))?;
            }
            OF_STREAMS.delete_prefix(tx, &key)?;
            GROUPS.put(tx, &name, &group)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteLogStreamOutput {})
    }
}
