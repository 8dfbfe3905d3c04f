//! Who waits at which queue. A message that comes wakes those who wait for it, and nobody else.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::watch;

/// Queues at which somebody waits, beyond which those are forgotten where nobody does any more.
const FORGET_AT: usize = 64;

/// The waiting.
#[derive(Default)]
pub(crate) struct Arrivals(Mutex<HashMap<u64, watch::Sender<()>>>);

impl Arrivals {
    /// Begins to wait at a queue: what comes from now on is told.
    pub fn wait(&self, queue: u64) -> watch::Receiver<()> {
        let mut waiting = self.0.lock();
        if waiting.len() >= FORGET_AT {
            waiting.retain(|_, sender| sender.receiver_count() > 0);
        }
        waiting.entry(queue).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// Something has come, or the queue is another.
    pub fn tell(&self, queue: u64) {
        if let Some(sender) = self.0.lock().get(&queue) {
            sender.send_replace(());
        }
    }
}
