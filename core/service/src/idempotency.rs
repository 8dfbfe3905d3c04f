//! Calls that may be repeated: the same token gives the first answer again.
//!
//! The record is written by the room in the transaction that does the work ([`remember`]), so a
//! crash leaves either both or neither. The pipeline answers repeats before the room is asked.

use aquifer_ctx::Ctx;
use aquifer_schema::{OperationSchema, Structure, View};
use aquifer_store::{Row, StoreError, Table, WriteTx};
use aquifer_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fail::Fail;

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
) -> Result<(), Fail> {
    let Some(token) = token(input) else { return Ok(()) };
    let key = key(Op::SCHEMA, &token);
    if ANSWERS.contains(tx, key.as_str())? {
        return Err(Fail::new(RACED, 409, "Another call with the same token is being served."));
    }
    let input_hash = hash(input, encode, &token);
    let answer = Answer { input_hash, output: aquifer_store::Blob(encode(output)), at: ctx.now() };
    ANSWERS.put(tx, key.as_str(), &answer)?;
    Ok(())
}

/// The code of a call that lost a race against a repeat of itself; never answered to a client.
pub(crate) const RACED: &str = "AquiferTokenRaced";

fn encode(value: &dyn Structure) -> Vec<u8> {
    aquifer_wire::stored::to_bytes(value)
}
