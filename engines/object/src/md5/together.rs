//! Where threads that have bytes to digest meet. Each leaves its work in the open; one of them does
//! what lies there, all of it side by side, until its own is done; then another one takes over.
//! Nobody waits for company: who comes alone works alone.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};

use super::Md5;
use super::kernel::{self, BLOCK, LANES, State};

/// Bytes of each body between two looks at who came in the meantime.
const SLICE: usize = 64 << 10;

/// The meeting place.
#[derive(Default)]
pub(crate) struct Together {
    shared: Mutex<Shared>,
    changed: Condvar,
}

#[derive(Default)]
struct Shared {
    waiting: VecDeque<Job>,
    done: HashMap<u64, Md5>,
    /// Whether somebody works.
    working: bool,
    next: u64,
}

/// Bytes to digest: chunks, and how far into the first of them it is.
struct Job {
    ticket: u64,
    md5: Md5,
    chunks: VecDeque<Bytes>,
}

impl Job {
    /// Takes in what stands between whole blocks; none are left if it is done.
    fn align(&mut self) {
        while let Some(chunk) = self.chunks.front_mut() {
            let rest = self.md5.fill(chunk).len();
            let begun = chunk.len() - rest;
            if rest >= BLOCK {
                _ = chunk.split_to(begun);
                return;
            }
            let rest = chunk.split_off(begun);
            self.md5.keep(&rest);
            self.chunks.pop_front();
        }
    }

    /// The whole blocks it begins with.
    fn blocks(&self) -> &[[u8; BLOCK]] {
        self.chunks.front().map_or(&[], |chunk| chunk.as_chunks::<BLOCK>().0)
    }

    /// Notes that so many blocks were taken in.
    fn passed(&mut self, blocks: usize, state: State) {
        let bytes = blocks * BLOCK;
        self.md5.state = state;
        self.md5.bytes += bytes as u64;
        if let Some(chunk) = self.chunks.front_mut() {
            _ = chunk.split_to(bytes);
        }
    }
}

impl Together {
    /// Takes chunks into a digest. Blocks as long as that takes.
    pub fn update(&self, md5: Md5, chunks: &[Bytes]) -> Md5 {
        let mut shared = self.shared.lock();
        let ticket = shared.next;
        shared.next += 1;
        shared.waiting.push_back(Job { ticket, md5, chunks: chunks.iter().cloned().collect() });
        loop {
            if let Some(md5) = shared.done.remove(&ticket) {
                return md5;
            }
            if shared.working {
                self.changed.wait(&mut shared);
                continue;
            }
            shared.working = true;
            let mut jobs = Vec::new();
            loop {
                while jobs.len() < LANES
                    && let Some(job) = shared.waiting.pop_front()
                {
                    jobs.push(job);
                }
                drop(shared);
                work(&mut jobs);
                shared = self.shared.lock();
                let before = shared.done.len();
                for job in jobs.extract_if(.., |job| job.chunks.is_empty()) {
                    shared.done.insert(job.ticket, job.md5);
                }
                let mine = shared.done.contains_key(&ticket);
                if mine {
                    // Whoever waits goes on with these.
                    jobs.drain(..).rev().for_each(|job| shared.waiting.push_front(job));
                    shared.working = false;
                }
                if mine || shared.done.len() > before {
                    self.changed.notify_all();
                }
                if mine {
                    break;
                }
            }
        }
    }
}

/// Takes some bytes of all jobs in, side by side.
fn work(jobs: &mut [Job]) {
    let mut left = SLICE / BLOCK;
    while left > 0 {
        jobs.iter_mut().for_each(Job::align);
        let mut ready: Vec<&mut Job> =
            jobs.iter_mut().filter(|job| !job.chunks.is_empty()).collect();
        let count = ready.iter().map(|job| job.blocks().len()).min().unwrap_or(0).min(left);
        match ready.as_mut_slice() {
            [] => return,
            [job] => {
                let mut state = job.md5.state;
                kernel::alone(&mut state, &job.blocks()[..count]);
                job.passed(count, state);
            }
            // Measured with AVX-512: one alone 0.6 GB/s, two 1.1, four 1.7, sixteen 4.6; the time of
            // sixteen is also that of fewer. Eight at once come out slower than in sixteen lanes.
            some if some.len() <= 2 => side_by_side::<2>(some, count),
            some if some.len() <= 4 => side_by_side::<4>(some, count),
            some => side_by_side::<LANES>(some, count),
        }
        left -= count;
    }
}

/// Lanes without a job of their own take the last one's blocks, for nothing.
fn side_by_side<const N: usize>(jobs: &mut [&mut Job], count: usize) {
    let last = jobs.len() - 1;
    let at = |lane: usize| lane.min(last);
    let mut states: [State; N] = std::array::from_fn(|lane| jobs[at(lane)].md5.state);
    kernel::together(&mut states, std::array::from_fn(|lane| &jobs[at(lane)].blocks()[..count]));
    for (job, state) in jobs.iter_mut().zip(states) {
        job.passed(count, state);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::md5::tests::oracle;

    /// A sequence without visible order.
    fn scattered(n: u64) -> u64 {
        let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z ^ (z >> 31)
    }

    fn body(seed: u64) -> Vec<Vec<Bytes>> {
        let size = |n: u64| match scattered(n) % 4 {
            0 => scattered(n) as usize % 100,
            1 => 64 * (scattered(n) as usize % 5_000),
            _ => scattered(n) as usize % 200_000,
        };
        let chunk = |n: u64| -> Bytes {
            (0..size(n)).map(|at| scattered(n ^ at as u64) as u8).collect::<Vec<u8>>().into()
        };
        let batch = |from: u64| (0..scattered(from) % 6).map(|at| chunk(from * 10 + at)).collect();
        (0..4).map(|at| batch(seed * 100 + at)).collect()
    }

    #[test]
    fn many_at_once_are_as_each_alone() {
        let together = Arc::new(Together::default());
        let threads: Vec<_> = (0..40)
            .map(|seed| {
                let together = together.clone();
                std::thread::spawn(move || {
                    let batches = body(seed);
                    let mut md5 = Md5::default();
                    for batch in &batches {
                        md5 = together.update(md5, batch);
                    }
                    assert_eq!(md5.finalize(), oracle(&batches.concat()), "body {seed}");
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let shared = together.shared.lock();
        assert!(shared.waiting.is_empty() && shared.done.is_empty() && !shared.working);
    }

    #[test]
    fn any_number_goes_side_by_side() {
        for number in 1..=LANES {
            let bodies: Vec<Bytes> =
                (0..number).map(|at| vec![at as u8; 1_000 + 64 * at].into()).collect();
            let job = |(at, body): (usize, &Bytes)| Job {
                ticket: at as u64,
                md5: Md5::default(),
                chunks: [body.clone()].into(),
            };
            let mut jobs: Vec<Job> = bodies.iter().enumerate().map(job).collect();
            work(&mut jobs);
            for (job, body) in jobs.into_iter().zip(bodies) {
                assert!(job.chunks.is_empty());
                assert_eq!(job.md5.finalize(), oracle(&[body]));
            }
        }
    }
}
