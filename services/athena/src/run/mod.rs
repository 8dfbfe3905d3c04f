//! One query, from its turn to its end.

mod ctas;
mod ddl;
mod iceberg;
mod insert;
mod layout;
mod msck;
mod output;
mod prepared;
mod reuse;
mod select;
mod show;
mod unload;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use aquifer_sql::{Prepared, SessionOptions, SqlError};
use aquifer_sql_hive::{Statement, TableName};
use aquifer_sql_iceberg::Io;
use futures::FutureExt;
use platform::{Ctx, PlatformParts, Principal, Scope, Session, StoreError, Unit};

use crate::access::is_denial;
use crate::catalog::GlueCatalog;
use crate::encryption::Encryption;
use crate::engine::CATALOG;
use crate::failure::Failure;
use crate::model::{Execution, Kind, State};
use crate::queue::Live;
use crate::s3_store::{Budget, Stores};
use crate::{Core, jobs, store};

pub(crate) use iceberg::QUERY_ID;
pub(crate) use layout::{AVRO_INPUT, ORC_INPUT, PARQUET_INPUT, TEXT_INPUT};

/// A query that runs longer, of real time, has failed.
const RUN_MAX: Duration = Duration::from_secs(30 * 60);
/// Where unqualified names are looked up if the request names no database.
const DATABASE_DEFAULT: &str = "default";

/// What a statement left behind.
#[derive(Default)]
pub(crate) struct Done {
    /// Its result, where that is not the file that was expected.
    output: Option<String>,
    /// The list of files it wrote.
    manifest: Option<String>,
    /// Rows it wrote.
    written: Option<u64>,
    /// Whether an earlier result stands for its own.
    reused: bool,
}

/// A query at work.
pub(crate) struct Run {
    core: Arc<Core>,
    live: Arc<Live>,
    /// The caller, as the room calls others on its behalf.
    ctx: Ctx,
    catalog: GlueCatalog,
    /// S3, as the caller.
    stores: Arc<Stores>,
}

/// Starts as many waiting queries as may run.
pub(crate) fn start_waiting(core: &Arc<Core>, parts: &PlatformParts) {
    while let Some(live) = core.queue.next() {
        let (inner, own) = (core.clone(), parts.clone());
        core.workers.spawn(parts, "athena: query", async move {
            carry_out(&inner, &own, live).await;
            inner.queue.end();
            start_waiting(&inner, &own);
        });
    }
}

async fn carry_out(core: &Arc<Core>, parts: &PlatformParts, live: Arc<Live>) {
    live.started();
    let (caller, session) = (live.row.caller.clone(), live.row.session.clone());
    let ctx = acting(parts, &live.scope, caller, session);
    let limit = live.row.cutoff_bytes.and_then(|limit| u64::try_from(limit).ok());
    let budget = Arc::new(Budget::new(limit));
    let kms_key = Encryption::of(&live.row.result.0).kms_key().map(str::to_owned);
    let stores = Arc::new(Stores { ctx: ctx.clone(), budget, live: live.clone(), kms_key });
    let catalog = GlueCatalog::new(ctx.clone(), Io::new(stores.clone()));
    let run = Run { core: core.clone(), live: live.clone(), ctx: ctx.clone(), catalog, stores };
    let mut work = std::pin::pin!(AssertUnwindSafe(run.statement()).catch_unwind());
    let (outcome, late) = match tokio::time::timeout(RUN_MAX, &mut work).await {
        Ok(outcome) => (outcome, false),
        Err(_) => {
            // What it has written must go before it ends.
            live.cancel.cancel();
            (work.await, true)
        }
    };
    if outcome.is_err() {
        live.left_something();
    }
    let outcome = told_of(outcome, late);
    if outcome.is_err() && !late && live.cancel.is_cancelled() && live.told().is_none() {
        // The server is ending: what is to become of the query is decided when it starts again.
        core.queue.forget(&live.id);
        return;
    }
    finish(core, &ctx, &live, outcome).await;
}

/// What is told of how the work ended; the outer error is a panic's.
fn told_of(
    outcome: std::thread::Result<Result<Done, Failure>>,
    late: bool,
) -> Result<Done, Failure> {
    match outcome {
        // What is done is done, however long it took.
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) if late => Err(Failure::timed_out()),
        Ok(Err(failure)) => Err(failure),
        Err(_) => Err(SqlError::internal("the query engine panicked").into()),
    }
}

/// The context in which a query's own calls are made, on behalf of who started it.
pub(crate) fn acting(
    parts: &PlatformParts,
    scope: &Scope,
    caller: Principal,
    session: Option<Session>,
) -> Ctx {
    let ctx = Ctx::root(parts, scope.clone()).with_caller(caller);
    let ctx = match session {
        Some(session) => ctx.with_session(session),
        None => ctx,
    };
    // Calls between services are never in the clear.
    ctx.clone()
        .with_transport(true, None, Some(athena_api::SERVICE.principal))
        .with_operation(athena_api::SERVICE.name, "StartQueryExecution")
}

/// Keeps how a query ended and reports what it is charged for.
pub(crate) async fn finish(core: &Core, ctx: &Ctx, live: &Live, outcome: Result<Done, Failure>) {
    if !live.settle() {
        // Someone else has told its end: it was stopped while it was busy.
        return;
    }
    let row = ended(ctx, live, outcome);
    let charged = match row.state {
        State::Succeeded | State::Cancelled => row.kind == Kind::Dml || row.cost.scanned_bytes > 0,
        State::Failed | State::Queued => false,
    };
    let kept = ctx.write(|tx| {
        if live.is_untidy() && store::writing(tx, &live.id)?.is_some() {
            jobs::undo_later(tx, ctx.now(), &live.id)?;
        } else {
            store::end_writing(tx, &live.id)?;
        }
        if !store::finish(tx, &live.id, &row)? {
            return Ok(());
        }
        let answers =
            row.state == State::Succeeded && !row.cost.reused && row.substatement == "SELECT";
        if answers { store::put_answer(tx, &live.id, &row) } else { Ok(()) }
    });
    let kept: Result<(), StoreError> = kept.await;
    if let Err(error) = kept {
        // It stays among the live ones, so that nobody takes it for waiting without end; a start
        // of the server settles it.
        tracing::error!(%error, query = live.id, "a query's end cannot be kept");
    } else {
        core.queue.forget(&live.id);
    }
    if charged && row.cost.scanned_bytes > 0 {
        ctx.meter(Unit::BytesScanned, row.cost.scanned_bytes as f64, &row.workgroup);
    }
}

fn ended(ctx: &Ctx, live: &Live, outcome: Result<Done, Failure>) -> Execution {
    let mut row = live.row.clone();
    row.completed = Some(ctx.now());
    row.cost = live.cost();
    match outcome {
        Ok(done) => {
            row.state = State::Succeeded;
            row.manifest = done.manifest;
            if let Some(output) = done.output {
                row.result.0.output_location = Some(output);
            }
            row.cost.reused = done.reused;
            if let Some(written) = done.written {
                row.cost.output_rows = i64::try_from(written).unwrap_or(i64::MAX);
            }
        }
        Err(failure) => match live.told() {
            Some(why) => {
                row.state = State::Cancelled;
                row.reason = Some(why);
            }
            None => {
                row.state = State::Failed;
                row.reason = Some(failure.reason.clone());
                row.failure = Some(failure);
            }
        },
    }
    row
}

impl Run {
    async fn statement(&self) -> Result<Done, Failure> {
        self.check_wanted()?;
        let row = &self.live.row;
        if let Some(done) = self.reused().await? {
            return Ok(done);
        }
        self.check_catalog().await?;
        let Some(statement) = aquifer_sql_hive::parse(&row.query)? else {
            return self.query(&row.query, &row.parameters).await;
        };
        if let Statement::Execute { name, arguments } = statement {
            let given = arguments.into_iter().map(|argument| argument.text);
            let parameters: Vec<String> = given.chain(row.parameters.iter().cloned()).collect();
            let sql = self.prepared_query(&name)?;
            return self.query(&sql, &parameters).await;
        }
        if !row.parameters.is_empty() {
            return Err(Failure::not_supported("Execution parameters belong to queries"));
        }
        self.definition(statement).await
    }

    /// A statement of the query dialect.
    async fn query(&self, sql: &str, parameters: &[String]) -> Result<Done, Failure> {
        let session = self.session();
        let prepared = session.prepare_with(sql, parameters).await?;
        let writes = matches!(
            prepared,
            Prepared::CreateTableAs { .. }
                | Prepared::InsertInto { .. }
                | Prepared::Unload { .. }
                | Prepared::ModifyRows { .. }
        );
        if writes && matches!(self.encryption(), Encryption::Client(_)) {
            return Err(Failure::not_supported(
                "Writing tables and files with CSE_KMS is not supported by this version of Aquifer",
            ));
        }
        match prepared {
            Prepared::Query(query) => self.select(&session, query).await,
            Prepared::Explain(explain) => self.explain(&session, explain).await,
            Prepared::CreateTableAs { table, if_not_exists, properties, with_data, query }
                if iceberg::is_wanted(&properties) =>
            {
                let target = ctas::Target { table, if_not_exists, properties, with_data };
                self.create_iceberg_as(&session, target, *query).await
            }
            Prepared::CreateTableAs { table, if_not_exists, properties, with_data, query } => {
                let target = ctas::Target { table, if_not_exists, properties, with_data };
                self.create_table_as(&session, target, *query).await
            }
            Prepared::InsertInto { table, columns, query } => {
                self.insert(&session, &table, &columns, *query).await
            }
            Prepared::Unload { to, properties, query } => {
                self.unload(&session, &to, &properties, *query).await
            }
            Prepared::CreateView { view, or_replace, sql, columns } => {
                self.create_view(&view, or_replace, &sql, &columns).await
            }
            Prepared::Prepare { name, sql } => self.prepare(&name, &sql).await,
            Prepared::Deallocate { name } => self.deallocate(&name).await,
            Prepared::Execute { .. } => {
                Err(Failure::not_supported("EXECUTE of a statement that executes another"))
            }
            Prepared::ModifyRows { table, verb, change } => {
                self.modify_rows(&table, verb, *change).await
            }
        }
    }

    fn session(&self) -> aquifer_sql::Session {
        self.session_over(&self.catalog)
    }

    /// A session that sees a catalog.
    fn session_over(&self, catalog: &GlueCatalog) -> aquifer_sql::Session {
        self.core.dialect.session(SessionOptions {
            catalog: Arc::new(catalog.clone()),
            partitions: Arc::new(catalog.clone()),
            stores: self.stores.clone(),
            default_database: self.database(),
            now: self.live.row.submitted.to_chrono(),
            cancel: self.live.cancel.clone(),
        })
    }

    /// How what the query leaves is encrypted.
    fn encryption(&self) -> Encryption {
        Encryption::of(&self.live.row.result.0)
    }

    /// Where unqualified names are looked up.
    fn database(&self) -> String {
        self.live.row.database.as_deref().unwrap_or(DATABASE_DEFAULT).to_lowercase()
    }

    /// Database and name of a table that a definition names.
    fn place(&self, name: &TableName) -> Result<(String, String), Failure> {
        if let Some(catalog) = name.catalog.as_deref().filter(|catalog| *catalog != CATALOG) {
            let message = format!("Catalog '{catalog}' does not exist");
            return Err(SqlError::user("CATALOG_NOT_FOUND", message).into());
        }
        let database = name.database.clone().unwrap_or_else(|| self.database());
        Ok((database, name.table.clone()))
    }

    /// Database and name of a table that a query writes.
    fn place_of(&self, name: &aquifer_sql::TableName) -> Result<(String, String), Failure> {
        if let Some(catalog) = name.catalog.as_deref().filter(|catalog| *catalog != CATALOG) {
            let message = format!("Catalog '{catalog}' does not exist");
            let error = SqlError::user("CATALOG_NOT_FOUND", message).at(name.at.0, name.at.1);
            return Err(error.into());
        }
        let database = name.database.clone().unwrap_or_else(|| self.database());
        Ok((database, name.name.clone()))
    }

    /// Refuses to begin what was told to stop when its turn had just come, or whose end was told
    /// before it was among the live.
    fn check_wanted(&self) -> Result<(), Failure> {
        match self.ctx.read(|tx| store::execution(tx, self.ctx.now(), &self.live.id)) {
            Ok(row) if !row.is_finished() => self.check_cancelled(),
            _ => Err(SqlError::cancelled().into()),
        }
    }

    /// Whoever may not see the default database, and the catalog that holds it, runs nothing.
    ///
    /// <https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html>
    async fn check_catalog(&self) -> Result<(), Failure> {
        match self.catalog.database_exists(DATABASE_DEFAULT).await {
            Err(fail) if is_denial(&fail) => Err(Failure::catalog(&fail)),
            _ => Ok(()),
        }
    }

    /// Refuses to go on once the query was told to stop.
    fn check_cancelled(&self) -> Result<(), Failure> {
        if self.live.cancel.is_cancelled() { Err(SqlError::cancelled().into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_was_done_counts_even_if_it_took_too_long() {
        let done = || Ok(Done { written: Some(3), ..Done::default() });
        assert_eq!(told_of(Ok(done()), true).unwrap().written, Some(3));
        let stopped = || Err(SqlError::cancelled().into());
        assert_eq!(told_of(Ok(stopped()), true).err(), Some(Failure::timed_out()));
        assert!(told_of(Ok(stopped()), false).err().unwrap().cancelled);
        assert!(told_of(Err(Box::new("panic")), false).err().unwrap().reason.contains("panicked"));
    }
}
