//! Results used a second time: the same question, asked by someone who may read the answer, soon
//! enough after it was answered.

use std::time::Duration;

use s3_api::{Client, HeadObjectInput};

use super::{Done, Run};
use crate::failure::Failure;
use crate::store;
use crate::uri::S3Uri;

/// Minutes, where the request does not say.
const AGE_DEFAULT: i32 = 60;

impl Run {
    /// The earlier result that stands for this query's own, if it may.
    pub(super) async fn reused(&self) -> Result<Option<Done>, Failure> {
        let row = &self.live.row;
        let asked = row.reuse.0.result_reuse_by_age_configuration.as_ref();
        let Some(asked) = asked.filter(|asked| asked.enabled && row.substatement == "SELECT")
        else {
            return Ok(None);
        };
        let minutes = asked.max_age_in_minutes.unwrap_or(AGE_DEFAULT).unsigned_abs();
        let since = self.ctx.now() - Duration::from_secs(60 * u64::from(minutes));
        // Without its rows at hand the query runs: nothing is lost but time.
        let Ok(Some(earlier)) = self.ctx.read(|tx| store::answer(tx, row, since)) else {
            return Ok(None);
        };
        let Some(file) = S3Uri::parse(earlier.output()) else { return Ok(None) };
        let input = HeadObjectInput {
            bucket: file.bucket.clone(),
            key: file.key.clone(),
            ..HeadObjectInput::default()
        };
        if Client::head_object(&self.ctx, input).await.is_err() {
            return Ok(None);
        }
        Ok(Some(Done { output: Some(file.to_string()), reused: true, ..Done::default() }))
    }
}
