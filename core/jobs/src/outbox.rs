//! The outbox: calls to other services that must happen once the change that calls for them is
//! durable. An entry is a job of a kind of its own.

use aquifer_store::{StoreError, WriteTx};
use aquifer_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{JobKey, next_number, schedule};

/// The kind under which entries are jobs.
pub(crate) const KIND: &str = "outbox";

/// A call to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The service called, such as `sqs`.
    pub service: String,
    /// The operation, such as `SendMessage`.
    pub operation: String,
    /// Its input, encoded as the service layer does.
    pub input: Vec<u8>,
}

impl Delivery {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.input.len() + 64);
        for text in [&self.service, &self.operation] {
            // Names of services and operations are short; longer ones are cut and then unknown.
            let length = text.len().min(usize::from(u8::MAX));
            bytes.push(length as u8);
            bytes.extend_from_slice(&text.as_bytes()[..length]);
        }
        bytes.extend_from_slice(&self.input);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Delivery> {
        let text = |bytes: &mut &[u8]| {
            let (&length, rest) = bytes.split_first()?;
            let (text, rest) = rest.split_at_checked(usize::from(length))?;
            *bytes = rest;
            Some(std::str::from_utf8(text).ok()?.to_owned())
        };
        let mut rest = bytes;
        let (service, operation) = (text(&mut rest)?, text(&mut rest)?);
        Some(Delivery { service, operation, input: rest.to_vec() })
    }
}

/// Calls an operation of another service once this transaction is accepted, for its scope, again
/// and again until it succeeds. `at` is now, or the due time of the job that makes the call.
///
/// # Errors
/// If the store cannot be read or the input is too large.
pub fn outbox(
    tx: &WriteTx<'_>,
    at: Timestamp,
    service: &str,
    operation: &str,
    input: Vec<u8>,
) -> Result<(), StoreError> {
    let key = JobKey::new(KIND, next_number(tx)?.to_string());
    let (service, operation) = (service.to_owned(), operation.to_owned());
    schedule(tx, &key, at, Delivery { service, operation, input }.encode())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_keep_their_parts() {
        let delivery = Delivery {
            service: "sqs".into(),
            operation: "SendMessage".into(),
            input: vec![0, 255, 3],
        };
        assert_eq!(Delivery::decode(&delivery.encode()), Some(delivery));
        assert_eq!(Delivery::decode(&[]), None);
        assert_eq!(Delivery::decode(&[9, b'x']), None);
    }
}
