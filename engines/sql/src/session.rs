//! A session: one caller's view of the catalog and the stores, in one dialect.

use std::sync::Arc;
use std::time::Instant;

use aquifer_formats::HiveType;
use aquifer_lake::{PartitionSource, ScanStats};
use chrono::{DateTime, Utc};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use datafusion::execution::SessionState;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::sql::planner::{ParserOptions, SqlToRel};
use datafusion::sql::sqlparser::ast::Statement as AstStatement;
use futures::future::BoxFuture;
use object_store::ObjectStore;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::catalog::{Catalog, ObjectStores};
use crate::engine::Dialect;
use crate::error::SqlError;
use crate::front_end::OutputName;
use crate::hidden::{hide_path, names_path};
use crate::prepared::{Prepared, PreparedQuery};
use crate::references::references;
use crate::relations::Looking;
use crate::running::{OutputStream, Outputs, QueryStats, ResultColumn, Running};
use crate::scope::Scope;
use crate::statement::{ParsedQuery, Statement};

/// What a session is opened with.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// The relations it sees.
    pub catalog: Arc<dyn Catalog>,
    /// Their partitions.
    pub partitions: Arc<dyn PartitionSource>,
    /// Their bytes.
    pub stores: Arc<dyn ObjectStores>,
    /// Where unqualified names are looked up; lower case.
    pub default_database: String,
    /// What `now()` and `current_date` answer.
    pub now: DateTime<Utc>,
    /// Stops planning and running.
    pub cancel: CancellationToken,
}

/// One caller's session. See [`SessionOptions`].
#[derive(Debug)]
pub struct Session {
    pub(crate) dialect: Arc<Dialect>,
    pub(crate) options: SessionOptions,
}

impl Session {
    pub(crate) fn new(dialect: Arc<Dialect>, options: SessionOptions) -> Self {
        Session { dialect, options }
    }

    /// Reads, resolves and plans a statement. Nothing is read of any table but its definition.
    pub fn prepare<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<Prepared, SqlError>> {
        self.prepare_with(sql, &[])
    }

    /// As [`Session::prepare`], with literals (as text) in the place of `?` parameters.
    pub fn prepare_with<'a>(
        &'a self,
        sql: &'a str,
        parameters: &'a [String],
    ) -> BoxFuture<'a, Result<Prepared, SqlError>> {
        Box::pin(async move {
            let started = Instant::now();
            let front_end = self.dialect.front_end();
            let mut statement = front_end.parse(sql)?;
            front_end.bind(&mut statement, parameters)?;
            self.prepare_statement(statement, started).await
        })
    }

    /// Prepares and starts a query, or EXPLAIN of one.
    pub fn query<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<Running, SqlError>> {
        Box::pin(async move {
            let prepared = self.prepare(sql).await?;
            self.execute(prepared).await
        })
    }

    pub(crate) async fn plan_query(
        &self,
        query: ParsedQuery,
        started: Instant,
    ) -> Result<PreparedQuery, SqlError> {
        let scan = Arc::new(ScanStats::default());
        let original = query.ast.clone();
        let planning = async {
            let (plan, names) =
                self.logical_plan(query, &self.options.default_database, &scan, 0).await?;
            let state = self.state()?;
            let explain = |e| self.dialect.front_end().explain_error(e, Some(&original));
            let optimized = state.optimize(&plan).map_err(explain)?;
            Ok::<_, SqlError>((state, optimized, names))
        };
        let (state, plan, names) = tokio::select! {
            planned = planning => planned?,
            () = self.options.cancel.cancelled() => return Err(SqlError::cancelled()),
        };
        let (schema, columns) = self.output(&plan, names);
        let planning = started.elapsed();
        let stats = QueryStats::new(scan, planning);
        Ok(PreparedQuery { state, plan, schema, columns, stats })
    }

    /// The plan of a query, not optimised, and its output names.
    pub(crate) async fn logical_plan(
        &self,
        query: ParsedQuery,
        database: &str,
        scan: &Arc<ScanStats>,
        depth: usize,
    ) -> Result<(LogicalPlan, Vec<String>), SqlError> {
        let front_end = self.dialect.front_end();
        let ParsedQuery { ast: mut query, names } = query;
        let original = query.clone();
        self.resolve_versions(&mut query).await?;
        front_end.rewrite(&mut query)?;
        let referenced = references(&query)?;
        let with_path = names_path(&query);
        if with_path {
            hide_path(&mut query);
        }
        let looking = Looking { database, scan, depth, with_path };
        let relations = self.relations(&referenced, looking).await?;
        let state = self.dialect.base()?;
        let scope = Scope::new(state, front_end.as_ref(), database, &relations);
        let options = ParserOptions::from(&state.config_options().sql_parser);
        let planned = SqlToRel::new_with_options(&scope, options)
            .sql_statement_to_plan(AstStatement::Query(query))
            .and_then(|plan| front_end.finish(plan))
            .map_err(|e| front_end.explain_error(e, Some(&original)))?;
        let own: Vec<String> =
            planned.schema().fields().iter().map(|f| unnumbered(f.name())).collect();
        let names = names
            .resolve(&own)
            .into_iter()
            .enumerate()
            .map(|(i, name)| match name {
                OutputName::Given(name) => name,
                OutputName::Anonymous => format!("{ANONYMOUS}{i}"),
            })
            .collect();
        Ok((planned, names))
    }

    /// Columns as they leave the engine: the dialect has no unsigned numbers and no dictionaries.
    fn output(&self, plan: &LogicalPlan, names: Vec<String>) -> (SchemaRef, Vec<ResultColumn>) {
        let fields = plan.schema().fields().iter().zip(names);
        let (fields, columns) = fields
            .map(|(field, name)| {
                let anonymous = name.starts_with(ANONYMOUS);
                let name = if anonymous { name[ANONYMOUS_MARK.len()..].to_owned() } else { name };
                let field = field
                    .as_ref()
                    .clone()
                    .with_name(&name)
                    .with_data_type(presentable(field.data_type()));
                let column = self.column(&field, name, !anonymous);
                (field, column)
            })
            .unzip::<Field, ResultColumn, Vec<_>, Vec<_>>();
        (Arc::new(Schema::new(fields)), columns)
    }

    fn column(&self, field: &Field, name: String, is_named: bool) -> ResultColumn {
        let text = self.dialect.front_end().type_text(field);
        ResultColumn {
            name,
            is_named,
            type_name: text.full,
            type_base: text.base,
            precision: text.precision,
            scale: text.scale,
            nullable: field.is_nullable(),
            hive_type: HiveType::from_arrow(field.data_type()).ok(),
        }
    }

    /// Starts a prepared query.
    pub(crate) async fn start(&self, query: PreparedQuery) -> Result<Running, SqlError> {
        let plan = self.physical_plan(&query).await?;
        self.start_plan(&query, plan)
    }

    pub(crate) async fn physical_plan(
        &self,
        query: &PreparedQuery,
    ) -> Result<Arc<dyn ExecutionPlan>, SqlError> {
        let planning = query.state.query_planner().create_physical_plan(&query.plan, &query.state);
        tokio::select! {
            plan = planning => plan.map_err(|e| self.explain_error(e)),
            () = self.options.cancel.cancelled() => Err(SqlError::cancelled()),
        }
    }

    pub(crate) fn start_plan(
        &self,
        query: &PreparedQuery,
        plan: Arc<dyn ExecutionPlan>,
    ) -> Result<Running, SqlError> {
        let sources = (0..query.columns.len()).map(Some).collect();
        let outputs = Outputs::new(query.schema.clone(), sources);
        let stream = self.stream(query, plan, outputs)?;
        Ok(Running {
            columns: query.columns.clone(),
            stream: Box::pin(stream),
            stats: query.stats.clone(),
        })
    }

    pub(crate) fn stream(
        &self,
        query: &PreparedQuery,
        plan: Arc<dyn ExecutionPlan>,
        outputs: Outputs,
    ) -> Result<OutputStream, SqlError> {
        query.stats.runs(&plan);
        let input =
            execute_stream(plan, query.state.task_ctx()).map_err(|e| self.explain_error(e))?;
        let stats = query.stats.clone();
        Ok(OutputStream::new(input, outputs, &self.options.cancel, stats))
    }

    /// Reads an error of a [`Running`] stream in the dialect's words.
    pub fn explain_error(&self, error: DataFusionError) -> SqlError {
        self.dialect.front_end().explain_error(error, None)
    }

    /// A state of this session's own: its clock and its object stores.
    fn state(&self) -> Result<SessionState, SqlError> {
        let base = self.dialect.base()?;
        let shared = base.runtime_env();
        let runtime = RuntimeEnv {
            memory_pool: shared.memory_pool.clone(),
            disk_manager: shared.disk_manager.clone(),
            cache_manager: shared.cache_manager.clone(),
            object_store_registry: Arc::new(Registry(self.options.stores.clone())),
        };
        // Names are resolved by the session; these are told to functions that ask for them.
        let mut config = base.config().clone();
        let catalog = &mut config.options_mut().catalog;
        self.dialect.front_end().catalog_name().clone_into(&mut catalog.default_catalog);
        self.options.default_database.clone_into(&mut catalog.default_schema);
        let mut state = SessionStateBuilder::new_from_existing(base.clone())
            .with_config(config)
            .with_runtime_env(Arc::new(runtime))
            .build();
        let options = state.config_options().clone();
        let props = state.execution_props_mut();
        props.query_execution_start_time = Some(self.options.now);
        props.config_options = Some(options);
        Ok(state)
    }

    pub(crate) async fn prepare_statement(
        &self,
        statement: Statement,
        started: Instant,
    ) -> Result<Prepared, SqlError> {
        Prepared::from_statement(self, statement, started).await
    }
}

/// Names of unnamed columns travel with a mark that no identifier can have.
const ANONYMOUS_MARK: &str = "\u{0}";
const ANONYMOUS: &str = "\u{0}_col";

/// Names that occur twice in a SELECT are told apart by a number, which is not for the result.
fn unnumbered(name: &str) -> String {
    match name.rsplit_once('$') {
        Some((name, number))
            if !name.is_empty()
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            name.to_owned()
        }
        _ => name.to_owned(),
    }
}

/// The type a column is given out in.
fn presentable(data_type: &DataType) -> DataType {
    match data_type {
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Dictionary(_, values) => presentable(values),
        DataType::RunEndEncoded(_, values) => presentable(values.data_type()),
        other => other.clone(),
    }
}

/// The session's stores where the engine looks for them.
#[derive(Debug)]
struct Registry(Arc<dyn ObjectStores>);

impl ObjectStoreRegistry for Registry {
    fn register_store(
        &self,
        _url: &Url,
        _store: Arc<dyn ObjectStore>,
    ) -> Option<Arc<dyn ObjectStore>> {
        // Stores are found, never registered.
        None
    }

    fn get_store(&self, url: &Url) -> DataFusionResult<Arc<dyn ObjectStore>> {
        self.0.for_bucket(url)
    }
}
