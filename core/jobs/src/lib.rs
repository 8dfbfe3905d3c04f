//! Work that happens later: durable jobs with a due time on the clock, and the outbox.
//!
//! A job is written in the same transaction as the change that calls for it, so either both are
//! there after a crash or neither is. One row per scope, kind and key: scheduling again replaces.
//! Due jobs run in the order of their due times, so a clock moved by a month lives through the
//! month. A job runs at least once: one interrupted by the end of the process runs again, and
//! handlers must bear that.
//!
//! What it is not: a calendar (cron and rates are `engines/schedule`; a handler schedules its own
//! next occurrence) or a pool for computing.

mod outbox;
mod runner;
mod table;
mod turn;

pub use outbox::{Delivery, Sender, outbox};
pub use runner::{Job, Jobs};
pub use table::{JobKey, JobState, cancel, schedule, state};
