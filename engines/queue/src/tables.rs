//! Where messages are: the tables of the engine, and the only code that keeps them in step.
//!
//! A message has a body, which never changes, and a state, which is small. Three indexes find those
//! that can be received, those whose time comes, and the oldest. Rows that are gone leave traces that
//! the storage removes only in time, so a queue's head remembers where each index begins.

use aquifer_store::{Blob, ReadTx, Row, StoreError, Table, WriteTx};
use aquifer_types::Timestamp;
use serde::{Deserialize, Serialize};

type Result<T> = std::result::Result<T, StoreError>;

/// Queue → what is known of it as a whole.
pub(crate) static HEADS: Table<u64, Head> = Table::regional("queue.heads");
/// (queue, number) → what was sent.
pub(crate) static BODIES: Table<(u64, u64), Body> = Table::regional("queue.bodies");
/// (queue, number) → how the message stands.
pub(crate) static STATES: Table<(u64, u64), State> = Table::regional("queue.states");
/// Messages that can be received now: of a group only the first, and none while one is held.
pub(crate) static READY: Table<(u64, u64), ()> = Table::regional("queue.ready");
/// (queue, when, number): the ends of leases and delays.
pub(crate) static TIMES: Table<(u64, Timestamp, u64), ()> = Table::regional("queue.times");
/// (queue, sent, number): by age.
pub(crate) static AGES: Table<(u64, Timestamp, u64), ()> = Table::regional("queue.ages");
/// (queue, group) → how a group stands; gone with its last message.
pub(crate) static GROUPS: Table<(u64, String), Group> = Table::regional("queue.groups");
/// (queue, group, number): the messages of a group.
pub(crate) static MEMBERS: Table<(u64, String, u64), ()> = Table::regional("queue.members");
/// (queue, repeat's name) → what the first one was answered.
pub(crate) static REPEATS: Table<(u64, String), Repeat> = Table::regional("queue.repeats");
/// (queue, until, repeat's name): when repeats are forgotten.
pub(crate) static FORGET: Table<(u64, Timestamp, String), ()> = Table::regional("queue.forget");

/// A queue as a whole: numbers given, messages by how they stand, and where its indexes begin.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Head {
    pub next: u64,
    pub total: u64,
    pub leased: u64,
    pub delayed: u64,
    /// No ready message has a lower number.
    pub first_ready: u64,
    /// No time comes before.
    pub first_time: (Timestamp, u64),
    /// No message is older.
    pub first_age: (Timestamp, u64),
}

impl Row for Head {}

/// What was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Body {
    pub sent: Timestamp,
    pub payload: Blob,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Where it was put when it had failed too often there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Row for Body {}

/// Why a message cannot be received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Hidden {
    Leased,
    Delayed,
}

/// How a message stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub sent: Timestamp,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub receives: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_received: Option<Timestamp>,
    /// When it was received last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<(Hidden, Timestamp)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it skips by reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Row for State {}

/// How a group stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Group {
    /// Messages of it that somebody holds.
    pub leased: u32,
    /// No message of it has a lower number.
    pub first: u64,
}

impl Row for Group {}

/// What a repeat is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Repeat {
    pub until: Timestamp,
    pub answer: Blob,
}

impl Row for Repeat {}

/// A queue while a transaction changes it: its head is written back once, at the end.
pub(crate) struct Open<'a, 'tx> {
    pub tx: &'a WriteTx<'tx>,
    pub queue: u64,
    pub head: Head,
}

impl<'a, 'tx> Open<'a, 'tx> {
    pub fn new(tx: &'a WriteTx<'tx>, queue: u64) -> Result<Self> {
        let head = HEADS.get(tx, &queue)?.unwrap_or_default();
        Ok(Self { tx, queue, head })
    }

    pub fn close(self) -> Result<()> {
        HEADS.put(self.tx, &self.queue, &self.head)
    }

    pub fn state(&self, number: u64) -> Result<Option<State>> {
        STATES.get(self.tx, &(self.queue, number))
    }

    pub fn put_state(&self, number: u64, state: &State) -> Result<()> {
        STATES.put(self.tx, &(self.queue, number), state)
    }

    /// Puts a new message where its state says.
    pub fn insert(&mut self, body: &Body, hidden_until: Option<Timestamp>) -> Result<u64> {
        let number = self.head.next;
        self.head.next += 1;
        self.head.total += 1;
        let (sent, group) = (body.sent, body.group.clone());
        let mut state =
            State { sent, receives: 0, first_received: None, received: None, hidden: None, group };
        BODIES.put(self.tx, &(self.queue, number), body)?;
        self.add_age(sent, number)?;
        if let Some(group) = &state.group {
            self.join(group, number)?;
        }
        match hidden_until {
            Some(until) => self.hide(number, &mut state, Hidden::Delayed, until)?,
            None => {
                self.put_state(number, &state)?;
                self.show(number, &state)?;
            }
        }
        Ok(number)
    }

    /// Takes a message out of the queue, however it stands.
    pub fn remove(&mut self, number: u64, mut state: State) -> Result<()> {
        if state.hidden.is_some() {
            self.unhide(number, &mut state)?;
        } else {
            READY.delete(self.tx, &(self.queue, number))?;
        }
        BODIES.delete(self.tx, &(self.queue, number))?;
        STATES.delete(self.tx, &(self.queue, number))?;
        AGES.delete(self.tx, &(self.queue, state.sent, number))?;
        self.head.total = self.head.total.saturating_sub(1);
        if let Some(group) = &state.group {
            self.leave(group, number)?;
        }
        Ok(())
    }

    /// Hides a message that was not hidden until a time.
    pub fn hide(
        &mut self,
        number: u64,
        state: &mut State,
        why: Hidden,
        until: Timestamp,
    ) -> Result<()> {
        state.hidden = Some((why, until));
        match why {
            Hidden::Leased => self.head.leased += 1,
            Hidden::Delayed => self.head.delayed += 1,
        }
        self.put_state(number, state)?;
        self.add_time(until, number)
    }

    /// Ends what hides a message, without showing it yet. The state is the caller's to write.
    pub fn unhide(&mut self, number: u64, state: &mut State) -> Result<()> {
        let Some((why, until)) = state.hidden.take() else { return Ok(()) };
        TIMES.delete(self.tx, &(self.queue, until, number))?;
        match why {
            Hidden::Leased => {
                self.head.leased = self.head.leased.saturating_sub(1);
                if let Some(group) = &state.group {
                    self.released(group)?;
                }
            }
            Hidden::Delayed => self.head.delayed = self.head.delayed.saturating_sub(1),
        }
        Ok(())
    }

    /// Makes a message that nothing hides one that can be received, unless others of its group
    /// come first.
    pub fn show(&mut self, number: u64, state: &State) -> Result<()> {
        match &state.group {
            None => self.make_ready(number),
            Some(group) => self.promote(group),
        }
    }

    pub fn make_ready(&mut self, number: u64) -> Result<()> {
        self.head.first_ready = self.head.first_ready.min(number);
        READY.put(self.tx, &(self.queue, number), &())
    }

    pub fn add_time(&mut self, at: Timestamp, number: u64) -> Result<()> {
        self.head.first_time = self.head.first_time.min((at, number));
        TIMES.put(self.tx, &(self.queue, at, number), &())
    }

    fn add_age(&mut self, sent: Timestamp, number: u64) -> Result<()> {
        self.head.first_age = self.head.first_age.min((sent, number));
        AGES.put(self.tx, &(self.queue, sent, number), &())
    }
}

/// The first time that comes.
pub(crate) fn first_time(
    tx: &ReadTx<'_>,
    queue: u64,
    head: &Head,
) -> Result<Option<(Timestamp, u64)>> {
    let (at, number) = head.first_time;
    let mut times = TIMES.scan(tx).prefix(&(queue,)).from(&(queue, at, number)).keys();
    Ok(times.next().transpose()?.map(|(_, at, number)| (at, number)))
}

/// The oldest message.
pub(crate) fn first_age(
    tx: &ReadTx<'_>,
    queue: u64,
    head: &Head,
) -> Result<Option<(Timestamp, u64)>> {
    let (sent, number) = head.first_age;
    let mut ages = AGES.scan(tx).prefix(&(queue,)).from(&(queue, sent, number)).keys();
    Ok(ages.next().transpose()?.map(|(_, sent, number)| (sent, number)))
}

/// The first message at or after a number that can be received.
pub(crate) fn first_ready(tx: &ReadTx<'_>, queue: u64, from: u64) -> Result<Option<u64>> {
    let mut ready = READY.scan(tx).prefix(&(queue,)).from(&(queue, from)).keys();
    Ok(ready.next().transpose()?.map(|(_, number)| number))
}
