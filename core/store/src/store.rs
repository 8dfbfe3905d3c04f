//! The store itself: opening, reading, writing, closing.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};

use aquifer_types::Scope;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, oneshot, watch};

use crate::{
    ReadTx, StoreError, WriteTx,
    backend::{Batch, Disk, Memory, Storage},
    commit::{self, Message, Write},
    directory::Directory,
    overlay::Overlay,
    tx::{View, refuse_nested},
};

/// Accepted and not yet durable changes beyond this make new writers wait.
const PENDING_BYTES_MAX: usize = 64 << 20;

/// What an acknowledged write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power loss: each group is synced before it is answered.
    #[default]
    Strict,
    /// The end of the process, however sudden: the operating system decides when to sync.
    Relaxed,
}

/// Where rows are kept.
pub enum Backend {
    /// In a directory, created if missing and locked against other processes.
    Disk(PathBuf),
    /// In memory, gone with the store.
    Memory,
    /// In a backend made elsewhere, as for tests with injected faults.
    Custom(Box<dyn Storage>),
}

/// How to open a store.
pub struct StoreOptions {
    /// Where rows are kept.
    pub backend: Backend,
    /// What an acknowledged write survives.
    pub durability: Durability,
}

/// Someone whose own files must be on disk before rows that point into them are.
pub trait PreCommit: Send + Sync {
    /// Called on the committer's thread before each group becomes durable, for everything handed
    /// to the operating system before the group's writes were accepted. An error fails the group.
    /// Not called under [`Durability::Relaxed`], where nothing is synced.
    ///
    /// # Errors
    /// If the files cannot be synced.
    fn before_commit(&self) -> std::io::Result<()>;
}

/// A store of tables; clones share it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    /// Guarded like the order of writes, and gone once closed.
    queue: Mutex<Option<mpsc::Sender<Message>>>,
    committer: Mutex<Option<JoinHandle<()>>>,
    directory: Mutex<Option<Directory>>,
}

/// What the committer shares with readers and writers.
pub(crate) struct Shared {
    pub(crate) storage: Box<dyn Storage>,
    pub(crate) durability: Durability,
    pub(crate) overlay: RwLock<Overlay>,
    /// Held while a write runs and is put into the queue. Holds the last sequence number.
    pub(crate) writers: Mutex<u64>,
    /// The last sequence number of which the outcome is known: nothing up to it is on its way.
    pub(crate) settled: AtomicU64,
    /// Whether the storage could not go back to what is durable, and cannot be read until it does.
    pub(crate) broken: AtomicBool,
    pub(crate) before_commit: RwLock<Vec<Arc<dyn PreCommit>>>,
    watched: RwLock<HashMap<&'static str, watch::Sender<()>>>,
    pending_bytes: AtomicUsize,
    released: Notify,
    /// Groups that could not be saved.
    pub(crate) failures: AtomicU64,
}

/// Changes that were accepted and are on their way to the disk.
#[must_use = "accepted is not yet durable"]
pub struct Accepted(Option<oneshot::Receiver<Result<(), StoreError>>>);

impl Accepted {
    /// Waits until the changes are durable, and what they were built on. Of a write that changed
    /// nothing only the latter: at once if nothing is on its way.
    ///
    /// # Errors
    /// [`StoreError::NotWritten`]: none of the changes is there. [`StoreError::NotSaved`]: nobody
    /// knows whether they will be, but all or none is, and readers see which.
    pub async fn durable(self) -> Result<(), StoreError> {
        match self.0 {
            Some(answer) => answer.await.unwrap_or(Err(StoreError::Closed)),
            None => Ok(()),
        }
    }
}

impl Shared {
    fn tell_watchers(&self, changes: &Batch) {
        let watched = self.watched.read();
        if !watched.is_empty() {
            for watched in changes.keys().filter_map(|table| watched.get(table)) {
                watched.send_replace(());
            }
        }
    }

    /// Gives back room taken by accepted writes.
    pub(crate) fn release(&self, bytes: usize) {
        self.pending_bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.released.notify_waiters();
    }
}

impl Store {
    /// Opens a store.
    ///
    /// # Errors
    /// If the directory is in use, of a newer format, damaged or not writable.
    pub fn open(options: StoreOptions) -> Result<Store, StoreError> {
        let mut directory = None;
        let storage: Box<dyn Storage> = match options.backend {
            Backend::Memory => Box::new(Memory::default()),
            Backend::Custom(storage) => storage,
            Backend::Disk(path) => {
                let held = Directory::open(&path)?;
                let disk = Disk::open(&held.tables(), options.durability)?;
                directory = Some(held);
                Box::new(disk)
            }
        };
        let shared = Arc::new(Shared {
            storage,
            durability: options.durability,
            overlay: RwLock::default(),
            writers: Mutex::new(0),
            settled: AtomicU64::new(0),
            broken: AtomicBool::new(false),
            before_commit: RwLock::default(),
            watched: RwLock::default(),
            pending_bytes: AtomicUsize::new(0),
            released: Notify::new(),
            failures: AtomicU64::new(0),
        });
        let (sender, receiver) = mpsc::channel();
        let for_thread = Arc::clone(&shared);
        let committer = std::thread::Builder::new()
            .name("store-commit".to_owned())
            .spawn(move || commit::run(&for_thread, &receiver))
            .map_err(StoreError::unreadable)?;
        Ok(Store(Arc::new(Inner {
            shared,
            queue: Mutex::new(Some(sender)),
            committer: Mutex::new(Some(committer)),
            directory: Mutex::new(directory),
        })))
    }

    /// Adds someone to call before each group becomes durable.
    pub fn before_commit(&self, hook: Arc<dyn PreCommit>) {
        self.0.shared.before_commit.write().push(hook);
    }

    /// What an acknowledged write survives.
    pub fn durability(&self) -> Durability {
        self.0.shared.durability
    }

    /// Runs `f` on a consistent view, now, on this thread. Writers wait while it runs: read pages,
    /// not whole tables. Opening another transaction inside is refused.
    ///
    /// # Errors
    /// What `f` answers, or [`StoreError::Nested`].
    pub fn read<T, E: From<StoreError>>(
        &self,
        scope: &Scope,
        f: impl FnOnce(&ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let shared = &*self.0.shared;
        refuse_nested(self.identity())?;
        let view = View::new(self.identity(), &*shared.storage, shared.overlay.read(), false);
        f(&ReadTx::new(&view, scope))
    }

    /// Runs `f` after all writes accepted before it, on this thread once polled, and waits until
    /// its changes are durable. If `f` fails nothing changes. Others see the changes from the
    /// moment `f` returns. Dropping the future after that does not undo them. A write that changes
    /// nothing waits for what it may have read: its answer rests on nothing that a crash undoes.
    ///
    /// # Errors
    /// What `f` answers; [`StoreError::NotWritten`] or [`StoreError::NotSaved`] if the group could
    /// not be made durable, see [`Accepted::durable`].
    pub async fn write<T, E: From<StoreError>>(
        &self,
        scope: &Scope,
        f: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (result, accepted) = self.accept(scope, f).await?;
        accepted.durable().await?;
        Ok(result)
    }

    /// As [`Store::write`], but answers once the changes are accepted: visible to everyone, and
    /// lost if the process dies before [`Accepted::durable`] would have answered. For work that is
    /// simply done again after a crash.
    ///
    /// # Errors
    /// What `f` answers.
    pub async fn accept<T, E: From<StoreError>>(
        &self,
        scope: &Scope,
        f: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<(T, Accepted), E> {
        self.room().await;
        self.accept_now(scope, f)
    }

    /// Tells of every accepted change to a table, by the name it was declared with. It may tell
    /// of several at once, and of changes that later could not be saved.
    pub fn watch(&self, table: &'static str) -> watch::Receiver<()> {
        let mut watched = self.0.shared.watched.write();
        watched.entry(table).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// How often writes could not be saved and were taken back. Whoever reads rows to act outside
    /// the store on their absence asks before reading; when a write of its own is durable and the
    /// count is the same, all that was read is durable.
    pub fn failures(&self) -> u64 {
        self.0.shared.failures.load(Ordering::Acquire)
    }

    /// Makes everything accepted durable, lets go of the directory, and refuses all later use.
    /// Blocks for the last sync. Closing twice is fine.
    ///
    /// # Errors
    /// If the last sync fails.
    pub fn close(&self) -> Result<(), StoreError> {
        let sender = {
            let _writers = self.0.shared.writers.lock();
            self.0.queue.lock().take()
        };
        let Some(sender) = sender else { return Ok(()) };
        let (answer, mut closed) = oneshot::channel();
        let sent = sender.send(Message::Close(answer));
        drop(sender);
        if let Some(committer) = self.0.committer.lock().take() {
            committer.join().map_err(|_| StoreError::not_saved("the committer panicked"))?;
        }
        self.0.directory.lock().take();
        sent.map_err(|_| StoreError::Closed)?;
        closed.try_recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Forgets all rows of a store in memory.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] on disk.
    pub async fn clear_all(&self) -> Result<(), StoreError> {
        let (answer, cleared) = oneshot::channel();
        self.send(Message::Clear(answer))?;
        cleared.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Runs `f`, makes its changes visible and queues them.
    fn accept_now<T, E: From<StoreError>>(
        &self,
        scope: &Scope,
        f: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<(T, Accepted), E> {
        let shared = &*self.0.shared;
        refuse_nested(self.identity())?;
        let mut sequence = shared.writers.lock();
        if self.0.queue.lock().is_none() {
            return Err(StoreError::Closed.into());
        }
        let view = View::new(self.identity(), &*shared.storage, shared.overlay.read(), true);
        let result = f(&WriteTx::new(&view, scope))?;
        let (changes, bytes) = view.into_changes();
        if changes.is_empty() && shared.settled.load(Ordering::Acquire) == *sequence {
            return Ok((result, Accepted(None)));
        }
        let (answer, durable) = oneshot::channel();
        if !changes.is_empty() {
            *sequence += 1;
            shared.overlay.write().apply(*sequence, &changes);
            shared.tell_watchers(&changes);
            shared.pending_bytes.fetch_add(bytes, Ordering::AcqRel);
        }
        let write = Write { sequence: *sequence, changes, bytes, answer };
        if let Err(error) = self.send(Message::Write(write)) {
            // The committer is gone, which only a panic there explains.
            shared.release(bytes);
            return Err(error.into());
        }
        Ok((result, Accepted(Some(durable))))
    }

    fn send(&self, message: Message) -> Result<(), StoreError> {
        let queue = self.0.queue.lock();
        let queue = queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(message).map_err(|_| StoreError::Closed)
    }

    /// Waits until there is room for more accepted writes.
    async fn room(&self) {
        let shared = &*self.0.shared;
        loop {
            let released = shared.released.notified();
            if shared.pending_bytes.load(Ordering::Acquire) < PENDING_BYTES_MAX {
                return;
            }
            released.await;
        }
    }

    fn identity(&self) -> usize {
        Arc::as_ptr(&self.0.shared) as usize
    }
}

impl Drop for Inner {
    /// Lets the committer finish, so that the directory is free when the store is gone.
    fn drop(&mut self) {
        self.queue.lock().take();
        if let Some(committer) = self.committer.lock().take()
            && committer.join().is_err()
        {
            tracing::error!("the committer panicked");
        }
    }
}
