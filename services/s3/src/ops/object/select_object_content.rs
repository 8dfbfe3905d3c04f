//! `SelectObjectContent`: the records of an object that a query asks for.
//!
//! Results are sent as they are found, a step of the query at a time, and no step is made before
//! the client took what the last one gave. What is wrong with the query, or with what the first
//! step read, is an error as any; what goes wrong later is the stream's last message.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_SelectObjectContent.html>

use std::collections::VecDeque;
use std::sync::Arc;

use aquifer_object::Error as ObjectError;
use aquifer_select::{Query, Selection, Stats, Step};
use platform::{
    AuthMode, Ctx, EventError, EventStream, Fail, Handle, PrincipalKind, Result, Structure, Unit,
    auth_mode,
};
use s3_api::{
    ContinuationEvent, EndEvent, Progress, ProgressEvent, RecordsEvent, SelectObjectContent,
    SelectObjectContentEventStream, SelectObjectContentInput, SelectObjectContentOutput,
    StatsEvent,
};
use tokio::sync::Semaphore;

use crate::encryption::{CustomerKey, customer_key};
use crate::model::Version;
use crate::select::{self, ObjectSource};
use crate::{S3, classes, error, names, store, tiering, usage};

impl Handle<SelectObjectContent> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SelectObjectContentInput,
    ) -> Result<SelectObjectContentOutput> {
        self.select.check(ctx.scope().account)?;
        // Select has no anonymous access, whatever a policy says.
        if auth_mode(ctx) == AuthMode::Enforce && ctx.caller().kind == PrincipalKind::Anonymous {
            return Err(error::access_denied());
        }
        names::check_key(&input.key)?;
        let given = customer_key!(ctx, input);
        let query = Query::parse(&input.expression).map_err(select::refused)?;
        let mut from = select::input(&input.input_serialization)?;
        let to = select::output(&input.output_serialization)?;
        let (version, source) = self.source(ctx, &input, given.as_ref()).await?;
        if let Some(said) = &input.scan_range {
            from.range = Some(select::range(said, version.size)?);
        }
        let now = ctx.now().as_millis();
        let selection = Selection::new(query, from, to, Arc::new(source), now);
        let mut run = Run {
            ctx: ctx.clone(),
            bucket: input.bucket,
            selection: Some(Box::new(selection.map_err(select::refused)?)),
            stats: Stats::default(),
            turns: Arc::clone(&self.select.turns),
            progress: input.request_progress.is_some_and(|said| said.enabled == Some(true)),
            events: VecDeque::new(),
        };
        run.step().await?;
        Ok(SelectObjectContentOutput { payload: run.stream() })
    }
}

impl S3 {
    async fn source(
        &self,
        ctx: &Ctx,
        input: &SelectObjectContentInput,
        given: Option<&CustomerKey>,
    ) -> Result<(Version, ObjectSource)> {
        // Between the row and the bytes an overwrite may let the bytes go: then the row is anew.
        for _ in 0..8 {
            let version = ctx.read(|tx| {
                let owner = input.expected_bucket_owner.as_ref();
                store::bucket(ctx, tx, &input.bucket, owner)?;
                store::readable(tx, &input.bucket, &input.key, None)
            })?;
            if version.storage_class.as_deref() == Some("REDUCED_REDUNDANCY") {
                return Err(Fail::new(
                    "UnsupportedStorageClass",
                    400,
                    "The storage class is not supported. Only STANDARD, STANDARD_IA, and \
                     ONEZONE_IA storage classes are supported.",
                ));
            }
            classes::check_readable(&version)?;
            let key = self.open(ctx, (&input.bucket, &input.key), &version, given).await?;
            match ObjectSource::open(&self.objects, &version, key.as_ref()) {
                Ok(source) => {
                    tiering::touch(ctx, &input.bucket, &input.key, &version).await?;
                    classes::bill(ctx, version.class());
                    return Ok((version, source));
                }
                Err(ObjectError::NotFound(_)) => {}
                Err(failed) => return Err(error::from_objects(failed)),
            }
        }
        Err(Fail::internal(anyhow::anyhow!("the bytes of {} keep going away", input.key)))
    }
}

/// A query whose answer is being sent.
struct Run {
    ctx: Ctx,
    bucket: String,
    /// `None` once it is over.
    selection: Option<Box<Selection>>,
    stats: Stats,
    turns: Arc<Semaphore>,
    progress: bool,
    /// Made and not sent.
    events: VecDeque<SelectObjectContentEventStream>,
}

impl Run {
    /// Makes at least an event, if there are any to come.
    async fn step(&mut self) -> Result<()> {
        let Some(mut selection) = self.selection.take() else { return Ok(()) };
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Fail::internal)?;
        let work = move || {
            let step = selection.step();
            drop(turn);
            (selection, step)
        };
        let worked = self.ctx.spawn_blocking("s3-select", work).await;
        let (selection, step) = worked.map_err(Fail::internal)?;
        self.stats = selection.stats();
        let mut push = |event| self.events.push_back(event);
        match step.map_err(select::refused)? {
            Step::Records(bytes) => {
                push(SelectObjectContentEventStream {
                    records: Some(RecordsEvent { payload: Some(bytes) }),
                    ..Default::default()
                });
                self.selection = Some(selection);
                self.tell_progress();
            }
            Step::Working => {
                // Something must be said, or clients take the connection for dead.
                push(SelectObjectContentEventStream {
                    cont: Some(ContinuationEvent {}),
                    ..Default::default()
                });
                self.selection = Some(selection);
                self.tell_progress();
            }
            Step::Done => {
                self.tell_progress();
                let details = s3_api::Stats {
                    bytes_scanned: count(self.stats.scanned),
                    bytes_processed: count(self.stats.processed),
                    bytes_returned: count(self.stats.returned),
                };
                self.events.push_back(SelectObjectContentEventStream {
                    stats: Some(StatsEvent { details: Some(details) }),
                    ..Default::default()
                });
                self.events.push_back(SelectObjectContentEventStream {
                    end: Some(EndEvent {}),
                    ..Default::default()
                });
            }
        }
        Ok(())
    }

    fn tell_progress(&mut self) {
        if !self.progress {
            return;
        }
        let details = Progress {
            bytes_scanned: count(self.stats.scanned),
            bytes_processed: count(self.stats.processed),
            bytes_returned: count(self.stats.returned),
        };
        self.events.push_back(SelectObjectContentEventStream {
            progress: Some(ProgressEvent { details: Some(details) }),
            ..Default::default()
        });
    }

    fn stream(self) -> EventStream {
        EventStream::new(futures::stream::unfold(self, |mut run| async move {
            if run.events.is_empty()
                && let Err(fail) = run.step().await
            {
                return Some((Err(said(&run.ctx, &fail).into()), run));
            }
            let event = Box::new(run.events.pop_front()?) as Box<dyn Structure>;
            Some((Ok(event), run))
        }))
    }
}

/// What was read and sent is billed once the answer ends, however it does.
impl Drop for Run {
    fn drop(&mut self) {
        let (scanned, returned) = (self.stats.scanned as f64, self.stats.returned as f64);
        self.ctx.meter(Unit::BytesScanned, scanned, &self.bucket);
        self.ctx.meter(Unit::BytesReturned, returned, &self.bucket);
        if usage::crosses(&self.ctx) {
            self.ctx.meter(Unit::BytesOut, returned, &self.bucket);
        }
    }
}

fn count(bytes: u64) -> Option<i64> {
    i64::try_from(bytes).ok()
}

/// A failure as the stream's last message.
fn said(ctx: &Ctx, fail: &Fail) -> EventError {
    if fail.is_sender() {
        return EventError { code: fail.code().to_owned(), message: fail.message().to_owned() };
    }
    let id = ctx.request_id();
    tracing::error!(request = id, error = ?fail, "a query over an object failed");
    EventError {
        code: "InternalError".to_owned(),
        message: "We encountered an internal error. Please try again.".to_owned(),
    }
}
