//! Usage as it is reported: what was consumed, of what, by whom. Prices and sums are elsewhere.

use std::fmt;

use aquifer_store::StoreError;
use aquifer_types::{Scope, Timestamp};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Requests answered.
    Requests,
    /// Bytes written or received.
    BytesIn,
    /// Bytes sent out.
    BytesOut,
    /// Bytes that were sent or received by a faster way.
    BytesAccelerated,
    /// Bytes read by a query or a scan.
    BytesScanned,
    /// Bytes fetched from storage that charges for fetching.
    BytesRetrieved,
    /// Bytes that a query answered.
    BytesReturned,
    /// Bytes kept, times hours.
    ByteHours,
    /// Objects (tables, partitions, rules) kept, times hours.
    ObjectHours,
    /// Data processing units, times seconds.
    DpuSeconds,
    /// Seconds something ran.
    Seconds,
    /// Anything else counted singly: records, messages, state transitions.
    Items,
}

impl Unit {
    /// The name used in rows, price tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Requests => "requests",
            Unit::BytesIn => "bytes_in",
            Unit::BytesOut => "bytes_out",
            Unit::BytesAccelerated => "bytes_accelerated",
            Unit::BytesScanned => "bytes_scanned",
            Unit::BytesRetrieved => "bytes_retrieved",
            Unit::BytesReturned => "bytes_returned",
            Unit::ByteHours => "byte_hours",
            Unit::ObjectHours => "object_hours",
            Unit::DpuSeconds => "dpu_seconds",
            Unit::Seconds => "seconds",
            Unit::Items => "items",
        }
    }

    /// The unit of a name.
    pub fn from_name(name: &str) -> Option<Unit> {
        use Unit::{
            ByteHours, BytesAccelerated, BytesIn, BytesOut, BytesRetrieved, BytesReturned,
            BytesScanned, DpuSeconds, Items, ObjectHours, Requests, Seconds,
        };
        let all = [
            Requests,
            BytesIn,
            BytesOut,
            BytesAccelerated,
            BytesScanned,
            BytesRetrieved,
            BytesReturned,
            ByteHours,
            ObjectHours,
            DpuSeconds,
            Seconds,
            Items,
        ];
        all.into_iter().find(|unit| unit.as_str() == name)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One report of usage.
#[derive(Debug, Clone, Copy)]
pub struct Usage<'a> {
    /// When, in virtual time.
    pub at: Timestamp,
    /// Whose bill.
    pub scope: &'a Scope,
    /// The service, as its client names it: `s3`.
    pub service: &'a str,
    /// The operation: `PutObject`. Empty outside requests.
    pub operation: &'a str,
    /// What is counted.
    pub unit: Unit,
    /// How much.
    pub quantity: f64,
    /// Of what: a bucket, a work group. May be empty.
    pub resource: &'a str,
}

/// Whoever keeps things that cost by the hour.
pub trait Keeper: Send + Sync {
    /// Reports what they came to until now, as far as that is not reported yet.
    fn report(&self) -> BoxFuture<'static, Result<(), StoreError>>;
}

/// Whoever adds usage up. Called on the request's path: it must not block.
pub trait MeterSink: Send + Sync {
    /// Adds one report.
    fn record(&self, usage: &Usage<'_>);
}
