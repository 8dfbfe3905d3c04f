//! The outbox: calls to other services that must happen once the change that calls for them is
//! durable. An entry is a job of a kind of its own.

use aquifer_store::{StoreError, WriteTx};
use aquifer_types::{Scope, Timestamp};
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
    /// Who calls, where it is a service for itself; else the root of the account.
    pub sender: Option<Sender>,
}

/// A service that calls for itself, on account of a resource of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The service as a principal.
    pub principal: String,
    /// The name of the resource.
    pub source: String,
    /// Whose resource that is.
    pub source_account: String,
    /// Whose resources are acted on.
    pub target: Scope,
}

impl Delivery {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.input.len() + 256);
        let mut texts = vec![self.service.as_str(), &self.operation];
        if let Some(Sender { principal, source, source_account, target }) = &self.sender {
            let (account, region) = (target.account.as_str(), target.region.as_str());
            texts.extend([principal, source.as_str(), source_account, account, region]);
        }
        bytes.push(u8::from(self.sender.is_some()));
        for text in texts {
            // Names are short; longer ones are cut and then unknown.
            let length = text.len().min(usize::from(u16::MAX));
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
            bytes.extend_from_slice(&text.as_bytes()[..length]);
        }
        bytes.extend_from_slice(&self.input);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Delivery> {
        let text = |bytes: &mut &[u8]| {
            let (length, rest) = bytes.split_first_chunk::<2>()?;
            let length = u16::from_be_bytes(*length);
            let (text, rest) = rest.split_at_checked(usize::from(length))?;
            *bytes = rest;
            Some(std::str::from_utf8(text).ok()?.to_owned())
        };
        let (sent, mut rest) = bytes.split_first()?;
        let (service, operation) = (text(&mut rest)?, text(&mut rest)?);
        let sender = match sent {
            0 => None,
            _ => Some(Sender {
                principal: text(&mut rest)?,
                source: text(&mut rest)?,
                source_account: text(&mut rest)?,
                target: Scope::new(text(&mut rest)?.parse().ok()?, text(&mut rest)?.parse().ok()?),
            }),
        };
        Some(Delivery { service, operation, input: rest.to_vec(), sender })
    }
}

/// Makes a call once this transaction is accepted, again and again until it succeeds. `at` is now, or
/// the due time of the job that makes the call.
///
/// # Errors
/// If the store cannot be read or the input is too large.
pub fn outbox(tx: &WriteTx<'_>, at: Timestamp, delivery: &Delivery) -> Result<(), StoreError> {
    let key = JobKey::new(KIND, next_number(tx)?.to_string());
    schedule(tx, &key, at, delivery.encode())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_keep_their_parts() {
        let sender = Sender {
            principal: "s3".into(),
            source: "bucket".into(),
            source_account: "000000000001".into(),
            target: Scope::default(),
        };
        for sender in [None, Some(sender)] {
            let delivery = Delivery {
                service: "sqs".into(),
                operation: "SendMessage".into(),
                input: vec![0, 255, 3],
                sender,
            };
            assert_eq!(Delivery::decode(&delivery.encode()), Some(delivery));
        }
        assert_eq!(Delivery::decode(&[]), None);
        assert_eq!(Delivery::decode(&[0, 0, 9, b'x']), None);
    }
}
