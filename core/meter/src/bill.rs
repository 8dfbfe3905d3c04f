//! Bills: usage of a period, priced. Free units of a month go to whoever came first in it.

use std::collections::BTreeMap;

use aquifer_ctx::Unit;
use aquifer_types::{AccountId, Scope, Timestamp};
use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::{Price, Prices};

const DAY_SECONDS: i64 = 86_400;

/// Which usage is wanted: whole days (UTC), the last one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The account, or all.
    pub account: Option<AccountId>,
    /// A moment of the first day.
    pub from: Timestamp,
    /// A moment of the last day.
    pub to: Timestamp,
}

/// Usage of a day as it was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// The beginning of the day.
    pub day: Timestamp,
    /// Whose.
    pub scope: Scope,
    /// The service.
    pub service: String,
    /// The operation; empty for what happens outside requests.
    pub operation: String,
    /// What was counted.
    pub unit: Unit,
    /// Of what; may be empty.
    pub resource: String,
    /// How much was used.
    pub quantity: f64,
    /// How much of it is billed: single reports may have a minimum or be rounded up.
    pub billable: f64,
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The service.
    pub service: String,
    /// The kind of usage, as AWS's bill names it. `Unpriced-…` if no price is known.
    pub usage_type: String,
    /// The billed unit's name.
    pub unit: String,
    /// How many billed units were used, free ones included.
    pub quantity: f64,
    /// The price of one.
    pub unit_price: f64,
    /// What is to be paid.
    pub amount: f64,
}

/// The number of the day of a moment, since the epoch.
pub(crate) fn day_of(at: Timestamp) -> u32 {
    u32::try_from(at.as_secs().div_euclid(DAY_SECONDS).max(0)).unwrap_or(u32::MAX)
}

/// The beginning of a day.
pub(crate) fn day_start(day: u32) -> Timestamp {
    Timestamp::from_secs(i64::from(day) * DAY_SECONDS)
}

/// The month a day lies in, and its first day.
fn month_of(day: u32) -> (i32, u32) {
    let date = day_start(day).to_chrono();
    (date.year() * 12 + date.month0() as i32, day.saturating_sub(date.day0()))
}

/// The first day whose usage the bill of a period depends on.
pub(crate) fn first_day_needed(period: &Period) -> u32 {
    month_of(day_of(period.from)).1
}

/// What an account used of one usage type in a month.
struct Month<'a> {
    /// Billable before the period.
    before: f64,
    /// Billable up to the period's end.
    with: f64,
    price: Option<&'a Price>,
}

/// Prices usage that reaches back to [`first_day_needed`].
pub(crate) fn bill(prices: &Prices, period: &Period, used: &[Used]) -> Vec<Line> {
    let first = day_of(period.from);
    let mut months: BTreeMap<_, Month<'_>> = BTreeMap::new();
    for use_ in used {
        let price = prices.find(&use_.service, &use_.operation, use_.unit);
        let usage_type =
            price.map_or_else(|| format!("Unpriced-{}", use_.unit), |p| p.usage_type.clone());
        let day = day_of(use_.day);
        let key = (use_.service.clone(), usage_type, use_.scope.account, month_of(day).0);
        let month = months.entry(key).or_insert(Month { before: 0.0, with: 0.0, price });
        if day < first {
            month.before += use_.billable;
        }
        month.with += use_.billable;
    }
    let mut lines: BTreeMap<(String, String), Line> = BTreeMap::new();
    for ((service, usage_type, ..), Month { before, with, price }) in months {
        if with <= before {
            continue;
        }
        let (quantity, amount) = match price {
            Some(price) => {
                let ((before, paid), (with, due)) = (price.charge(before), price.charge(with));
                (with - before, due - paid)
            }
            None => (with - before, 0.0),
        };
        let line = lines.entry((service.clone(), usage_type.clone())).or_insert_with(|| {
            let unit = price.map_or("", |price| &price.billed_unit).to_owned();
            let unit_price = price.map_or(0.0, |price| price.price);
            Line { service, usage_type, unit, quantity: 0.0, unit_price, amount: 0.0 }
        });
        line.quantity += quantity;
        line.amount += amount;
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_know_their_month() {
        let at = |text: &str| day_of(Timestamp::parse_rfc3339(text).unwrap());
        assert_eq!(month_of(at("2026-03-31T23:59:59Z")).1, at("2026-03-01T00:00:00Z"));
        assert_ne!(month_of(at("2026-03-31T00:00:00Z")).0, month_of(at("2026-04-01T00:00:00Z")).0);
        assert_eq!(day_of(Timestamp::from_secs(-5)), 0);
    }
}
