//! What a browser says of the page that asks. Pages of other sites must not use a server that takes
//! their visitor for its user, which is what one on the visitor's own machine does.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::HeaderMap;
use http::header::ORIGIN;

/// Whether a page asks that is not the server's own: of another site, or another port of its site.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    matches!(site(headers), Some("cross-site" | "same-site"))
}

/// Whether a page asks that does not come from this machine. What is no browser says nothing.
pub(crate) fn is_elsewhere(headers: &HeaderMap) -> bool {
    match headers.get(ORIGIN) {
        Some(origin) => {
            let host = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
            !host.is_some_and(|(_, host)| is_this_machine(host))
        }
        None => site(headers) == Some("cross-site"),
    }
}

fn site(headers: &HeaderMap) -> Option<&str> {
    headers.get("sec-fetch-site").and_then(|value| value.to_str().ok())
}

/// Whether a host, with or without its port, is one that no name server can point elsewhere: a page
/// whose own name was made to mean this machine is of the same site, and shows by its host alone.
pub(crate) fn is_this_machine(host: &str) -> bool {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    let name = host.split_once(':').map_or(host, |(name, _)| name).trim_end_matches('.');
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_names_that_cannot_be_pointed_elsewhere_are_this_machine() {
        for host in ["localhost", "LOCALHOST:4566", "b.localhost:1", "127.0.0.1:80", "127.9.9.9"] {
            assert!(is_this_machine(host), "{host}");
        }
        assert!(is_this_machine("[::1]:4566") && is_this_machine("localhost.:1"));
        for host in
            ["", "evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "10.0.0.1", "[::2]"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn pages_are_told_by_their_origin_first() {
        let asks = |headers: &[(&'static str, &'static str)]| {
            let pairs = headers.iter().map(|(name, value)| {
                (http::HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            is_elsewhere(&pairs.collect())
        };
        assert!(!asks(&[]));
        assert!(!asks(&[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:4566")]));
        // A page under development, which calls the server by its address.
        assert!(!asks(&[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:3000")]));
        assert!(asks(&[("sec-fetch-site", "cross-site")]));
        assert!(asks(&[("origin", "https://evil.com")]) && asks(&[("origin", "null")]));
    }
}
