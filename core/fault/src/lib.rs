//! Faults on order: rules that make requests fail or wait, by service, operation and rate.
//!
//! The pipeline asks [`Faults::check`] before it runs an operation. Chance comes from the seeded
//! ids, so a run with the same seed and requests fails the same way. Faults of storage are ordered in
//! the same words and done by the rooms that store: [`Fault::is_of_storage`].

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use aquifer_ctx::{Ctx, Ids};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// More rules than this are a mistake of whoever orders them.
const RULES_MAX: usize = 1000;

/// What happens to a request a rule picks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// It is answered with an error and not run.
    Error {
        /// The error code, such as `ThrottlingException`.
        code: String,
        /// The HTTP status.
        status: u16,
        /// The sentence for the client.
        #[serde(default)]
        message: String,
    },
    /// It runs after a wait.
    Latency {
        /// How long, in milliseconds of real time.
        millis: u64,
    },
    /// A zone cannot be reached as long as the rule stands: what is kept only there cannot be read.
    #[serde(rename = "az-loss")]
    AzLoss {
        /// Its name, such as `az1`.
        zone: String,
    },
    /// Bytes of one copy of a resource are changed on the disk; once, it is no standing order.
    #[serde(rename = "disk-corruption")]
    DiskCorruption {
        /// Its ARN.
        resource: String,
        /// The version meant, where there are more than one.
        #[serde(default)]
        version_id: Option<String>,
        /// The zone whose copy is changed.
        #[serde(default = "first_zone")]
        zone: String,
    },
}

impl Fault {
    /// Whether it happens to what is stored rather than to requests.
    pub fn is_of_storage(&self) -> bool {
        matches!(self, Fault::AzLoss { .. } | Fault::DiskCorruption { .. })
    }
}

fn first_zone() -> String {
    "az1".to_owned()
}

/// A standing order. Unset fields match everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Given by [`Faults::add`].
    #[serde(default)]
    pub id: u64,
    /// The service hit, such as `s3`.
    #[serde(default)]
    pub service: Option<String>,
    /// The operation hit, such as `PutObject`.
    #[serde(default)]
    pub operation: Option<String>,
    /// What happens.
    #[serde(flatten)]
    pub fault: Fault,
    /// The share of matching requests hit, from 0 to 1.
    #[serde(default = "always")]
    pub rate: f64,
    /// How many more requests are hit before the rule goes away; no bound if unset.
    #[serde(default)]
    pub remaining: Option<u64>,
}

fn always() -> f64 {
    1.0
}

/// What the pipeline does with a request: wait first, then fail if there is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How long to wait, in real time.
    pub wait: Duration,
    /// `(code, status, message)` to answer instead of running.
    pub error: Option<(String, u16, String)>,
}

/// The rules in force.
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    /// Whether there are none, so that the usual request takes no lock.
    idle: AtomicBool,
    next_id: AtomicU64,
    chance: Ids,
}

impl Faults {
    /// No rules. Chance is drawn from a branch of `ids`.
    pub fn new(ids: &Ids) -> Faults {
        Faults {
            rules: Mutex::default(),
            idle: AtomicBool::new(true),
            next_id: AtomicU64::new(1),
            chance: ids.child("fault"),
        }
    }

    /// Adds a rule and answers its id; none if there are too many or its rate is not in 0 to 1.
    pub fn add(&self, mut rule: Rule) -> Option<u64> {
        let mut rules = self.rules.lock();
        if rules.len() >= RULES_MAX || !(0.0..=1.0).contains(&rule.rate) {
            return None;
        }
        rule.id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let id = rule.id;
        rules.push(rule);
        self.idle.store(false, Ordering::Release);
        Some(id)
    }

    /// The rules in force, oldest first.
    pub fn list(&self) -> Vec<Rule> {
        self.rules.lock().clone()
    }

    /// Removes a rule, answering whether it was there.
    pub fn remove(&self, id: u64) -> bool {
        let mut rules = self.rules.lock();
        let before = rules.len();
        rules.retain(|rule| rule.id != id);
        self.idle.store(rules.is_empty(), Ordering::Release);
        rules.len() < before
    }

    /// Removes all rules.
    pub fn clear(&self) {
        let mut rules = self.rules.lock();
        rules.clear();
        self.idle.store(true, Ordering::Release);
    }

    /// What happens to the request `ctx` is serving: the waits of all rules that pick it, and the
    /// error of the first such rule.
    pub fn check(&self, ctx: &Ctx) -> Verdict {
        if self.idle.load(Ordering::Acquire) {
            return Verdict::default();
        }
        self.judge(ctx.service(), ctx.operation())
    }

    fn judge(&self, service: &str, operation: &str) -> Verdict {
        let mut verdict = Verdict::default();
        let mut rules = self.rules.lock();
        for rule in rules.iter_mut() {
            let matches = !rule.fault.is_of_storage()
                && rule.service.as_ref().is_none_or(|s| s.eq_ignore_ascii_case(service))
                && rule.operation.as_ref().is_none_or(|o| o == operation)
                && rule.remaining != Some(0);
            // An error already chosen ends the search: rules behind it are not used up.
            if !matches || verdict.error.is_some() || self.chance.fraction() >= rule.rate {
                continue;
            }
            rule.remaining = rule.remaining.map(|n| n - 1);
            match &rule.fault {
                Fault::Latency { millis } => verdict.wait += Duration::from_millis(*millis),
                Fault::Error { code, status, message } => {
                    verdict.error = Some((code.clone(), *status, message.clone()));
                }
                Fault::AzLoss { .. } | Fault::DiskCorruption { .. } => {}
            }
        }
        rules.retain(|rule| rule.remaining != Some(0));
        self.idle.store(rules.is_empty(), Ordering::Release);
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(service: Option<&str>, rate: f64, remaining: Option<u64>) -> Rule {
        let fault = Fault::Error { code: "SlowDown".into(), status: 503, message: "No.".into() };
        let service = service.map(Into::into);
        Rule { id: 0, service, operation: None, fault, rate, remaining }
    }

    #[test]
    fn a_rule_hits_its_service_as_often_as_ordered_and_goes() {
        let faults = Faults::new(&Ids::seeded(1));
        faults.add(error(Some("s3"), 1.0, Some(2))).unwrap();
        let hit = |service| faults.judge(service, "PutObject").error.is_some();
        assert_eq!([hit("glue"), hit("s3"), hit("s3"), hit("s3")], [false, true, true, false]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn waits_add_up_and_clearing_ends_everything() {
        let faults = Faults::new(&Ids::seeded(1));
        for millis in [20, 30] {
            let fault = Fault::Latency { millis };
            faults.add(Rule { fault, ..error(None, 1.0, None) }).unwrap();
        }
        let id = faults.add(error(None, 1.0, None)).unwrap();
        let verdict = faults.judge("s3", "GetObject");
        assert_eq!(verdict.wait, Duration::from_millis(50));
        assert_eq!(verdict.error.unwrap().1, 503);
        assert!(faults.remove(id) && !faults.remove(id));
        assert_eq!(faults.judge("s3", "GetObject").error, None);
        faults.clear();
        assert_eq!(faults.judge("s3", "GetObject"), Verdict::default());
    }

    #[test]
    fn faults_of_storage_are_listed_and_touch_no_request() {
        let faults = Faults::new(&Ids::seeded(1));
        let fault = Fault::AzLoss { zone: "az1".into() };
        faults.add(Rule { fault, ..error(None, 1.0, Some(1)) }).unwrap();
        assert_eq!(faults.judge("s3", "GetObject"), Verdict::default());
        assert_eq!(faults.list().len(), 1);
    }

    #[test]
    fn the_rate_is_kept_and_repeats_with_the_seed() {
        let run = |seed| {
            let faults = Faults::new(&Ids::seeded(seed));
            faults.add(error(None, 0.25, None)).unwrap();
            (0..1000).map(|_| faults.judge("s3", "x").error.is_some()).collect::<Vec<_>>()
        };
        let hits = run(5).iter().filter(|hit| **hit).count();
        assert!((200..300).contains(&hits), "{hits}");
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
        assert_eq!(Faults::new(&Ids::seeded(1)).add(error(None, 1.5, None)), None);
    }
}
