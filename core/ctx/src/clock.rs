//! The clock: the machine's time plus an offset that can be moved.
//!
//! Everything that waits waits here, so moving the clock wakes it. Durations of work, as in
//! metrics and time-outs of sockets, are real and do not belong here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aquifer_store::{Store, StoreError, Table};
use aquifer_types::{Scope, Timestamp};
use tokio::sync::watch;

/// Microseconds the clock is ahead of the machine's. One row.
static OFFSET: Table<(), i64> = Table::global("ctx.clock");

/// Sleepers look again this often, because the machine's time may jump (a laptop that slept).
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Virtual time. Clones are the same clock.
#[derive(Clone)]
pub struct Clock(Arc<Inner>);

struct Inner {
    offset_micros: AtomicI64,
    moved: watch::Sender<()>,
}

impl Default for Clock {
    fn default() -> Self {
        Clock::new()
    }
}

impl Clock {
    /// The machine's time.
    pub fn new() -> Clock {
        let (moved, _) = watch::channel(());
        Clock(Arc::new(Inner { offset_micros: AtomicI64::new(0), moved }))
    }

    /// A clock that shows `start` now and runs on from there.
    pub fn starting_at(start: Timestamp) -> Clock {
        let clock = Clock::new();
        clock.set(start);
        clock
    }

    /// The clock as it was left in a store.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn load(store: &Store) -> Result<Clock, StoreError> {
        let clock = Clock::new();
        let offset = store.read(&Scope::default(), |tx| OFFSET.get(tx, &()))?;
        clock.0.offset_micros.store(offset.unwrap_or(0), Ordering::SeqCst);
        Ok(clock)
    }

    /// Keeps how far the clock was moved, so that a restart goes on from there.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn save(&self, store: &Store) -> Result<(), StoreError> {
        let offset = self.0.offset_micros.load(Ordering::SeqCst);
        store.write(&Scope::default(), |tx| OFFSET.put(tx, &(), &offset)).await
    }

    /// Virtual now.
    pub fn now(&self) -> Timestamp {
        let offset = self.0.offset_micros.load(Ordering::SeqCst);
        Timestamp::from_micros(self.real_now().as_micros().saturating_add(offset))
    }

    /// The machine's now: for signatures, whose senders cannot know our offset.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn real_now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }

    /// Moves the clock forward and wakes everyone who waits. Answers the new now.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let add = |offset: i64| Some(offset.saturating_add(micros));
        // The closure always answers, so the update cannot fail.
        let _ = self.0.offset_micros.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        self.0.moved.send_replace(());
        self.now()
    }

    /// Moves the clock on until it is at least `to`, and wakes everyone who waits. Never back.
    pub fn advance_to(&self, to: Timestamp) {
        let offset = to.as_micros().saturating_sub(self.real_now().as_micros());
        self.0.offset_micros.fetch_max(offset, Ordering::SeqCst);
        self.0.moved.send_replace(());
    }

    /// Makes it a given time, and wakes everyone who waits. Setting it back is allowed: what has
    /// happened stays, and what is due again later waits again.
    pub fn set(&self, to: Timestamp) {
        let offset = to.as_micros().saturating_sub(self.real_now().as_micros());
        self.0.offset_micros.store(offset, Ordering::SeqCst);
        self.0.moved.send_replace(());
    }

    /// Back to the machine's time.
    pub fn reset(&self) {
        self.0.offset_micros.store(0, Ordering::SeqCst);
        self.0.moved.send_replace(());
    }

    /// Waits until it is `due`, by running or by being moved.
    #[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
    pub async fn sleep_until(&self, due: Timestamp) {
        let mut moved = self.0.moved.subscribe();
        loop {
            moved.borrow_and_update();
            let now = self.now();
            if now >= due {
                return;
            }
            let nap = due.since(now).min(LOOK_AGAIN);
            tokio::select! {
                () = tokio::time::sleep(nap) => {}
                // The sender lives as long as the clock.
                _ = moved.changed() => {}
            }
        }
    }

    /// Waits for a duration of virtual time.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now() + duration).await;
    }
}

#[cfg(test)]
mod tests {
    use aquifer_store::{Backend, Durability, StoreOptions};

    use super::*;

    #[tokio::test]
    async fn moving_the_clock_wakes_sleepers() {
        let clock = Clock::starting_at(Timestamp::from_secs(1_000_000));
        let due = clock.now() + Duration::from_secs(31 * 86_400);
        let sleeper = clock.sleep_until(due);
        tokio::pin!(sleeper);
        assert!(futures::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(86_400));
        assert!(futures::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(30 * 86_400));
        sleeper.await;
        assert!(clock.now() >= due);
    }

    #[test]
    fn moving_on_to_a_time_that_has_passed_moves_nothing() {
        let clock = Clock::starting_at(Timestamp::from_secs(1_000_000));
        clock.advance_to(Timestamp::from_secs(2_000_000));
        assert!(clock.now() >= Timestamp::from_secs(2_000_000));
        clock.advance_to(Timestamp::from_secs(1_500_000));
        assert!(clock.now() >= Timestamp::from_secs(2_000_000));
    }

    #[tokio::test]
    async fn a_restart_goes_on_from_the_moved_time() {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let store = Store::open(options).unwrap();
        let clock = Clock::load(&store).unwrap();
        assert!(clock.now().since(clock.real_now()) < Duration::from_secs(1));
        clock.advance(Duration::from_secs(3600));
        clock.save(&store).await.unwrap();
        let again = Clock::load(&store).unwrap();
        assert!(again.now().since(again.real_now()) > Duration::from_secs(3599));
        again.reset();
        assert!(again.now().since(again.real_now()) < Duration::from_secs(1));
    }
}
