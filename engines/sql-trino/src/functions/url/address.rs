//! A URL taken apart, as RFC 3986 divides it.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;

use super::super::scalar::Rows;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) protocol: &'a str,
    pub(super) host: &'a str,
    pub(super) port: Option<i64>,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) fragment: &'a str,
}

impl<'a> Address<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let refused = |c: char| c.is_whitespace() || c.is_control() || "<>\"\\^`{|}".contains(c);
        if text.contains(refused) || !escapes_are_whole(text) {
            return None;
        }
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let scheme = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        };
        let (protocol, rest) = match rest.split_once(':') {
            Some((protocol, rest)) if scheme(protocol) => (protocol, rest),
            Some((before, _)) if !before.contains('/') => return None,
            _ => ("", rest),
        };
        let Some(rest) = rest.strip_prefix("//") else {
            return Some(Self { protocol, host: "", port: None, path: rest, query, fragment });
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // A colon inside the brackets of an IPv6 address is no port's.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (authority, ""),
        };
        let port = if port.is_empty() { None } else { Some(port.parse().ok()?) };
        Some(Self { protocol, host, port, path, query, fragment })
    }
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        rest.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    })
}

/// A column of one part.
pub(super) fn part(rows: &Rows, of: for<'a> fn(&Address<'a>) -> &'a str) -> Result<ArrayRef> {
    let urls = rows.text(0);
    rows.varchars(|row| Ok(Address::parse(urls.at(row)).map(|address| of(&address).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn parts() {
        let url = "http://user@example.com:8080/a/b?k1=v1&k2=v2#Ref1";
        let address = Address::parse(url).unwrap();
        assert_eq!(
            (address.protocol, address.host, address.port),
            ("http", "example.com", Some(8080))
        );
        assert_eq!((address.path, address.query), ("/a/b", "k1=v1&k2=v2"));
        assert_eq!(address.fragment, "Ref1");
        assert_eq!(Address::parse("https://[::1]/x").unwrap().host, "[::1]");
        assert_eq!(Address::parse("foo").unwrap().path, "foo");
        assert_eq!(Address::parse("http://a b/"), None);
        assert_eq!(Address::parse("http://a/%zz"), None);
        assert_eq!(Address::parse("http://a:x/"), None);
    }
}
