//! `StartQueryExecution`: accepts a query; it runs when its turn comes.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html>

use std::sync::Arc;

use athena_api::{
    QueryExecutionContext, ResultConfiguration, ResultReuseConfiguration, StartQueryExecution,
    StartQueryExecutionInput, StartQueryExecutionOutput,
};
use platform::{Ctx, Fail, Handle, Result, Stored};
use s3_api::{Client as S3, GetBucketLocationInput};

use crate::model::{Cost, Execution, State, WorkGroupRow};
use crate::queue::Live;
use crate::statement::{Class, ResultFile, classify};
use crate::uri::S3Uri;
use crate::{Athena, access, encryption, engine, error, jobs, run, store};

/// Bytes of a statement.
const QUERY_MAX: usize = 262_144;
/// A week.
const REUSE_MINUTES_MAX: i32 = 10_080;

impl Handle<StartQueryExecution> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: StartQueryExecutionInput,
    ) -> Result<StartQueryExecutionOutput> {
        let workgroup = access::workgroup(ctx, input.work_group.clone()).await?;
        refuse(&input)?;
        let settings = ctx.read(|tx| store::workgroup(tx, &workgroup))?;
        if settings.disabled {
            return Err(error::workgroup_disabled(&workgroup));
        }
        let result = result_configuration(&settings, input.result_configuration.as_ref())?;
        let class = classify(&self.core.dialect, &input.query_string)?;
        if class.places_table && enforces_location(&settings) {
            return Err(error::external_location());
        }
        check_bucket(ctx, &result).await?;
        if self.core.queue.is_full() {
            return Err(error::too_many_queries());
        }

        let id = ctx.ids().uuid();
        let row = accepted(ctx, &input, workgroup, &settings, class, file(result, &id, class)?);
        let output = StartQueryExecutionOutput { query_execution_id: Some(id.clone()) };
        // A task of its own: a client that goes away must not leave a query accepted and not begun.
        let (core, own) = (self.core.clone(), ctx.clone());
        let accepted = ctx.spawn("athena: accept a query", async move {
            let kept = own.write(|tx| -> Result<()> {
                // The workgroup may have gone since.
                store::workgroup(tx, &row.workgroup)?;
                platform::remember::<StartQueryExecution>(&own, tx, &input, &output)?;
                jobs::expect_old_age(tx, row.submitted)?;
                Ok(store::accept(tx, &id, &row)?)
            });
            kept.await?;
            let live = Live::new(own.scope().clone(), id, row, own.shutdown_token());
            core.queue.enter(Arc::new(live));
            run::start_waiting(&core, own.parts());
            Ok(output)
        });
        accepted.await.map_err(Fail::internal)?
    }
}

fn refuse(input: &StartQueryExecutionInput) -> Result<()> {
    if input.engine_configuration.is_some() {
        return Err(error::not_implemented("EngineConfiguration"));
    }
    if input.query_string.len() > QUERY_MAX {
        return Err(error::invalid(format!(
            "Query string length must be less than or equal to {QUERY_MAX} bytes"
        )));
    }
    let context = input.query_execution_context.as_ref();
    if let Some(catalog) = context.and_then(|context| context.catalog.as_deref())
        && !catalog.eq_ignore_ascii_case(engine::CATALOG)
    {
        return Err(error::invalid(format!("DataCatalog {catalog} was not found")));
    }
    let reuse = input.result_reuse_configuration.as_ref();
    let reuse = reuse.and_then(|reuse| reuse.result_reuse_by_age_configuration.as_ref());
    if let Some(minutes) = reuse.and_then(|reuse| reuse.max_age_in_minutes)
        && !(0..=REUSE_MINUTES_MAX).contains(&minutes)
    {
        return Err(error::invalid(format!(
            "MaxAgeInMinutes must be between 0 and {REUSE_MINUTES_MAX}"
        )));
    }
    Ok(())
}

/// Whether the workgroup says where everything goes, whatever requests say.
fn enforces_location(settings: &WorkGroupRow) -> bool {
    let configuration = &settings.configuration.0;
    let own = configuration.result_configuration.as_ref();
    configuration.enforce_work_group_configuration == Some(true)
        && own.is_some_and(|own| own.output_location.is_some())
}

/// Where and how results are written: the workgroup's word, if it insists or the request has none.
fn result_configuration(
    settings: &WorkGroupRow,
    asked: Option<&ResultConfiguration>,
) -> Result<ResultConfiguration> {
    let own = settings.configuration.0.result_configuration.as_ref();
    let mut result = match (own, asked) {
        (Some(own), _) if enforces_location(settings) => own.clone(),
        (_, Some(asked)) => asked.clone(),
        (Some(own), None) => own.clone(),
        (None, None) => ResultConfiguration::default(),
    };
    if result.output_location.is_none() {
        result.output_location = own.and_then(|own| own.output_location.clone());
    }
    encryption(settings, &mut result)?;
    let Some(location) = result.output_location.as_deref() else {
        return Err(error::no_output_location());
    };
    if S3Uri::parse(location).is_none() {
        return Err(error::invalid("outputLocation is not a valid S3 path."));
    }
    Ok(result)
}

/// Whose word on encryption counts, and whether it is strong enough.
fn encryption(settings: &WorkGroupRow, result: &mut ResultConfiguration) -> Result<()> {
    let configuration = &settings.configuration.0;
    let own = configuration.result_configuration.as_ref();
    let own = own.and_then(|own| own.encryption_configuration.as_ref());
    if configuration.enforce_work_group_configuration == Some(true) && own.is_some() {
        result.encryption_configuration = own.cloned();
    }
    encryption::check(result)?;
    let option = result.encryption_configuration.as_ref().map(|asked| asked.encryption_option);
    let least = own.map(|own| own.encryption_option);
    if configuration.enable_minimum_encryption_configuration == Some(true)
        && encryption::strength(option) < encryption::strength(least)
    {
        return Err(error::invalid(
            "The encryption of the query results is below the minimum encryption level of the \
             workgroup",
        ));
    }
    Ok(())
}

/// Refuses a bucket that is not there. One that the caller may not ask about is left to the write.
async fn check_bucket(ctx: &Ctx, result: &ResultConfiguration) -> Result<()> {
    let Some(uri) = result.output_location.as_deref().and_then(S3Uri::parse) else {
        return Err(error::no_output_location());
    };
    let bucket = uri.bucket.clone();
    let input = GetBucketLocationInput { bucket: uri.bucket, ..GetBucketLocationInput::default() };
    match S3::get_bucket_location(ctx, input).await {
        Err(fail) if matches!(fail.code(), "NoSuchBucket" | "InvalidBucketName") => {
            Err(error::invalid(format!("Unable to verify/create output bucket {bucket}")))
        }
        _ => Ok(()),
    }
}

/// The configuration with the result file of this query as its location.
fn file(mut result: ResultConfiguration, id: &str, class: Class) -> Result<ResultConfiguration> {
    let location = result.output_location.as_deref().and_then(S3Uri::parse);
    let location = location.ok_or_else(error::no_output_location)?;
    let name = match class.file {
        ResultFile::Csv => format!("{id}.csv"),
        ResultFile::Text => format!("{id}.txt"),
        ResultFile::Table => format!("tables/{id}"),
        ResultFile::Files => id.to_owned(),
    };
    let key = format!("{}{name}", location.folder());
    result.output_location = Some(S3Uri { bucket: location.bucket, key }.to_string());
    Ok(result)
}

fn accepted(
    ctx: &Ctx,
    input: &StartQueryExecutionInput,
    workgroup: String,
    settings: &WorkGroupRow,
    class: Class,
    result: ResultConfiguration,
) -> Execution {
    let context = input.query_execution_context.clone();
    let QueryExecutionContext { catalog, database } = context.unwrap_or_default();
    let reuse: Option<ResultReuseConfiguration> = input.result_reuse_configuration.clone();
    Execution {
        query: input.query_string.clone(),
        workgroup,
        catalog,
        database,
        parameters: input.execution_parameters.clone().unwrap_or_default(),
        kind: class.kind,
        substatement: class.name.to_owned(),
        only_reads: class.only_reads,
        result: Stored(result),
        reuse: Stored(reuse.unwrap_or_default()),
        place_enforced: enforces_location(settings),
        cutoff_bytes: settings.configuration.0.bytes_scanned_cutoff_per_query,
        submitted: ctx.now(),
        caller: ctx.caller().clone(),
        session: ctx.session().cloned(),
        state: State::Queued,
        completed: None,
        reason: None,
        failure: None,
        cost: Cost::default(),
        manifest: None,
    }
}
