//! The only place that starts tasks: each has a name, is waited for at shutdown, and can see the
//! shutdown coming. What must happen even if the process dies is a job or an outbox entry instead.

use std::{future::Future, time::Duration};

use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

#[derive(Clone, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    shutdown: CancellationToken,
}

impl Tasks {
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        name: &'static str,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.tracker.spawn(task.instrument(tracing::info_span!("task", name)))
    }

    pub(crate) fn spawn_blocking<T: Send + 'static>(
        &self,
        name: &'static str,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let span = tracing::info_span!("task", name);
        self.tracker.spawn_blocking(move || span.in_scope(task))
    }

    pub(crate) fn shutdown_token(&self) -> &CancellationToken {
        &self.shutdown
    }

    /// Tells all tasks to end and waits for them, at most for `patience` of real time. Answers
    /// whether all ended.
    pub(crate) async fn shut_down(&self, patience: Duration) -> bool {
        self.shutdown.cancel();
        self.tracker.close();
        tokio::time::timeout(patience, self.tracker.wait()).await.is_ok()
    }
}
