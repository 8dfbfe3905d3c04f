//! Closed-loop load: every worker sends its next request when it has read its last answer whole.
//!
//! Latency is from handing the request to the socket to the last byte of the answer; making and
//! signing the request is not in it. Every answer is checked, so a fast wrong answer is an error
//! and not a success.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt as _;
use tokio::task::JoinSet;

use crate::connection::{Answer, Connection, refusal};
use crate::endpoint::{Endpoint, Outgoing};

/// A worker gives up after this many errors without a success between them.
const ERRORS_IN_A_ROW_MAX: usize = 100;

/// What is sent again and again.
pub struct Workload {
    /// Makes the n-th request.
    pub request: Box<dyn Fn(u64) -> Outgoing + Send + Sync>,
    /// What the answer must be.
    pub expect: Expect,
    /// Bytes of content that one request moves, either way.
    pub content_bytes: u64,
}

/// What a right answer is.
#[derive(Clone)]
pub enum Expect {
    /// Any success.
    Success,
    /// Just these bytes.
    Body(Bytes),
    /// Just these bytes to a GET, and any success to whatever else is asked between.
    Read(Bytes),
    /// Text with this many times this tag.
    Count(&'static str, usize),
}

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// After this time.
    Elapsed(Duration),
    /// After this many requests.
    Count(u64),
}

/// How hard to press.
#[derive(Clone, Copy)]
pub struct Pressure {
    /// Connections, each with one request at a time.
    pub connections: usize,
    /// Threads of this program that drive them.
    pub threads: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Right answers.
    pub requests: u64,
    /// Wrong or missing ones.
    pub errors: u64,
    /// What the first error said.
    pub first_error: Option<String>,
    /// Wall time.
    pub elapsed: Duration,
    /// Of each right answer, in microseconds, ascending.
    latencies_micros: Vec<u32>,
}

impl Outcome {
    /// One right answer.
    pub fn once(elapsed: Duration) -> Outcome {
        let micros = u32::try_from(elapsed.as_micros()).unwrap_or(u32::MAX);
        let latencies_micros = vec![micros];
        Outcome { requests: 1, elapsed, latencies_micros, ..Outcome::default() }
    }

    /// Right answers a second.
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that this share of the answers did not exceed, in milliseconds.
    pub fn latency_ms(&self, share: f64) -> f64 {
        let last = self.latencies_micros.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        self.latencies_micros.get(at).map_or(f64::NAN, |micros| f64::from(*micros) / 1e3)
    }

    fn add(&mut self, other: Outcome) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.latencies_micros.extend(other.latencies_micros);
    }
}

/// Presses until the end and tells what came of it. `counter` numbers the requests: handing in the
/// same one again goes on where the last run stopped.
pub fn run(
    endpoint: &Endpoint,
    workload: &Arc<Workload>,
    pressure: Pressure,
    until: Until,
    counter: &Arc<AtomicU64>,
) -> Result<Outcome> {
    let started = Instant::now();
    let worker = Worker {
        endpoint: endpoint.clone(),
        workload: Arc::clone(workload),
        counter: Arc::clone(counter),
        deadline: match until {
            Until::Elapsed(time) => Some(started + time),
            Until::Count(_) => None,
        },
        limit: match until {
            Until::Elapsed(_) => u64::MAX,
            Until::Count(count) => counter.load(Ordering::Relaxed) + count,
        },
    };
    let threads = pressure.threads.clamp(1, pressure.connections.max(1));
    let outcomes: Vec<Result<Outcome>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| {
                let connections = (thread..pressure.connections).step_by(threads).count();
                let worker = worker.clone();
                scope.spawn(move || on_this_thread(&worker, connections))
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|_| bail!("a thread of the load panicked")))
            .collect()
    });
    let mut all = Outcome { elapsed: started.elapsed(), ..Outcome::default() };
    for outcome in outcomes {
        all.add(outcome?);
    }
    all.latencies_micros.sort_unstable();
    Ok(all)
}

fn on_this_thread(worker: &Worker, connections: usize) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime for the load")?;
    runtime.block_on(async {
        let mut workers = JoinSet::new();
        for _ in 0..connections {
            workers.spawn(worker.clone().work());
        }
        let mut all = Outcome::default();
        while let Some(outcome) = workers.join_next().await {
            all.add(outcome.context("a worker of the load panicked")?);
        }
        Ok(all)
    })
}

/// What one connection does.
#[derive(Clone)]
struct Worker {
    endpoint: Endpoint,
    workload: Arc<Workload>,
    counter: Arc<AtomicU64>,
    deadline: Option<Instant>,
    limit: u64,
}

impl Worker {
    async fn work(self) -> Outcome {
        let mut connection = Connection::new(&self.endpoint);
        let mut outcome = Outcome::default();
        let mut errors_in_a_row = 0;
        while self.deadline.is_none_or(|deadline| Instant::now() < deadline) {
            let n = self.counter.fetch_add(1, Ordering::Relaxed);
            if n >= self.limit {
                // Not taken: a later run over the same keys begins where this one ended.
                self.counter.fetch_sub(1, Ordering::Relaxed);
                break;
            }
            match self.one(&mut connection, n).await {
                Ok(took) => {
                    errors_in_a_row = 0;
                    outcome.requests += 1;
                    let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
                    outcome.latencies_micros.push(micros);
                }
                Err(error) => {
                    connection.close();
                    outcome.errors += 1;
                    outcome.first_error.get_or_insert_with(|| format!("{error:#}"));
                    errors_in_a_row += 1;
                    // A server that refuses everything must not keep the load spinning.
                    if errors_in_a_row == ERRORS_IN_A_ROW_MAX {
                        break;
                    }
                }
            }
        }
        outcome
    }

    async fn one(&self, connection: &mut Connection, n: u64) -> Result<Duration> {
        let outgoing = (self.workload.request)(n);
        let request = connection.sign(&outgoing)?;
        let started = Instant::now();
        let response = connection.send(request).await?;
        let status = response.status();
        let mut body = response.into_body();
        if !status.is_success() {
            let body = body.collect().await?.to_bytes();
            bail!("{}", refusal(&Answer { status, body, etag: None }));
        }
        let expect = match &self.workload.expect {
            Expect::Read(whole) if outgoing.method == Method::GET => &Expect::Body(whole.clone()),
            Expect::Read(_) => &Expect::Success,
            expect => expect,
        };
        let mut check = Check::new(expect);
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.context("the answer broke off")?.into_data() {
                check.data(&data)?;
            }
        }
        let took = started.elapsed();
        check.end()?;
        Ok(took)
    }
}

/// Compares an answer with what is expected while it arrives.
struct Check<'a> {
    expect: &'a Expect,
    seen_bytes: usize,
    text: Vec<u8>,
}

impl<'a> Check<'a> {
    fn new(expect: &'a Expect) -> Check<'a> {
        Check { expect, seen_bytes: 0, text: Vec::new() }
    }

    fn data(&mut self, data: &[u8]) -> Result<()> {
        match self.expect {
            Expect::Success => {}
            Expect::Body(whole) | Expect::Read(whole) => {
                let end = self.seen_bytes + data.len();
                if whole.get(self.seen_bytes..end) != Some(data) {
                    bail!("the answer differs from what was written before its byte {end}");
                }
                self.seen_bytes = end;
            }
            Expect::Count(..) => self.text.extend_from_slice(data),
        }
        Ok(())
    }

    fn end(&self) -> Result<()> {
        match self.expect {
            Expect::Success => Ok(()),
            Expect::Body(whole) | Expect::Read(whole) if whole.len() == self.seen_bytes => Ok(()),
            Expect::Body(whole) | Expect::Read(whole) => {
                bail!("the answer has {} of {} bytes", self.seen_bytes, whole.len())
            }
            Expect::Count(tag, expected) => {
                let found = std::str::from_utf8(&self.text)?.matches(tag).count();
                if found != *expected {
                    bail!("the answer has {found} times {tag} and not {expected} times");
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expect: &Expect, pieces: &[&[u8]]) -> Result<()> {
        let mut check = Check::new(expect);
        pieces.iter().try_for_each(|piece| check.data(piece))?;
        check.end()
    }

    #[test]
    fn a_wrong_answer_is_an_error() {
        let body = Expect::Body(Bytes::from_static(b"abcd"));
        check(&body, &[b"ab", b"cd"]).unwrap();
        assert!(check(&body, &[b"ab"]).is_err(), "too short");
        assert!(check(&body, &[b"abcd", b"e"]).is_err(), "too long");
        assert!(check(&body, &[b"abce"]).is_err(), "damaged");
        let keys = Expect::Count("<Key>", 2);
        check(&keys, &[b"<Key>a<K", b"ey>b"]).unwrap();
        assert!(check(&keys, &[b"<Key>"]).is_err());
    }

    #[test]
    fn latencies_are_ranked() {
        let latencies_micros = (1..=101).map(|n| n * 1000).collect();
        let outcome = Outcome { latencies_micros, ..Outcome::default() };
        assert_eq!(outcome.latency_ms(0.5), 51.0);
        assert_eq!(outcome.latency_ms(0.99), 100.0);
        assert!(Outcome::default().latency_ms(0.5).is_nan());
    }
}
