//! Partition keys that are moments: from one to another in steps, spelled by a pattern.

use chrono::{Days, Months, NaiveDateTime, TimeDelta};

use super::pattern::DatePattern;

/// What a step is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateUnit {
    /// Calendar years.
    Years,
    /// Calendar months.
    Months,
    /// Seven days.
    Weeks,
    /// Days.
    Days,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
}

impl DateUnit {
    /// The moment so many units later, or earlier where `n` is negative.
    pub fn after(self, from: NaiveDateTime, n: i64) -> Option<NaiveDateTime> {
        let span = |seconds: i64| TimeDelta::try_seconds(n.checked_mul(seconds)?);
        match self {
            DateUnit::Years => DateUnit::Months.after(from, n.checked_mul(12)?),
            DateUnit::Months => {
                let months = Months::new(u32::try_from(n.unsigned_abs()).ok()?);
                match n < 0 {
                    true => from.checked_sub_months(months),
                    false => from.checked_add_months(months),
                }
            }
            DateUnit::Weeks => DateUnit::Days.after(from, n.checked_mul(7)?),
            DateUnit::Days => match n < 0 {
                true => from.checked_sub_days(Days::new(n.unsigned_abs())),
                false => from.checked_add_days(Days::new(n.unsigned_abs())),
            },
            DateUnit::Hours => from.checked_add_signed(span(3_600)?),
            DateUnit::Minutes => from.checked_add_signed(span(60)?),
            DateUnit::Seconds => from.checked_add_signed(span(1)?),
            DateUnit::Millis => from.checked_add_signed(TimeDelta::try_milliseconds(n)?),
        }
    }

    /// Milliseconds of the shortest such unit.
    fn millis(self) -> i64 {
        const DAY: i64 = 86_400_000;
        match self {
            DateUnit::Years => 365 * DAY,
            DateUnit::Months => 28 * DAY,
            DateUnit::Weeks => 7 * DAY,
            DateUnit::Days => DAY,
            DateUnit::Hours => 3_600_000,
            DateUnit::Minutes => 60_000,
            DateUnit::Seconds => 1_000,
            DateUnit::Millis => 1,
        }
    }

    /// Milliseconds of the longest such unit.
    fn millis_most(self) -> i64 {
        const DAY: i64 = 86_400_000;
        match self {
            DateUnit::Years => 366 * DAY,
            DateUnit::Months => 31 * DAY,
            other => other.millis(),
        }
    }
}

/// Moments from `from` to `to`, both included, in steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateRule {
    /// The first.
    pub from: NaiveDateTime,
    /// None is later.
    pub to: NaiveDateTime,
    /// Units of a step; at least 1.
    pub interval: i64,
    /// What it is counted in.
    pub unit: DateUnit,
    /// How they are spelled.
    pub pattern: DatePattern,
}

impl DateRule {
    /// The nth moment; counted from the first, so that months of different lengths do not drift.
    fn nth(&self, n: i64) -> Option<NaiveDateTime> {
        let at = self.unit.after(self.from, n.checked_mul(self.interval)?)?;
        (at <= self.to).then_some(at)
    }

    /// Where to begin looking for a moment: at most so many steps lie before it.
    fn steps_before(&self, at: NaiveDateTime, unit_millis: i64) -> i64 {
        let gone = at.signed_duration_since(self.from).num_milliseconds();
        gone.max(0) / unit_millis.saturating_mul(self.interval).max(1)
    }

    pub(super) fn has(&self, text: &str) -> bool {
        let Some(at) = self.pattern.parse(text) else { return false };
        if at < self.from {
            return false;
        }
        let mut n = self.steps_before(at, self.unit.millis_most()).saturating_sub(1).max(0);
        // Month lengths make the guess a little early, never late.
        while let Some(found) = self.nth(n) {
            if self.pattern.format(found) == text {
                return true;
            }
            if found > at {
                return false;
            }
            n += 1;
        }
        false
    }

    /// The values between two spelled alike, `limit` at most and one more.
    pub(super) fn values(
        &self,
        low: Option<&str>,
        high: Option<&str>,
        limit: usize,
    ) -> Vec<String> {
        // Only where later moments are greater texts do texts bound moments.
        let bound = |text: Option<&str>| {
            text.filter(|_| self.pattern.is_ordered()).and_then(|text| self.pattern.parse(text))
        };
        let first = bound(low).map_or(0, |at| {
            self.steps_before(at, self.unit.millis_most()).saturating_sub(1).max(0)
        });
        let last = bound(high);
        let mut values = Vec::new();
        let mut n = first;
        while let Some(at) = self.nth(n) {
            // What is spelled like the bound may lie a little after it.
            if last.is_some_and(|last| self.pattern.truncated(at) > last) || values.len() > limit {
                break;
            }
            let text = self.pattern.format(at);
            // Steps finer than the pattern spell several moments alike.
            if values.last() != Some(&text) {
                values.push(text);
            }
            n += 1;
        }
        values
    }
}
