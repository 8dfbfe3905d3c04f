//! Receipt handles: a lease on a message, as text that clients hand back.

use aquifer_queue::Lease;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::Result;

use crate::error;

/// Tells handles from other text.
const MAGIC: &[u8; 4] = b"AQEB";

/// A lease in a queue, under the number the queue had then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub queue: u64,
    pub lease: Lease,
}

impl Receipt {
    /// As clients read it.
    pub fn text(self) -> String {
        let mut bytes = Vec::with_capacity(28);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.queue.to_be_bytes());
        bytes.extend_from_slice(&self.lease.number.to_be_bytes());
        bytes.extend_from_slice(&self.lease.receives.to_be_bytes());
        bytes.extend_from_slice(&checksum(&bytes).to_be_bytes());
        STANDARD.encode(bytes)
    }

    /// Of what a client handed back.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid` for what is no handle.
    pub fn parse(text: &str) -> Result<Self> {
        Self::decode(text).ok_or_else(|| error::not_a_handle(text))
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let (said, sum) = bytes.split_last_chunk::<4>()?;
        if checksum(said) != u32::from_be_bytes(*sum) {
            return None;
        }
        let (queue, rest) = said.strip_prefix(MAGIC)?.split_first_chunk::<8>()?;
        let (number, receives) = rest.split_first_chunk::<8>()?;
        let receives = u32::from_be_bytes(receives.try_into().ok()?);
        let lease = Lease { number: u64::from_be_bytes(*number), receives };
        Some(Self { queue: u64::from_be_bytes(*queue), lease })
    }
}

/// FNV-1a: tells garbage from handles; nothing is protected by it.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_come_back_and_garbage_is_refused() {
        let receipt = Receipt { queue: u64::MAX, lease: Lease { number: 7, receives: 2 } };
        assert_eq!(Receipt::parse(&receipt.text()).unwrap(), receipt);
        for garbage in ["", "garbage", "QVFFQg==", &receipt.text()[4..]] {
            assert!(Receipt::parse(garbage).unwrap_err().is("ReceiptHandleIsInvalid"));
        }
    }
}
