//! Calls that may be repeated: the same token gives the first answer again.
//!
//! The record is written by the room in the transaction that does the work ([`remember`]), so a
//! crash leaves either both or neither. The pipeline answers repeats before the room is asked. After
//! a day a token is forgotten: AWS names no time for most of its services, and a day where it does.

use std::time::Duration;

use aquifer_ctx::Ctx;
use aquifer_jobs::{JobKey, Jobs, schedule, state};
use aquifer_schema::{OperationSchema, Structure, View};
use aquifer_store::{Row, StoreError, Table, WriteTx};
use aquifer_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fail::{Fail, Result};

/// For this long a repeat is answered.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// The kind of the job that removes what is older, one for each scope that has any.
const SWEEP: &str = "core.idempotency";
/// Rows looked at in one transaction.
const PAGE: usize = 500;

/// `service/operation/token` → what was answered.
static ANSWERS: Table<String, Answer> = Table::regional("core.idempotency");

#[derive(Clone, Serialize, Deserialize)]
struct Answer {
    /// Of the input without its token.
    input_hash: u64,
    output: aquifer_store::Blob,
    at: Timestamp,
}

impl Row for Answer {}

impl Answer {
    fn is_kept(&self, now: Timestamp) -> bool {
        self.at + KEPT > now
    }
}

/// A repeat, as the pipeline finds it.
#[derive(Debug)]
pub enum Replay {
    /// Not seen before, or without a token.
    New,
    /// Seen with the same input: the encoded first answer.
    Same(Vec<u8>),
    /// Seen with another input.
    Mismatch,
}

/// The token in an input, if its model has one and the caller sent it.
fn token(input: &dyn Structure) -> Option<String> {
    let (index, _) =
        input.schema().members.iter().enumerate().find(|(_, member)| member.idempotency_token)?;
    match input.member(index).view() {
        View::Str(token) if !token.is_empty() => Some(token.to_owned()),
        _ => None,
    }
}

fn key(schema: &OperationSchema, token: &str) -> String {
    format!("{}/{}/{token}", schema.service.name, schema.name)
}

/// FNV-1a over the members other than the token: it tells a repeat from a mistake.
fn hash(input: &dyn Structure, encode: impl Fn(&dyn Structure) -> Vec<u8>, token: &str) -> u64 {
    let bytes = encode(input);
    // The token itself is in both inputs that are compared, so it does not disturb.
    bytes.iter().chain(token.as_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Looks for an earlier call with the same token.
pub(crate) fn find(
    ctx: &Ctx,
    schema: &'static OperationSchema,
    input: &dyn Structure,
) -> Result<Replay, StoreError> {
    let Some(token) = token(input) else { return Ok(Replay::New) };
    let found = ctx.read(|tx| ANSWERS.get(tx, key(schema, &token).as_str()))?;
    Ok(match found {
        None => Replay::New,
        Some(answer) if !answer.is_kept(ctx.now()) => Replay::New,
        Some(answer) if answer.input_hash == hash(input, encode, &token) => {
            Replay::Same(answer.output.0.to_vec())
        }
        Some(_) => Replay::Mismatch,
    })
}

/// Keeps the answer to a call with a token, in the transaction that does its work. Without a token
/// nothing is kept.
///
/// # Errors
/// A retryable conflict when another call with the token was quicker; the pipeline then answers
/// with what that one answered.
pub fn remember<Op: crate::Operation>(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    input: &Op::Input,
    output: &Op::Output,
) -> Result<()> {
    let Some(token) = token(input) else { return Ok(()) };
    let key = key(Op::SCHEMA, &token);
    let now = ctx.now();
    if ANSWERS.get(tx, key.as_str())?.is_some_and(|answer| answer.is_kept(now)) {
        return Err(Fail::new(RACED, 409, "Another call with the same token is being served."));
    }
    let input_hash = hash(input, encode, &token);
    let answer = Answer { input_hash, output: aquifer_store::Blob(encode(output)), at: now };
    keep(tx, &key, &answer)?;
    Ok(())
}

fn keep(tx: &WriteTx<'_>, key: &str, answer: &Answer) -> Result<(), StoreError> {
    ANSWERS.put(tx, key, answer)?;
    let sweep = JobKey::new(SWEEP, "");
    match state(tx, &sweep)? {
        Some(_) => Ok(()),
        None => schedule(tx, &sweep, answer.at + KEPT, Vec::new()),
    }
}

/// Registers the job that removes answers nobody is given any more.
pub fn forget_old_answers(jobs: &Jobs) {
    jobs.register_long(SWEEP, |ctx, _| async move { Ok(sweep(&ctx).await?) });
}

/// Removes old answers of a scope, and comes again when the oldest of the others is old.
async fn sweep(ctx: &Ctx) -> Result<(), StoreError> {
    let (mut from, mut oldest) = (String::new(), None);
    loop {
        let now = ctx.now();
        let next = ctx.write(|tx| {
            let page = ANSWERS.scan(tx).after(from.as_str()).page(PAGE)?;
            for (key, answer) in &page.rows {
                if answer.is_kept(now) {
                    oldest = Some(oldest.map_or(answer.at, |at: Timestamp| at.min(answer.at)));
                } else {
                    ANSWERS.delete(tx, key.as_str())?;
                }
            }
            let last = page.rows.last().map(|(key, _)| key.clone()).filter(|_| page.more);
            if let (None, Some(oldest)) = (&last, oldest) {
                schedule(tx, &JobKey::new(SWEEP, ""), oldest + KEPT, Vec::new())?;
            }
            Ok::<_, StoreError>(last)
        });
        match next.await? {
            Some(last) => from = last,
            None => return Ok(()),
        }
    }
}

/// The code of a call that lost a race against a repeat of itself; never answered to a client.
pub(crate) const RACED: &str = "AquiferTokenRaced";

fn encode(value: &dyn Structure) -> Vec<u8> {
    aquifer_wire::stored::to_bytes(value)
}

#[cfg(test)]
mod tests {
    use aquifer_ctx::{Clock, Ids, PlatformParts};
    use aquifer_store::{Backend, Blob, Durability, Store, StoreOptions};
    use aquifer_types::Scope;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn answers_are_forgotten_a_day_later() {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let store = Store::open(options).unwrap();
        let clock = Clock::starting_at(Timestamp::from_secs(1_000_000));
        let parts = PlatformParts::new(store, clock, Ids::seeded(1));
        let ctx = Ctx::root(&parts, Scope::default());
        let jobs = Jobs::new(&parts);
        forget_old_answers(&jobs);
        jobs.start();

        let keys = || ctx.read(|tx| ANSWERS.scan(tx).keys().collect::<Result<Vec<_>, _>>());
        let put = async |name: &'static str, count: usize| {
            let at = ctx.now();
            let write = ctx.write(|tx| {
                for number in 0..count {
                    let answer = Answer { input_hash: 0, output: Blob(Vec::new()), at };
                    keep(tx, &format!("{name}{number:04}"), &answer)?;
                }
                Ok::<_, StoreError>(())
            });
            write.await.unwrap();
        };
        put("early", PAGE + 1).await;
        jobs.advance_clock(HOUR * 12).await.unwrap();
        put("late", 1).await;
        jobs.advance_clock(HOUR * 11).await.unwrap();
        assert_eq!(keys().unwrap().len(), PAGE + 2);
        jobs.advance_clock(HOUR * 2).await.unwrap();
        assert_eq!(keys().unwrap(), ["late0000"]);
        jobs.advance_clock(HOUR * 12).await.unwrap();
        assert!(keys().unwrap().is_empty());
        let left = ctx.read(|tx| state(tx, &JobKey::new(SWEEP, ""))).unwrap();
        assert_eq!(left, None, "with nothing to forget there is no job");
    }
}
