//! Turning the clock, and living through what lies between.

use std::time::Duration;

use aquifer_store::StoreError;
use aquifer_types::{Scope, Timestamp};

use crate::Jobs;
use crate::table;

impl Jobs {
    /// Moves the clock on by a duration from now, as [`Jobs::turn_clock`] does. Where living
    /// through it took longer than that, the clock is left where it has come to by itself: times
    /// that were written stay in the past.
    ///
    /// # Errors
    /// If the store cannot be read or cannot keep the clock.
    pub async fn advance_clock(&self, by: Duration) -> Result<(), StoreError> {
        let _turn = self.turning().lock().await;
        self.go_on_to(self.parts().clock().now() + by).await
    }

    /// Moves the clock to `target`, stopping at every due time on the way, so that each job sees
    /// the time it was due at and its consequences fall due in their turn. Answers when nothing is
    /// due any more. A target in the past moves the clock there at once; nothing runs. One turn
    /// after another: a second one waits for the first.
    ///
    /// # Errors
    /// If the store cannot be read or cannot keep the clock.
    pub async fn turn_clock(&self, target: Timestamp) -> Result<(), StoreError> {
        let _turn = self.turning().lock().await;
        let parts = self.parts();
        if target < parts.clock().now() {
            self.settle(target).await?;
            parts.set_clock(target).await?;
            return self.settle(target).await;
        }
        self.go_on_to(target).await
    }

    async fn go_on_to(&self, target: Timestamp) -> Result<(), StoreError> {
        let parts = self.parts();
        self.settle(parts.clock().now().min(target)).await?;
        loop {
            let due = parts.store().read(&Scope::default(), table::first_due)?;
            let Some(due) = due.filter(|due| *due <= target) else { break };
            parts.advance_clock_to(due).await?;
            self.settle(due).await?;
        }
        parts.advance_clock_to(target).await?;
        self.settle(target).await
    }
}
