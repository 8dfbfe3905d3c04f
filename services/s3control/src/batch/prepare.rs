//! Makes the tasks of a job, before any is done.

use platform::{Ctx, Fail, Result};
use s3control_api::JobStatus;

use super::output::Output;
use super::{generate, manifest, wait_for_confirmation};
use crate::model::{CONFIRMED_WITHIN, Chunk, JobRow, Task};
use crate::store::{self, CHUNKS, JOBS};

/// Tasks of a chunk.
const CHUNK: usize = 500;

/// Why a job does not go on.
pub(super) enum Stop {
    /// It fails: a code and a sentence.
    Failed(String, String),
    /// The server is stopping, or something failed that is not the job's fault.
    Again(anyhow::Error),
}

impl From<Fail> for Stop {
    fn from(fail: Fail) -> Stop {
        match fail.is_sender() {
            true => Stop::Failed(fail.code().to_owned(), fail.message().to_owned()),
            false => Stop::Again(anyhow::anyhow!("{}: {}", fail.code(), fail.message())),
        }
    }
}

/// Where the tasks of a job go as they are made.
pub(super) struct Sink<'a> {
    ctx: &'a Ctx,
    id: &'a str,
    chunk: Vec<Task>,
    chunks: u64,
    total: u64,
    /// Where what is generated is kept besides.
    output: Option<Output<'a>>,
}

impl Sink<'_> {
    /// Adds a task.
    pub async fn put(&mut self, task: Task) -> Result<(), Stop> {
        if let Some(output) = &mut self.output {
            output.put(&task).await?;
        }
        self.chunk.push(task);
        if self.chunk.len() < CHUNK {
            return Ok(());
        }
        if self.ctx.shutdown_token().is_cancelled() {
            return Err(Stop::Again(anyhow::anyhow!("the server is stopping")));
        }
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Stop> {
        let tasks = std::mem::take(&mut self.chunk);
        self.total += tasks.len() as u64;
        let (id, number) = (self.id, self.chunks);
        self.chunks += 1;
        self.ctx
            .write(|tx| Ok::<_, Fail>(CHUNKS.put(tx, &(id, number), &Chunk { tasks })?))
            .await?;
        Ok(())
    }
}

/// Prepares a job; `role` acts as its role. What an interrupted preparation left is made anew.
pub(super) async fn prepare(ctx: &Ctx, role: &Ctx, id: &str, row: &JobRow) -> Result<(), Stop> {
    while ctx.write(|tx| store::clear(tx, id)).await? {}
    let job = &row.job.0;
    let generator = job.manifest_generator.as_ref();
    let generator = generator.and_then(|g| g.s3_job_manifest_generator.as_ref());
    let output = generator.and_then(|generator| Output::of(role, id, generator));
    let mut sink = Sink { ctx, id, chunk: Vec::new(), chunks: 0, total: 0, output };
    if let Some(given) = &job.manifest {
        manifest::read(role, given, &mut sink).await?;
    }
    if let Some(generator) = generator {
        generate::generate(role, job.operation.as_ref(), generator, &mut sink).await?;
    }
    if !sink.chunk.is_empty() {
        sink.flush().await?;
    }
    let total = sink.total;
    if total == 0 {
        let reason = match generator {
            Some(_) => "Manifest generation found no keys matching the filter criteria.",
            None => "The manifest names no objects.",
        };
        return Err(Stop::Failed("EmptyManifest".to_owned(), reason.to_owned()));
    }
    let kept = match sink.output.take() {
        Some(output) => Some(output.finish().await?),
        None => None,
    };
    let confirm = job.confirmation_required == Some(true);
    let now = ctx.now();
    ctx.write(|tx| {
        let Some(mut row) = JOBS.get(tx, id)? else { return Ok(()) };
        row.progress.total = total;
        row.job.0.generated_manifest_descriptor = kept;
        // It may have been cancelled meanwhile.
        if row.status() == JobStatus::Preparing {
            row.set(if confirm { JobStatus::Suspended } else { JobStatus::Ready });
            if confirm {
                row.job.0.suspended_cause = Some("Awaiting confirmation".to_owned());
                row.job.0.suspended_date = Some(now);
                wait_for_confirmation(tx, id, now + CONFIRMED_WITHIN)?;
            }
        }
        Ok::<_, Fail>(JOBS.put(tx, id, &row)?)
    })
    .await?;
    Ok(())
}
