//! The engine: memory, spill space and threads shared by every query, and one prepared session
//! state per dialect.
//!
//! Nothing is allocated until the first session: an idle process pays nothing.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use aquifer_lake::FooterCache;
use datafusion::error::Result as DataFusionResult;
use datafusion::execution::SessionState;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::error::SqlError;
use crate::front_end::FrontEnd;
use crate::optimize;
use crate::session::{Session, SessionOptions};

/// Rows per batch: large enough to amortise, small enough to stay in cache.
const BATCH_ROWS: usize = 8192;
/// Consumers named when memory runs out.
const NAMED_CONSUMERS: usize = 3;

/// What the engine may use.
#[derive(Debug, Clone)]
pub struct SqlConfig {
    /// Memory for sorts, joins and aggregations of all queries together, in bytes.
    pub memory_bytes: usize,
    /// Where they spill; `None` fails a query instead.
    pub spill_dir: Option<PathBuf>,
    /// Partitions each plan is cut into.
    pub threads: usize,
    /// Parquet footers kept, in bytes of memory.
    pub footer_cache_bytes: usize,
}

impl Default for SqlConfig {
    fn default() -> Self {
        SqlConfig {
            memory_bytes: 1 << 30,
            spill_dir: None,
            threads: 2,
            footer_cache_bytes: 32 << 20,
        }
    }
}

/// The resources of all queries.
#[derive(Debug)]
pub struct SqlEngine {
    config: SqlConfig,
    runtime: OnceLock<Arc<RuntimeEnv>>,
    footers: Arc<FooterCache>,
}

impl SqlEngine {
    /// Notes what may be used; uses nothing yet.
    pub fn new(config: SqlConfig) -> Arc<Self> {
        let footers = Arc::new(FooterCache::new(config.footer_cache_bytes));
        Arc::new(SqlEngine { config, runtime: OnceLock::new(), footers })
    }

    /// The limits it was given.
    pub fn config(&self) -> &SqlConfig {
        &self.config
    }

    pub(crate) fn footers(&self) -> &Arc<FooterCache> {
        &self.footers
    }

    pub(crate) fn runtime(&self) -> DataFusionResult<Arc<RuntimeEnv>> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime.clone());
        }
        let disk = match &self.config.spill_dir {
            Some(dir) => DiskManagerMode::Directories(vec![dir.clone()]),
            None => DiskManagerMode::Disabled,
        };
        let pool = TrackConsumersPool::new(
            FairSpillPool::new(self.config.memory_bytes),
            std::num::NonZeroUsize::new(NAMED_CONSUMERS).expect("it is not zero"),
        );
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(pool))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(disk))
            .build_arc()?;
        Ok(self.runtime.get_or_init(|| runtime).clone())
    }
}

/// A dialect on an engine: what all its sessions have in common.
#[derive(Debug)]
pub struct Dialect {
    engine: Arc<SqlEngine>,
    front_end: Arc<dyn FrontEnd>,
    base: OnceLock<SessionState>,
}

impl Dialect {
    /// Puts a dialect in front of an engine. Functions are registered at the first session.
    pub fn new(engine: Arc<SqlEngine>, front_end: Arc<dyn FrontEnd>) -> Arc<Self> {
        Arc::new(Dialect { engine, front_end, base: OnceLock::new() })
    }

    /// The dialect's front end.
    pub fn front_end(&self) -> &Arc<dyn FrontEnd> {
        &self.front_end
    }

    /// Opens a session. It lives for one statement or many; it holds nothing that must be
    /// closed.
    pub fn session(self: &Arc<Self>, options: SessionOptions) -> Session {
        Session::new(self.clone(), options)
    }

    pub(crate) fn engine(&self) -> &Arc<SqlEngine> {
        &self.engine
    }

    /// The state sessions start from.
    pub(crate) fn base(&self) -> Result<&SessionState, SqlError> {
        if let Some(base) = self.base.get() {
            return Ok(base);
        }
        let runtime = self.engine.runtime().map_err(|e| SqlError::internal(e.to_string()))?;
        let config = SessionConfig::new()
            .with_target_partitions(self.engine.config.threads.max(1))
            .with_batch_size(BATCH_ROWS)
            .with_information_schema(false)
            // Where sifting rows while they are decoded pays, the scan says so itself.
            .set_bool("datafusion.execution.parquet.pushdown_filters", false)
            .set_bool("datafusion.execution.parquet.reorder_filters", true)
            .set_bool("datafusion.catalog.create_default_catalog_and_schema", false)
            .set_str("datafusion.execution.time_zone", "UTC");
        let state = SessionStateBuilder::new()
            .with_config(self.front_end.configure(config))
            .with_runtime_env(runtime)
            .with_default_features()
            .with_physical_optimizer_rules(optimize::rules())
            .build();
        let context = SessionContext::new_with_state(state);
        self.front_end.register(&context);
        Ok(self.base.get_or_init(|| context.state()))
    }
}
