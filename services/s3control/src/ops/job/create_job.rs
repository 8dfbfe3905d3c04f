//! `CreateJob`: an operation to be done to every object of a list.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html>

use platform::{Arn, Ctx, Fail, Handle, Result, Stored};
use s3control_api::{CreateJob, CreateJobInput, CreateJobOutput, JobDescriptor, JobStatus};

use crate::batch::{self, check};
use crate::model::{JobRow, Progress};
use crate::store::JOBS;
use crate::{S3Control, account};

impl Handle<CreateJob> for S3Control {
    async fn handle(&self, ctx: &Ctx, input: CreateJobInput) -> Result<CreateJobOutput> {
        account::check(ctx, &input.account_id)?;
        check::job(ctx, &input)?;
        // Whoever gives a job a role must be allowed to.
        let role = input.role_arn.as_str();
        platform::require(ctx, &s3control_api::SERVICE, "iam:PassRole", role).await?;
        let tags = check::tags(input.tags.as_deref().unwrap_or_default())?;
        let id = ctx.ids().uuid();
        let arn = Arn::new("s3", ctx.scope(), &format!("job/{id}"));
        if !tags.is_empty() {
            let service = &s3control_api::SERVICE;
            platform::require(ctx, service, "s3:PutJobTagging", arn.as_str()).await?;
        }
        let job = JobDescriptor {
            job_id: Some(id.clone()),
            job_arn: Some(arn.to_string()),
            creation_time: Some(ctx.now().floor_millis()),
            status: Some(JobStatus::New),
            confirmation_required: input.confirmation_required,
            description: input.description.clone(),
            manifest: input.manifest.clone(),
            manifest_generator: input.manifest_generator.clone(),
            operation: Some(input.operation.clone()),
            priority: Some(input.priority),
            report: Some(input.report.clone()),
            role_arn: Some(input.role_arn.clone()),
            ..JobDescriptor::default()
        };
        let row = JobRow { job: Stored(job), tags, progress: Progress::default() };
        let output = CreateJobOutput { job_id: Some(id.clone()) };
        ctx.write(|tx| {
            platform::remember::<CreateJob>(ctx, tx, &input, &output)?;
            JOBS.put(tx, &id, &row)?;
            batch::wake(tx, ctx.now())?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(output)
    }
}
