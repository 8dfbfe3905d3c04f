//! `ListJobs`: the jobs of the account and region, those that ended lately included.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListJobs.html>

use platform::{Ctx, Fail, Handle, Page, Result, decode_token};
use s3control_api::{JobListDescriptor, ListJobs, ListJobsInput, ListJobsOutput};

use crate::store::JOBS;
use crate::{S3Control, account, error};

const LIST: &str = "ListJobs";
const PAGE: usize = 1_000;

impl Handle<ListJobs> for S3Control {
    async fn handle(&self, ctx: &Ctx, input: ListJobsInput) -> Result<ListJobsOutput> {
        account::check(ctx, &input.account_id)?;
        let token = input.next_token.as_deref();
        let decode = |token| decode_token(LIST, token).ok_or_else(error::invalid_next_token);
        let after = token.map(decode).transpose()?;
        let asked = input.max_results.and_then(|most| usize::try_from(most).ok());
        let limit = asked.unwrap_or(PAGE).clamp(1, PAGE);
        let (wanted, now) = (input.job_statuses.unwrap_or_default(), ctx.now());
        let page = ctx.read(|tx| {
            let jobs = match after.as_deref() {
                Some(id) => JOBS.scan(tx).after(id),
                None => JOBS.scan(tx),
            };
            let told = jobs.filter_map(|row| match row {
                Ok((_, row)) => {
                    let is_wanted = wanted.is_empty() || wanted.contains(&row.status());
                    (is_wanted && !row.is_forgotten(now)).then(|| Ok(row.summary()))
                }
                Err(error) => Some(Err(Fail::from(error))),
            });
            let id = |job: &JobListDescriptor| job.job_id.clone().unwrap_or_default();
            Page::take(LIST, told, limit, id)
        })?;
        Ok(ListJobsOutput { jobs: Some(page.items), next_token: page.next_token })
    }
}
