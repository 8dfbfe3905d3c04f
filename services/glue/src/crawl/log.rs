//! A run's log: what it did, and what it could not read.
//!
//! Lines are rows until CloudWatch Logs is a room of this house; what went wrong is in the server's
//! log too, and the files that could not be read in the run's summary.

use platform::{Ctx, Result};

use super::life::LOG_LINES_MAX;
use crate::store::{CRAWL_LOG, LogLevel, LogRow};

/// Lines kept in memory before they are written.
const BUFFER: usize = 100;
/// Unreadable files named in the run's summary.
const UNREAD_MAX: usize = 20;

/// The log of one run.
pub(crate) struct Log {
    crawler: String,
    run: String,
    lines: Vec<LogRow>,
    written: u64,
    /// The first files that could not be read, and why.
    pub unread: Vec<String>,
    /// How many could not.
    pub unread_count: u64,
}

impl Log {
    /// An empty log; what an interrupted attempt of the same run wrote is forgotten.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn begin(ctx: &Ctx, crawler: &str, run: &str) -> Result<Log> {
        let key = run.to_owned();
        ctx.write(|tx| CRAWL_LOG.delete_prefix(tx, &(key.as_str(),))).await?;
        Ok(Log {
            crawler: crawler.to_owned(),
            run: key,
            lines: Vec::new(),
            written: 0,
            unread: Vec::new(),
            unread_count: 0,
        })
    }

    /// Adds a line.
    pub fn line(&mut self, ctx: &Ctx, level: LogLevel, message: impl Into<String>) {
        let message = message.into();
        let (crawler, run) = (self.crawler.as_str(), self.run.as_str());
        match level {
            LogLevel::Benchmark | LogLevel::Info => {
                tracing::debug!(crawler, run, "{} : {message}", level.as_str());
            }
            LogLevel::Warn | LogLevel::Error => {
                tracing::warn!(crawler, run, "{} : {message}", level.as_str());
            }
        }
        self.lines.push(LogRow { at: ctx.now(), level, message });
    }

    /// Notes a file that cannot be read.
    pub fn unread(&mut self, ctx: &Ctx, url: &str, why: &str) {
        let message = format!("Could not read {url}: {why}");
        if self.unread.len() < UNREAD_MAX {
            self.unread.push(message.clone());
        }
        self.unread_count += 1;
        self.line(ctx, LogLevel::Error, message);
    }

    /// Writes lines, if there are enough of them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn flush(&mut self, ctx: &Ctx) -> Result<()> {
        if self.lines.len() >= BUFFER { self.write(ctx).await } else { Ok(()) }
    }

    /// Writes all lines. A log too long loses its end.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn write(&mut self, ctx: &Ctx) -> Result<()> {
        let lines = std::mem::take(&mut self.lines);
        let room = LOG_LINES_MAX.saturating_sub(self.written);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        ctx.write(|tx| {
            for (line, at) in lines.iter().take(room).zip(self.written..) {
                CRAWL_LOG.put(tx, &(self.run.as_str(), at), line)?;
            }
            Ok::<_, platform::StoreError>(())
        })
        .await?;
        self.written += lines.len() as u64;
        Ok(())
    }
}
