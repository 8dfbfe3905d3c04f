//! The typed values conditions compare: instants, numbers, networks, ARNs.

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// An instant in microseconds, from ISO 8601 of any precision or seconds since the epoch.
pub(crate) fn parse_instant(text: &str) -> Option<i64> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp_micros());
    }
    let micros = |at: NaiveDateTime| at.and_utc().timestamp_micros();
    // Whole years look like numbers; a number of four digits is a year, as in ISO 8601.
    if text.len() > 4
        && let Ok(seconds) = text.parse::<i64>()
    {
        return seconds.checked_mul(1_000_000);
    }
    if let Some(zoned) = text.strip_suffix('Z') {
        return ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(zoned, form).ok())
            .map(micros);
    }
    if let Ok(at) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z") {
        return Some(at.timestamp_micros());
    }
    if let Ok(at) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f") {
        return Some(micros(at));
    }
    let day = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    let day = NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok()?;
    day.and_hms_opt(0, 0, 0).map(micros)
}

/// A finite number.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A network, or one address.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Network {
    base: IpAddr,
    prefix_len: u8,
}

impl Network {
    pub(crate) fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let base: IpAddr = address.trim().parse().ok()?;
        let longest = if base.is_ipv4() { 32 } else { 128 };
        let prefix_len = match prefix {
            Some(prefix) => prefix.trim().parse().ok().filter(|len| *len <= longest)?,
            None => longest,
        };
        Some(Network { base, prefix_len })
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let differs = match (self.base, canonical(address)) {
            (IpAddr::V4(base), IpAddr::V4(it)) => u128::from(base.to_bits() ^ it.to_bits())
                .checked_shr(32 - u32::from(self.prefix_len)),
            (IpAddr::V6(base), IpAddr::V6(it)) => {
                (base.to_bits() ^ it.to_bits()).checked_shr(128 - u32::from(self.prefix_len))
            }
            _ => return false,
        };
        // A shift by the whole width leaves nothing, which is what an empty prefix compares.
        differs.unwrap_or(0) == 0
    }
}

/// An IPv4 address that came over IPv6 is still an IPv4 address.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The six components of an ARN; the last may hold colons.
pub(crate) fn arn_components(arn: &str) -> Option<[&str; 6]> {
    let mut parts = arn.splitn(6, ':');
    let components =
        [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    (components.first() == Some(&"arn")).then_some(components)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_every_precision() {
        let noon = 1_767_268_800_000_000;
        for text in [
            "2026-01-01T12:00:00Z",
            "2026-01-01T12:00Z",
            "2026-01-01T13:00:00+01:00",
            "2026-01-01T13:00+01:00",
            "2026-01-01T12:00:00.000Z",
            "2026-01-01T12:00:00",
            "1767268800",
        ] {
            assert_eq!(parse_instant(text), Some(noon), "{text}");
        }
        let midnight = noon - 12 * 3_600_000_000;
        for text in ["2026-01-01", "2026-01", "2026"] {
            assert_eq!(parse_instant(text), Some(midnight), "{text}");
        }
        for text in ["", "soon", "2026-13-01", "99999999999999999999", "2026-01-01T25:00:00Z"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn networks_contain_addresses() {
        for (network, address, expected) in [
            ("203.0.113.0/24", "203.0.113.77", true),
            ("203.0.113.0/24", "203.0.114.1", false),
            ("203.0.113.5", "203.0.113.5", true),
            ("203.0.113.5", "203.0.113.6", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
            ("2001:db8::/32", "2001:db8:8000::1", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ] {
            let found = Network::parse(network).unwrap().contains(address.parse().unwrap());
            assert_eq!(found, expected, "{network} {address}");
        }
        for text in ["", "1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/x", "1.2.3.4/-1"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
