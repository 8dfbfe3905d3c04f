//! Receiving: the first messages that may be, each under a lease.

use aquifer_store::{StoreError, WriteTx};
use aquifer_types::Timestamp;

use crate::lease::Lease;
use crate::tables::{self, BODIES, Body, Hidden, Open, READY, State};

type Result<T> = std::result::Result<T, StoreError>;

/// Messages that failed too often and are put elsewhere in one call; the next one goes on.
const MOVES_MAX: usize = 1_000;

/// What a receiver wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// So many messages at most.
    pub max: usize,
    /// When the leases end.
    pub until: Timestamp,
    /// What happens to messages that failed too often.
    pub dead: Option<DeadLetters>,
}

/// Where messages go that failed too often.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    /// To this queue.
    pub to: u64,
    /// After so many receives.
    pub after: u32,
    /// What they are marked with.
    pub origin: String,
    /// Whether they count as sent when they were first, and not now.
    pub keep_age: bool,
}

/// A message as its receiver gets it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The lease.
    pub lease: Lease,
    /// What is in it.
    pub payload: Vec<u8>,
    /// Its group.
    pub group: Option<String>,
    /// When it was sent.
    pub sent: Timestamp,
    /// How often it was received, this time included.
    pub receives: u32,
    /// When it was received first.
    pub first_received: Timestamp,
    /// What it was marked with when it had failed too often elsewhere.
    pub origin: Option<String>,
}

/// Receives the first messages that may be, oldest first; of a group as many as are wanted, in their
/// order. [`crate::tick`] goes before, in the same transaction.
///
/// # Errors
/// If the store cannot be read.
pub fn receive(
    tx: &WriteTx<'_>,
    queue: u64,
    now: Timestamp,
    wanted: &Wanted,
) -> Result<Vec<Received>> {
    let mut open = Open::new(tx, queue)?;
    let (mut received, mut moves) = (Vec::new(), 0);
    while received.len() < wanted.max && moves < MOVES_MAX {
        let first = tables::first_ready(tx, queue, open.head.first_ready)?;
        open.head.first_ready = first.unwrap_or(open.head.next);
        let Some(first) = first else { break };
        READY.delete(tx, &(queue, first))?;
        let mut next = Some(first);
        while let Some(number) = next
            && received.len() < wanted.max
            && moves < MOVES_MAX
        {
            next = None;
            let Some(state) = open.state(number)? else { break };
            if state.hidden.is_some() {
                break;
            }
            let group = state.group.clone();
            if let Some(dead) = wanted.dead.as_ref().filter(|dead| state.receives >= dead.after) {
                put_elsewhere(&mut open, number, state, now, dead)?;
                moves += 1;
                // What follows it in its group is ready now, or somebody holds one before it.
                continue;
            }
            received.extend(hand_out(&mut open, number, state, now, wanted.until)?);
            if let Some(group) = group {
                next = open.member_from(&group, number + 1)?;
            }
        }
    }
    open.close()?;
    Ok(received)
}

/// A message that was taken out of a queue for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What is in it.
    pub payload: Vec<u8>,
    /// Its group.
    pub group: Option<String>,
    /// When it was sent.
    pub sent: Timestamp,
    /// What it was marked with when it had failed too often elsewhere.
    pub origin: Option<String>,
}

/// Takes the first message that may be received out of a queue for good. [`crate::tick`] goes before.
///
/// # Errors
/// If the store cannot be read.
pub fn take_first(tx: &WriteTx<'_>, queue: u64) -> Result<Option<Taken>> {
    let mut open = Open::new(tx, queue)?;
    let first = tables::first_ready(tx, queue, open.head.first_ready)?;
    let Some(number) = first else { return Ok(None) };
    open.head.first_ready = number;
    let body = BODIES.get(tx, &(queue, number))?;
    if let Some(state) = open.state(number)? {
        open.remove(number, state)?;
    }
    open.close()?;
    Ok(body.map(|Body { sent, payload, group, origin }| Taken {
        payload: payload.0,
        group,
        sent,
        origin,
    }))
}

fn hand_out(
    open: &mut Open<'_, '_>,
    number: u64,
    mut state: State,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Received>> {
    let Some(body) = BODIES.get(open.tx, &(open.queue, number))? else { return Ok(None) };
    state.receives = state.receives.saturating_add(1);
    state.received = Some(now);
    let first_received = *state.first_received.get_or_insert(now);
    open.hide(number, &mut state, Hidden::Leased, until)?;
    if let Some(group) = &state.group {
        open.held(group)?;
    }
    let Body { sent, payload, group, origin } = body;
    let receives = state.receives;
    let lease = Lease { number, receives };
    Ok(Some(Received { lease, payload: payload.0, group, sent, receives, first_received, origin }))
}

fn put_elsewhere(
    open: &mut Open<'_, '_>,
    number: u64,
    state: State,
    now: Timestamp,
    dead: &DeadLetters,
) -> Result<()> {
    let body = BODIES.get(open.tx, &(open.queue, number))?;
    open.remove(number, state)?;
    if let Some(mut body) = body {
        body.origin = Some(dead.origin.clone());
        if !dead.keep_age {
            body.sent = now;
        }
        let mut there = Open::new(open.tx, dead.to)?;
        there.insert(&body, None)?;
        there.close()?;
    }
    Ok(())
}
