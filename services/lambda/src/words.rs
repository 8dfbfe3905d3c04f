//! What callers and logs are told of a call: errors as documents, and the lines around what was
//! printed.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html>

use aquifer_functions::{Failure, Ran};
use platform::{Bytes, Timestamp};
use serde_json::json;

use crate::running::PAYLOAD_MAX;

/// A call, as its log calls it.
pub(crate) struct Told<'a> {
    pub request_id: &'a str,
    pub version: &'a str,
    pub memory_size: i32,
    pub timeout: i32,
    pub now: Timestamp,
}

impl Told<'_> {
    /// What callers are told of a failure; none where the call did not happen.
    pub fn failure(&self, failure: &Failure) -> Option<Bytes> {
        let (kind, message) = match failure {
            Failure::Told { body, .. } => return Some(body.clone()),
            Failure::TimedOut => {
                let seconds = f64::from(self.timeout);
                ("Sandbox.Timedout", format!("Task timed out after {seconds:.2} seconds"))
            }
            Failure::Exited(how) if how.is_empty() => {
                ("Runtime.ExitError", "Runtime exited without providing a reason".to_owned())
            }
            Failure::Exited(how) => {
                ("Runtime.ExitError", format!("Runtime exited with error: {how}"))
            }
            Failure::OutOfMemory => {
                ("Runtime.ExitError", "Runtime exited with error: signal: killed".to_owned())
            }
            Failure::AnswerTooLarge => {
                let message = format!(
                    "Response payload size exceeded maximum allowed payload size ({PAYLOAD_MAX} \
                     bytes)."
                );
                let kind = "Function.ResponseSizeTooLarge";
                let said = json!({ "errorType": kind, "errorMessage": message });
                return Some(said.to_string().into());
            }
            Failure::Stopping => return None,
        };
        Some(self.error(kind, &message))
    }

    /// An error of the house, as a document.
    pub fn error(&self, kind: &str, message: &str) -> Bytes {
        let message = format!("RequestId: {} Error: {message}", self.request_id);
        json!({ "errorType": kind, "errorMessage": message }).to_string().into()
    }

    /// The log of a call.
    pub fn log(&self, ran: &Ran) -> (Vec<u8>, Billed) {
        let Self { request_id: id, version, memory_size, .. } = self;
        let mut log = format!("START RequestId: {id} Version: {version}\n").into_bytes();
        log.extend_from_slice(&ran.log);
        if !ran.log.is_empty() && !ran.log.ends_with(b"\n") {
            log.push(b'\n');
        }
        let now = self.now.floor_millis().rfc3339_millis();
        match &ran.outcome {
            Err(Failure::TimedOut) => {
                let seconds = f64::from(self.timeout);
                let line = format!("{now} {id} Task timed out after {seconds:.2} seconds\n\n");
                log.extend_from_slice(line.as_bytes());
            }
            Err(Failure::Exited(_) | Failure::OutOfMemory) => {
                if let Some(said) = ran.outcome.as_ref().err().and_then(|why| self.failure(why)) {
                    log.extend_from_slice(&said);
                    log.push(b'\n');
                }
            }
            _ => {}
        }
        let billed = Billed::of(ran);
        let took = ran.took.as_secs_f64() * 1000.0;
        let used = (ran.memory_bytes >> 20).max(1);
        let mut report = format!(
            "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {took:.2} ms\tBilled Duration: \
             {} ms\tMemory Size: {memory_size} MB\tMax Memory Used: {used} MB\t",
            billed.millis
        );
        if let Some(started) = ran.started {
            let started = started.as_secs_f64() * 1000.0;
            report.push_str(&format!("Init Duration: {started:.2} ms\t"));
        }
        report.push('\n');
        log.extend_from_slice(report.as_bytes());
        (log, billed)
    }
}

/// What a call costs time.
#[derive(Clone, Copy)]
pub(crate) struct Billed {
    /// Whole milliseconds, the start among them.
    pub millis: u64,
}

impl Billed {
    fn of(ran: &Ran) -> Self {
        let all = ran.took + ran.started.unwrap_or_default();
        let millis = all.as_micros().div_ceil(1000);
        Self { millis: u64::try_from(millis).unwrap_or(u64::MAX) }
    }
}
