//! Where a request comes from, beyond who asks.

use std::net::Ipv4Addr;
use std::sync::Arc;

/// The resource on account of which a service calls another for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name (`aws:SourceArn`).
    pub arn: String,
    /// Whose it is (`aws:SourceAccount`).
    pub account: String,
}

/// The endpoint by which a request left a private network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its id (`aws:SourceVpce`).
    pub endpoint: String,
    /// The network it came from (`aws:SourceVpc`).
    pub network: String,
    /// The address it was sent from there (`aws:VpcSourceIp`).
    pub address: Ipv4Addr,
    /// What the endpoint lets through, as a document.
    pub policy: Arc<str>,
}
