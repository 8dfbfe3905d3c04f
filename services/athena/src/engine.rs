//! The SQL engine of all queries, and the threads they run on. It uses nothing before the first
//! query.

use std::future::Future;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use aquifer_sql::{Dialect, SqlConfig, SqlEngine};
use aquifer_sql_trino::TrinoFrontEnd;
use parking_lot::Mutex;
use platform::{House, PlatformParts};
use tokio::runtime::{Builder, Handle, Runtime};

/// The catalog's name in three-part names.
pub(crate) const CATALOG: &str = "awsdatacatalog";

/// Trino's dialect on an engine within the house's means.
pub(crate) fn dialect(house: &House) -> Arc<Dialect> {
    let spill = match &house.data {
        Some(data) => {
            let spill = data.join("spill");
            clear(&spill);
            spill
        }
        None => std::env::temp_dir(),
    };
    let config = SqlConfig {
        memory_bytes: house.memory_bytes,
        spill_dir: Some(spill),
        threads: house.threads,
        ..SqlConfig::default()
    };
    Dialect::new(SqlEngine::new(config), Arc::new(TrinoFrontEnd::new(CATALOG)))
}

/// Removes what the queries of a process that ended suddenly had put aside. Nobody else uses the
/// folder: the data directory is this process's own.
fn clear(spill: &Path) {
    match std::fs::remove_dir_all(spill) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::warn!(%error, path = %spill.display(), "old spill files cannot be removed");
        }
        _ => {}
    }
}

/// Threads of their own for queries: an operator at work on a batch answers nobody, and requests
/// must not wait for it.
pub(crate) struct Workers {
    threads: usize,
    runtime: Mutex<Option<Runtime>>,
}

impl Workers {
    pub(crate) fn new(house: &House) -> Self {
        let threads = house.threads.max(1);
        Self { threads, runtime: Mutex::new(None) }
    }

    /// Runs work on these threads, as a task that shutdown waits for.
    pub(crate) fn spawn(
        &self,
        parts: &PlatformParts,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let handle = self.handle();
        parts.spawn(name, async move {
            if let Err(error) = handle.spawn(work).await {
                tracing::error!(%error, "a query's task ended badly");
            }
        });
    }

    fn handle(&self) -> Handle {
        let mut runtime = self.runtime.lock();
        if runtime.is_none() {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(self.threads).thread_name("athena").enable_all();
            match builder.build() {
                Ok(built) => *runtime = Some(built),
                Err(error) => {
                    tracing::error!(%error, "queries run on the threads of requests");
                    return Handle::current();
                }
            }
        }
        runtime.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // Waiting for the threads is not allowed where others run tasks, as may be here.
        if let Some(runtime) = self.runtime.get_mut().take() {
            runtime.shutdown_background();
        }
    }
}
