//! Turning the clock, and living through what lies between.

use aquifer_store::StoreError;
use aquifer_types::{Scope, Timestamp};

use crate::Jobs;
use crate::table;

impl Jobs {
    /// Moves the clock to `target`, stopping at every due time on the way, so that each job sees
    /// the time it was due at and its consequences fall due in their turn. Answers when nothing is
    /// due any more. A target in the past moves the clock there at once; nothing runs.
    ///
    /// # Errors
    /// If the store cannot be read or cannot keep the clock.
    pub async fn turn_clock(&self, target: Timestamp) -> Result<(), StoreError> {
        let parts = self.parts();
        self.settle(parts.clock().now().min(target)).await?;
        loop {
            let due = parts.store().read(&Scope::default(), table::first_due)?;
            let Some(due) = due.filter(|due| *due <= target) else { break };
            if due > parts.clock().now() {
                parts.set_clock(due).await?;
            }
            self.settle(due).await?;
        }
        parts.set_clock(target).await?;
        self.settle(target).await
    }
}
