//! The engine against a naive model: a list of messages that is searched from the front.

use std::time::Duration;

use aquifer_store::{Backend, Durability, Store, StoreError, StoreOptions, WriteTx};
use aquifer_types::{Scope, Timestamp};
use proptest::prelude::*;

use super::*;

const QUEUE: u64 = 7;
const DEAD: u64 = 8;
const KEEP: Duration = Duration::from_secs(100);
const AFTER: u32 = 3;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(1_000_000 + i64::try_from(seconds).unwrap())
}

#[derive(Clone, Debug)]
struct Plain {
    number: u64,
    sent: u64,
    group: Option<u8>,
    receives: u32,
    /// Until when it is hidden, and whether by a lease.
    hidden: Option<(u64, bool)>,
}

/// What the engine should do, done the slow way.
#[derive(Default)]
struct Naive {
    next: u64,
    messages: Vec<Plain>,
    dead: usize,
}

impl Naive {
    fn tick(&mut self, now: u64) {
        self.messages.retain(|message| message.sent + KEEP.as_secs() > now);
        for message in &mut self.messages {
            message.hidden = message.hidden.filter(|(until, _)| *until > now);
        }
    }

    /// Whether others of its group stand in its way: one that is held, or any before it.
    fn blocked(&self, message: &Plain, taken: &[u64]) -> bool {
        message.group.is_some()
            && self.messages.iter().any(|other| {
                other.group == message.group
                    && !taken.contains(&other.number)
                    && (matches!(other.hidden, Some((_, true))) || other.number < message.number)
            })
    }

    fn receive(&mut self, now: u64, max: usize, until: u64) -> Vec<u64> {
        let mut taken: Vec<u64> = Vec::new();
        while taken.len() < max {
            // The group of the last one goes on while it can.
            let last = taken.last().copied();
            let group = last.and_then(|last| {
                self.messages.iter().find(|m| m.number == last).and_then(|m| m.group)
            });
            let free = |m: &&Plain| m.hidden.is_none() && !self.blocked(m, &taken);
            let same = self.messages.iter().filter(|m| group.is_some() && m.group == group);
            let found = same.clone().find(free).or_else(|| {
                self.messages.iter().filter(|m| m.group.is_none() || m.group != group).find(free)
            });
            let Some(index) =
                found.and_then(|f| self.messages.iter().position(|m| m.number == f.number))
            else {
                break;
            };
            if self.messages[index].receives >= AFTER {
                self.messages.remove(index);
                self.dead += 1;
                continue;
            }
            let message = &mut self.messages[index];
            message.receives += 1;
            message.hidden = Some((until, true));
            taken.push(message.number);
        }
        let _ = now;
        taken
    }
}

#[derive(Clone, Debug)]
enum Step {
    Send { group: u8, delay: u64 },
    Receive { max: usize, lease: u64 },
    Delete { which: usize },
    Extend { which: usize, seconds: u64 },
    Wait { seconds: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3_u8, prop_oneof![3 => Just(0), 1 => 1..20_u64])
            .prop_map(|(group, delay)| Step::Send { group, delay }),
        3 => (1..4_usize, 1..15_u64).prop_map(|(max, lease)| Step::Receive { max, lease }),
        2 => (0..10_usize).prop_map(|which| Step::Delete { which }),
        1 => (0..10_usize, prop_oneof![Just(0), 1..10_u64])
            .prop_map(|(which, seconds)| Step::Extend { which, seconds }),
        2 => (1..40_u64).prop_map(|seconds| Step::Wait { seconds }),
    ];
    prop::collection::vec(step, 1..60)
}

struct Bench {
    store: Store,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    fn new() -> Self {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Relaxed };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { store: Store::open(options).unwrap(), runtime }
    }

    fn write<T>(&self, f: impl FnOnce(&WriteTx<'_>) -> Result<T, StoreError>) -> T {
        self.runtime.block_on(self.store.write(&Scope::default(), f)).unwrap()
    }
}

fn run(steps: Vec<Step>, grouped: bool) {
    let bench = Bench::new();
    let mut naive = Naive::default();
    let mut leases: Vec<Lease> = Vec::new();
    let mut now = 0;
    for step in steps {
        naive.tick(now);
        match step {
            Step::Wait { seconds } => now += seconds,
            Step::Send { group, delay } => {
                let group = grouped.then_some(group);
                let message = Message {
                    payload: naive.next.to_string().into_bytes(),
                    group: group.map(|group| group.to_string()),
                    not_before: (delay > 0).then(|| at(now + delay)),
                    origin: None,
                };
                let number = bench.write(|tx| send(tx, QUEUE, at(now), message));
                assert_eq!(number, naive.next);
                naive.next += 1;
                let hidden = (delay > 0).then_some((now + delay, false));
                naive.messages.push(Plain { number, sent: now, group, receives: 0, hidden });
            }
            Step::Receive { max, lease } => {
                let dead = DeadLetters {
                    to: DEAD,
                    after: AFTER,
                    origin: "here".to_owned(),
                    keep_age: true,
                };
                let wanted = Wanted { max, until: at(now + lease), dead: Some(dead) };
                let received = bench.write(|tx| {
                    assert!(tick(tx, QUEUE, at(now), KEEP)?);
                    receive(tx, QUEUE, at(now), &wanted)
                });
                let numbers: Vec<u64> = received.iter().map(|r| r.lease.number).collect();
                assert_eq!(numbers, naive.receive(now, max, now + lease));
                for message in received {
                    assert_eq!(message.payload, message.lease.number.to_string().into_bytes());
                    leases.push(message.lease);
                }
            }
            Step::Delete { which } => {
                let Some(lease) = leases.get(which).copied() else { continue };
                let done = bench.write(|tx| {
                    tick(tx, QUEUE, at(now), KEEP)?;
                    delete(tx, QUEUE, lease, grouped)
                });
                let found = naive.messages.iter().position(|m| m.number == lease.number);
                let expected = match found {
                    None => Deleted::Gone,
                    Some(index) => {
                        let message = &naive.messages[index];
                        let held = matches!(message.hidden, Some((_, true)));
                        match (message.receives == lease.receives, grouped, held) {
                            (false, false, _) => Deleted::Stale,
                            (false, true, _) | (true, true, false) => Deleted::Over,
                            _ => {
                                naive.messages.remove(index);
                                Deleted::Done
                            }
                        }
                    }
                };
                assert_eq!(done, expected);
            }
            Step::Extend { which, seconds } => {
                let Some(lease) = leases.get(which).copied() else { continue };
                let for_time = Duration::from_secs(seconds);
                let done = bench.write(|tx| {
                    tick(tx, QUEUE, at(now), KEEP)?;
                    extend(tx, QUEUE, lease, at(now), for_time, Duration::from_secs(10_000))
                });
                let found = naive.messages.iter_mut().find(|m| m.number == lease.number);
                let expected = match found {
                    None => Changed::Gone,
                    Some(message)
                        if matches!(message.hidden, Some((_, true)))
                            && message.receives == lease.receives =>
                    {
                        message.hidden = (seconds > 0).then_some((now + seconds, true));
                        Changed::Done
                    }
                    Some(_) => Changed::NotHeld,
                };
                assert_eq!(done, expected);
            }
        }
        naive.tick(now);
        let found = bench.write(|tx| {
            tick(tx, QUEUE, at(now), KEEP)?;
            Ok((counts(tx, QUEUE)?, counts(tx, DEAD)?))
        });
        let hidden = |leased: bool| {
            naive.messages.iter().filter(|m| m.hidden.is_some_and(|(_, l)| l == leased)).count()
        };
        let (leased, delayed) = (hidden(true) as u64, hidden(false) as u64);
        let visible = naive.messages.len() as u64 - leased - delayed;
        assert_eq!(found.0, Counts { visible, leased, delayed });
        assert_eq!(found.1.visible, naive.dead as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_plain_queue_is_as_the_naive_one(steps in steps()) {
        run(steps, false);
    }

    #[test]
    fn groups_are_as_in_the_naive_queue(steps in steps()) {
        run(steps, true);
    }
}

#[test]
fn whoever_waits_is_told_when_to_look_again() {
    let bench = Bench::new();
    let looked =
        |now| bench.store.read(&Scope::default(), |tx| outlook(tx, QUEUE, at(now))).unwrap();
    assert_eq!(looked(0), Outlook { ready: false, next: None });
    let delayed = Message { not_before: Some(at(5)), ..Message::default() };
    bench.write(|tx| send(tx, QUEUE, at(0), delayed));
    assert_eq!(looked(0), Outlook { ready: false, next: Some(at(5)) });
    assert!(looked(5).ready);
    bench.write(|tx| send(tx, QUEUE, at(0), Message::default()));
    assert!(looked(0).ready);
}

#[test]
fn repeats_are_known_for_their_time() {
    let bench = Bench::new();
    bench.write(|tx| remember(tx, QUEUE, "a", (at(0), at(300)), b"first".to_vec()));
    let known = |name: &str, now| {
        bench.store.read(&Scope::default(), |tx| recall(tx, QUEUE, name, at(now))).unwrap()
    };
    assert_eq!(known("a", 299).as_deref(), Some(&b"first"[..]));
    assert_eq!(known("a", 300), None);
    assert_eq!(known("b", 0), None);
    bench.write(|tx| remember(tx, QUEUE, "b", (at(400), at(700)), Vec::new()));
    let left = bench.store.read(&Scope::default(), |tx| {
        tables::REPEATS.scan(tx).keys().collect::<Result<Vec<_>, StoreError>>()
    });
    assert_eq!(left.unwrap(), [(QUEUE, "b".to_owned())], "what is over is forgotten");
}

#[test]
fn a_queue_that_ends_leaves_nothing_and_its_successor_counts_on() {
    let bench = Bench::new();
    for _ in 0..5 {
        let message = Message { group: Some("g".into()), ..Message::default() };
        bench.write(|tx| send(tx, QUEUE, at(0), message));
    }
    bench.write(|tx| succeed(tx, QUEUE, QUEUE + 10));
    while !bench.write(|tx| sweep(tx, QUEUE, 2)) {}
    bench
        .store
        .read(&Scope::default(), |tx| {
            assert_eq!(counts(tx, QUEUE)?, Counts::default());
            assert_eq!(tables::MEMBERS.scan(tx).count() + tables::BODIES.scan(tx).count(), 0);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(bench.write(|tx| send(tx, QUEUE + 10, at(0), Message::default())), 5);
    let taken = bench.write(|tx| take_first(tx, QUEUE + 10));
    assert_eq!(taken.map(|taken| taken.sent), Some(at(0)));
    assert_eq!(bench.write(|tx| take_first(tx, QUEUE + 10)), None);
}
