//! The committer: one thread that makes groups of writes durable together, so that many writers
//! share one sync.
//!
//! Writes wait in a queue in the order they were accepted. A group is all that waits, up to a
//! bound. When a group fails, every write waiting behind it may have read what is now lost, so all
//! of them fail with it, the overlay is forgotten, and the store goes on from what is durable. A
//! write without changes waits in the same queue for what it has read.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{
    StoreError,
    backend::Batch,
    store::{Durability, Shared},
};

/// A group takes no more writes beyond this size, so that answers keep coming under load.
const GROUP_BYTES: usize = 16 << 20;
/// Overlay entries removed per lock, so that readers get between.
const SETTLE_CHUNK: usize = 512;
/// The first wait before a storage that cannot be read is opened again; it doubles each time.
const REOPEN_FIRST: Duration = Duration::from_millis(50);
/// The longest such wait.
const REOPEN_MAX: Duration = Duration::from_secs(5);

pub(crate) type Answer = oneshot::Sender<Result<(), StoreError>>;

pub(crate) enum Message {
    Write(Write),
    /// Forget all rows, after everything accepted before.
    Clear(Answer),
    /// Finish what was accepted, then close the backend.
    Close(Answer),
}

/// An accepted write.
pub(crate) struct Write {
    pub(crate) sequence: u64,
    pub(crate) changes: Batch,
    pub(crate) bytes: usize,
    pub(crate) answer: Answer,
}

/// Runs until the store is closed or gone.
pub(crate) fn run(shared: &Arc<Shared>, queue: &Receiver<Message>) {
    let mut carried = None;
    while let Some(message) = carried.take().or_else(|| next(shared, queue)) {
        match message {
            Message::Write(first) => {
                let (group, next) = gather(first, queue);
                carried = commit(shared, group, queue, next);
            }
            Message::Clear(answer) => {
                let (result, next) = clear(shared, queue);
                let _ = answer.send(result);
                carried = next;
            }
            Message::Close(answer) => {
                // Nothing follows: the sender is taken before this is sent.
                let _ = answer.send(shared.storage.close());
                return;
            }
        }
    }
    if let Err(error) = shared.storage.close() {
        tracing::error!(%error, "the store could not be closed cleanly");
    }
}

/// The next message; none when nobody can send one any more. While the storage cannot be read, and
/// so no write that reads gets here, opens it again in between.
fn next(shared: &Shared, queue: &Receiver<Message>) -> Option<Message> {
    let mut wait = REOPEN_FIRST;
    while shared.broken.load(Ordering::Relaxed) {
        match queue.recv_timeout(wait) {
            Ok(message) => return Some(message),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => match shared.storage.recover() {
                Ok(()) => {
                    shared.broken.store(false, Ordering::Relaxed);
                    tracing::info!("the store could be opened again");
                }
                Err(error) => tracing::warn!(%error, "the store still cannot be opened"),
            },
        }
        wait = (wait * 2).min(REOPEN_MAX);
    }
    queue.recv().ok()
}

/// All writes waiting, up to the bound or the first message of another kind.
fn gather(first: Write, queue: &Receiver<Message>) -> (Vec<Write>, Option<Message>) {
    let mut bytes = first.bytes;
    let mut group = vec![first];
    while bytes < GROUP_BYTES {
        match queue.try_recv() {
            Ok(Message::Write(write)) => {
                bytes += write.bytes;
                group.push(write);
            }
            Ok(other) => return (group, Some(other)),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
    (group, None)
}

/// Makes a group durable and answers it. Returns the message to go on with.
fn commit(
    shared: &Arc<Shared>,
    mut group: Vec<Write>,
    queue: &Receiver<Message>,
    next: Option<Message>,
) -> Option<Message> {
    let sequence = group.last().map_or(0, |write| write.sequence);
    let bytes = group.iter().map(|write| write.bytes).sum();
    let changes = merge(&mut group);
    match make_durable(shared, &changes) {
        Ok(()) => {
            shared.settled.store(sequence, Ordering::Release);
            for write in group {
                // The writer may have gone away; its change stands all the same.
                let _ = write.answer.send(Ok(()));
            }
            // After the answers: it waits for readers, who see the same values either way.
            settle(shared, &changes, sequence);
            shared.release(bytes);
            next
        }
        Err(error) => {
            tracing::error!(%error, "a group of writes could not be saved");
            fail(shared, Failed { group, changes, error }, queue, next)
        }
    }
}

fn make_durable(shared: &Shared, changes: &Batch) -> Result<(), StoreError> {
    // Writes that only waited for others, which by now are durable.
    if changes.is_empty() {
        return Ok(());
    }
    if shared.durability == Durability::Strict {
        for hook in shared.before_commit.read().iter() {
            hook.before_commit().map_err(StoreError::not_saved)?;
        }
    }
    shared.storage.commit(changes, shared.durability)?;
    shared.broken.store(false, Ordering::Relaxed);
    Ok(())
}

/// One value per key, the latest: the backend takes no two changes of a key in one batch.
fn merge(group: &mut [Write]) -> Batch {
    let mut writes = group.iter_mut().map(|write| std::mem::take(&mut write.changes));
    let mut merged = writes.next().unwrap_or_default();
    for changes in writes {
        for (table, changes) in changes {
            merged.entry(table).or_default().extend(changes);
        }
    }
    merged
}

fn settle(shared: &Shared, changes: &Batch, sequence: u64) {
    for (table, changes) in changes {
        let mut keys = changes.keys().peekable();
        while keys.peek().is_some() {
            let chunk = keys.by_ref().take(SETTLE_CHUNK);
            shared.overlay.write().settle(table, chunk, sequence);
        }
    }
}

/// A group that could not be made durable, and why.
struct Failed {
    group: Vec<Write>,
    changes: Batch,
    error: StoreError,
}

/// Fails a group and everything accepted after it, and goes back to the durable state.
fn fail(
    shared: &Shared,
    failed: Failed,
    queue: &Receiver<Message>,
    next: Option<Message>,
) -> Option<Message> {
    let Failed { group, changes, error } = failed;
    // No writer may run between here and the end: it would read what is being forgotten.
    let writers = shared.writers.lock();
    let never_tried = error.clone().of_nothing_written();
    let mut behind = Vec::new();
    let mut other = None;
    for message in next.into_iter().chain(queue.try_iter()) {
        match message {
            Message::Write(write) => behind.push(write),
            // Clears and closes lose nothing by failing or waiting; the last one is kept.
            Message::Clear(answer) => drop(answer.send(Err(never_tried.clone()))),
            Message::Close(answer) => other = Some(Message::Close(answer)),
        }
    }
    let mut overlay = shared.overlay.write();
    let recovered = shared.storage.recover();
    shared.broken.store(recovered.is_err(), Ordering::Relaxed);
    let error = match recovered {
        Ok(()) if lacks(shared, &changes) => never_tried.clone(),
        Ok(()) => error,
        Err(reason) => {
            tracing::error!(%reason, "the store cannot be read until it can be opened again");
            error
        }
    };
    overlay.clear();
    drop(overlay);
    shared.failures.fetch_add(1, Ordering::AcqRel);
    shared.settled.store(*writers, Ordering::Release);
    let mut bytes = 0;
    for (writes, error) in [(group, error), (behind, never_tried)] {
        for write in writes {
            bytes += write.bytes;
            let _ = write.answer.send(Err(error.clone()));
        }
    }
    shared.release(bytes);
    other
}

/// Whether a batch, which is stored as a whole or not at all, is certainly not stored.
fn lacks(shared: &Shared, changes: &Batch) -> bool {
    let mut all = changes
        .iter()
        .flat_map(|(&table, changes)| changes.iter().map(move |(key, value)| (table, key, value)));
    all.any(|(table, key, value)| {
        shared.storage.get(table, key).is_ok_and(|stored| stored != *value)
    })
}

fn clear(shared: &Shared, queue: &Receiver<Message>) -> (Result<(), StoreError>, Option<Message>) {
    let writers = shared.writers.lock();
    let mut overlay = shared.overlay.write();
    if let Err(error) = shared.storage.clear() {
        return (Err(error), None);
    }
    overlay.clear();
    shared.settled.store(*writers, Ordering::Release);
    // What was accepted since the order to clear is forgotten with the rest.
    let mut close = None;
    for message in queue.try_iter() {
        match message {
            Message::Write(write) => {
                shared.release(write.bytes);
                let _ = write.answer.send(Ok(()));
            }
            Message::Clear(answer) => drop(answer.send(Ok(()))),
            Message::Close(answer) => close = Some(Message::Close(answer)),
        }
    }
    (Ok(()), close)
}
