//! What a key's owner pays for: a dollar a month for each key, and one more for each of its first
//! two rotations. Keys that AWS manages cost nothing, nor do keys that are to be deleted.
//!
//! The hours that a key came to are in its account, apart from the key: they change only when the
//! key begins or ends to cost, is rotated, or someone asks for the bill; so neither a crash nor a
//! clock moved by a year loses or doubles an hour.
//!
//! <https://aws.amazon.com/kms/pricing/>

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use platform::{
    Keeper, PlatformParts, Result, Row, Scope, StoreError, Table, Timestamp, Unit, Usage, WriteTx,
};
use serde::{Deserialize, Serialize};

use crate::model::KeyRow;

/// Whose, key's id → its account.
static ACCOUNTS: Table<(Scope, String), Account> = Table::global("kms.accounts");

const DAY: Duration = Duration::from_secs(86_400);
/// Rotations beyond these cost nothing more.
const ROTATIONS_MAX: u32 = 2;
/// Days told apart before they are reported; what comes after counts for the last of them.
const DAYS_MAX: usize = 400;
/// Accounts of one transaction.
const PAGE: usize = 500;

/// What a key costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Account {
    /// How many keys it counts as now; none while it is to be deleted.
    counts: u32,
    /// Rotations it counts with, also while it does not.
    rotations: u32,
    /// Since when; what was before is in `owed`.
    since: Timestamp,
    /// Key-hours that are not reported yet, by the beginning of the day.
    owed: Vec<(Timestamp, f64)>,
}

impl Row for Account {}

impl Account {
    /// Lets time pass until now. A clock that was turned back bills nothing until it is here again.
    fn pass(&mut self, now: Timestamp) {
        if self.counts == 0 {
            self.since = self.since.max(now);
        }
        while self.since < now {
            let mut day = day_of(self.since);
            let mut end = now.min(day + DAY);
            if self.owed.len() >= DAYS_MAX {
                // More than a year without a report.
                end = now;
                day = self.owed.last().map_or(day, |(last, _)| *last);
            }
            let hours = end.since(self.since).as_secs_f64() / 3600.0;
            let key_hours = f64::from(self.counts) * hours;
            match self.owed.last_mut() {
                Some((last, owed)) if *last == day => *owed += key_hours,
                _ => self.owed.push((day, key_hours)),
            }
            self.since = end;
        }
    }
}

fn day_of(at: Timestamp) -> Timestamp {
    let seconds = i64::try_from(DAY.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_secs(at.as_secs().div_euclid(seconds) * seconds)
}

/// A key of the transaction's scope begins to cost.
pub(crate) fn opened(tx: &WriteTx<'_>, now: Timestamp, key: &KeyRow) -> Result<()> {
    if key.is_aws_managed() {
        return Ok(());
    }
    let place = (tx.scope().clone(), key.id.clone());
    let new = Account { counts: 0, rotations: 0, since: now, owed: Vec::new() };
    let mut account = ACCOUNTS.get(tx, &place)?.unwrap_or(new);
    account.pass(now);
    account.counts = 1 + account.rotations;
    Ok(ACCOUNTS.put(tx, &place, &account)?)
}

/// A key of the transaction's scope ceases to cost.
pub(crate) fn closed(tx: &WriteTx<'_>, now: Timestamp, id: &str) -> Result<()> {
    change(tx, now, id, |account| account.counts = 0)
}

/// A key of the transaction's scope has new material.
pub(crate) fn rotated(tx: &WriteTx<'_>, now: Timestamp, id: &str) -> Result<()> {
    change(tx, now, id, |account| {
        if account.rotations < ROTATIONS_MAX {
            account.rotations += 1;
            account.counts += 1;
        }
    })
}

/// A key of the transaction's scope is gone. What it still owes is reported before its account goes.
pub(crate) fn gone(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    let place = (tx.scope().clone(), id.to_owned());
    if ACCOUNTS.get(tx, &place)?.is_some_and(|account| account.owed.is_empty()) {
        ACCOUNTS.delete(tx, &place)?;
    }
    Ok(())
}

fn change(
    tx: &WriteTx<'_>,
    now: Timestamp,
    id: &str,
    change: impl FnOnce(&mut Account),
) -> Result<()> {
    let place = (tx.scope().clone(), id.to_owned());
    let Some(mut account) = ACCOUNTS.get(tx, &place)? else { return Ok(()) };
    account.pass(now);
    change(&mut account);
    Ok(ACCOUNTS.put(tx, &place, &account)?)
}

/// Reports what all keys owe, whenever that is asked.
pub(crate) struct Keeping(pub PlatformParts);

impl Keeper for Keeping {
    fn report(&self) -> BoxFuture<'static, Result<(), StoreError>> {
        let parts = self.0.clone();
        async move { report(&parts).await }.boxed()
    }
}

async fn report(parts: &PlatformParts) -> Result<(), StoreError> {
    let (store, scope) = (parts.store(), Scope::default());
    let mut after: Option<(Scope, String)> = None;
    loop {
        let now = parts.clock().now();
        let page = store.read(&scope, |tx| match &after {
            Some(place) => ACCOUNTS.scan(tx).after(place).page(PAGE),
            None => ACCOUNTS.scan(tx).page(PAGE),
        })?;
        let owing = |account: &Account| account.counts > 0 || !account.owed.is_empty();
        let places = page.rows.iter().filter(|(_, account)| owing(account)).map(|(place, _)| place);
        let owed = store.write(&scope, |tx| {
            places.map(|place| take(tx, now, place)).collect::<Result<Vec<_>, StoreError>>()
        });
        let owed = owed.await?;
        if let Some(meter) = parts.meter() {
            for ((owner, key), hours) in owed {
                for (at, quantity) in hours {
                    meter.record(&Usage {
                        at,
                        scope: &owner,
                        service: kms_api::SERVICE.name,
                        operation: "",
                        unit: Unit::ObjectHours,
                        quantity,
                        resource: &key,
                    });
                }
            }
        }
        after = page.rows.into_iter().last().map(|(place, _)| place);
        if !page.more {
            return Ok(());
        }
    }
}

type Owed = ((Scope, String), Vec<(Timestamp, f64)>);

/// What an account owes until now, which is then settled. Accounts of keys that are gone go too.
fn take(tx: &WriteTx<'_>, now: Timestamp, place: &(Scope, String)) -> Result<Owed, StoreError> {
    let Some(mut account) = ACCOUNTS.get(tx, place)? else {
        return Ok((place.clone(), Vec::new()));
    };
    account.pass(now);
    let owed = std::mem::take(&mut account.owed);
    let there = tx.in_scope(&place.0);
    match crate::store::KEYS.contains(&there, &place.1)? {
        true => ACCOUNTS.put(tx, place, &account)?,
        false => {
            ACCOUNTS.delete(tx, place)?;
        }
    }
    Ok((place.clone(), owed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: i64) -> Timestamp {
        Timestamp::from_secs(hours * 3600)
    }

    #[test]
    fn hours_count_while_the_key_costs_and_by_the_day() {
        let mut account = Account { counts: 2, rotations: 1, since: hours(20), owed: Vec::new() };
        account.pass(hours(26));
        assert_eq!(account.owed, [(hours(0), 8.0), (hours(24), 4.0)]);
        account.counts = 0;
        account.pass(hours(90));
        // The clock goes back, and comes again.
        account.counts = 1;
        account.pass(hours(80));
        account.pass(hours(91));
        assert_eq!(account.owed, [(hours(0), 8.0), (hours(24), 4.0), (hours(72), 1.0)]);
    }
}
