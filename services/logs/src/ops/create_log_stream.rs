//! `CreateLogStream`: a new stream in a group.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html>

use logs_api::{CreateLogStream, CreateLogStreamInput, CreateLogStreamOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::{STREAMS, Stream};
use crate::{Logs, error, groups};

impl Handle<CreateLogStream> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateLogStreamInput,
    ) -> Result<CreateLogStreamOutput> {
        let (group, name) = (input.log_group_name, input.log_stream_name);
        let created = ctx.now();
        ctx.write(|tx| {
            let key = (groups::get(tx, &group)?.id, name);
            if STREAMS.get(tx, &key)?.is_some() {
                return Err(error::stream_exists());
            }
            STREAMS.put(tx, &key, &Stream { created, first: None, last: None, ingested: None })?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(CreateLogStreamOutput {})
    }
}
