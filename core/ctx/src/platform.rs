//! The parts every request shares, and the slots that higher layers fill once.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    future::Future,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aquifer_store::{Store, StoreError};
use aquifer_types::Timestamp;
use futures::future::BoxFuture;
use parking_lot::RwLock;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{Clock, Ctx, Ids, Keeper, MeterSink, tasks::Tasks};

/// The answer of a dispatched call: the operation's output or its failure, types erased.
pub type Dispatched = Result<Box<dyn Any + Send>, Box<dyn Any + Send>>;

/// Runs an operation of another service in this process, through the same pipeline as a request
/// from outside. Typed clients wrap it.
pub trait Dispatcher: Send + Sync {
    /// Runs `operation` of `service` on `input`, which must be that operation's input type.
    fn dispatch(
        &self,
        ctx: Ctx,
        service: &'static str,
        operation: &'static str,
        input: Box<dyn Any + Send>,
    ) -> BoxFuture<'static, Dispatched>;
}

/// What the whole house stands on. Clones share it.
#[derive(Clone)]
pub struct PlatformParts(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    dispatcher: OnceLock<Arc<dyn Dispatcher>>,
    meter: OnceLock<Arc<dyn MeterSink>>,
    keepers: RwLock<Vec<Arc<dyn Keeper>>>,
    extensions: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl PlatformParts {
    /// A platform on a store, with a clock and a source of ids.
    pub fn new(store: Store, clock: Clock, ids: Ids) -> PlatformParts {
        PlatformParts(Arc::new(Inner {
            store,
            clock,
            ids,
            tasks: Tasks::default(),
            dispatcher: OnceLock::new(),
            meter: OnceLock::new(),
            keepers: RwLock::default(),
            extensions: RwLock::default(),
        }))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The source of ids.
    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    /// Sets who runs in-process calls. The first one set stays; answers whether it was this.
    pub fn set_dispatcher(&self, dispatcher: Arc<dyn Dispatcher>) -> bool {
        self.0.dispatcher.set(dispatcher).is_ok()
    }

    /// Who runs in-process calls.
    ///
    /// # Panics
    /// Before [`PlatformParts::set_dispatcher`], which the start of a server does before it
    /// takes requests or runs jobs.
    pub fn dispatcher(&self) -> Arc<dyn Dispatcher> {
        self.0.dispatcher.get().cloned().expect("the dispatcher is set before requests are taken")
    }

    /// Sets who adds up usage. The first one set stays; answers whether it was this.
    pub fn set_meter(&self, meter: Arc<dyn MeterSink>) -> bool {
        self.0.meter.set(meter).is_ok()
    }

    /// Who adds up usage; nobody until set.
    pub fn meter(&self) -> Option<&Arc<dyn MeterSink>> {
        self.0.meter.get()
    }

    /// Adds someone who keeps things that cost by the hour.
    pub fn add_keeper(&self, keeper: Arc<dyn Keeper>) {
        self.0.keepers.write().push(keeper);
    }

    /// Has everyone report what they keep, as before usage is read.
    ///
    /// # Errors
    /// If one of them cannot read or write the store.
    pub async fn report_kept(&self) -> Result<(), StoreError> {
        let keepers = self.0.keepers.read().clone();
        for keeper in keepers {
            keeper.report().await?;
        }
        Ok(())
    }

    /// Shares a value under its type, replacing an earlier one.
    pub fn set_ext<T: Send + Sync + 'static>(&self, value: Arc<T>) {
        self.0.extensions.write().insert(TypeId::of::<T>(), value);
    }

    /// The value shared under a type.
    pub fn ext<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = self.0.extensions.read().get(&TypeId::of::<T>()).cloned()?;
        value.downcast().ok()
    }

    /// Starts a task; see [`Ctx::spawn`].
    pub fn spawn<T: Send + 'static>(
        &self,
        name: &'static str,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.0.tasks.spawn(name, task)
    }

    /// Runs blocking work on a thread made for it; see [`Ctx::spawn_blocking`].
    pub fn spawn_blocking<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.0.tasks.spawn_blocking(name, work)
    }

    /// Cancelled when the server is told to end.
    pub fn shutdown_token(&self) -> &CancellationToken {
        self.0.tasks.shutdown_token()
    }

    /// Tells all tasks to end and waits for them, at most for `patience` of real time. Answers
    /// whether all ended. The store stays open.
    pub async fn shut_down(&self, patience: Duration) -> bool {
        self.0.tasks.shut_down(patience).await
    }

    /// Moves the clock on until it is at least `to`, durably. What became due runs after.
    ///
    /// # Errors
    /// If the store cannot keep it; the clock has moved all the same.
    pub async fn advance_clock_to(&self, to: Timestamp) -> Result<(), StoreError> {
        self.clock().advance_to(to);
        self.clock().save(self.store()).await
    }

    /// Sets the clock, durably.
    ///
    /// # Errors
    /// If the store cannot keep it; the clock has moved all the same.
    pub async fn set_clock(&self, to: Timestamp) -> Result<(), StoreError> {
        self.clock().set(to);
        self.clock().save(self.store()).await
    }
}
