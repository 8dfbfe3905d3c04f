//! The canonical request: one spelling for every way of writing the same request.

use std::borrow::Cow;

use http::HeaderMap;

/// How a service spells the path in its canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The path is normalised (`.`, `..`, empty segments) and encoded again on top of the
    /// encoding it arrived in. Every service but S3.
    Standard,
    /// The path is decoded and encoded once; dots and empty segments are part of a key.
    S3,
}

impl Style {
    /// The style of a credential scope's service name.
    pub fn of_service(service: &str) -> Style {
        match service {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => Style::S3,
            _ => Style::Standard,
        }
    }
}

/// What of a request enters its signature, exactly as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct RequestParts<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// The raw path, still percent-encoded.
    pub path: &'a str,
    /// The raw query without its question mark; empty if there is none.
    pub query: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The authority of an HTTP/2 request, used when `host` is signed but no such header exists.
    pub authority: Option<&'a str>,
    /// How the path is spelled.
    pub style: Style,
}

/// Builds the canonical request. Bytes, because header values need not be UTF-8.
pub(crate) fn canonical_request(
    request: &RequestParts<'_>,
    signed_headers: &[String],
    payload_hash: &str,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    match request.style {
        Style::S3 => encode(&percent_decode_path(request.path), true, &mut out),
        Style::Standard => encode(normalize_path(request.path).as_bytes(), true, &mut out),
    }
    out.push(b'\n');
    canonical_query(request.query, &mut out);
    out.push(b'\n');

    let mut names: Vec<&str> = signed_headers.iter().map(String::as_str).collect();
    names.sort_unstable();
    for name in &names {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        canonical_header_values(request, name, &mut out);
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(names.join(";").as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload_hash.as_bytes());
    out
}

/// Values of a header, each trimmed and with runs of blanks collapsed, joined by commas.
fn canonical_header_values(request: &RequestParts<'_>, name: &str, out: &mut Vec<u8>) {
    let mut found = false;
    for value in request.headers.get_all(name) {
        if found {
            out.push(b',');
        }
        found = true;
        collapse_blanks(value.as_bytes(), out);
    }
    if let (false, "host", Some(authority)) = (found, name, request.authority) {
        collapse_blanks(authority.as_bytes(), out);
    }
}

fn collapse_blanks(value: &[u8], out: &mut Vec<u8>) {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    for (i, word) in words.enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

/// The query: decoded, encoded strictly, sorted by name then value, without the signature itself.
fn canonical_query(query: &str, out: &mut Vec<u8>) {
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = query_pairs(query)
        .map(|(name, value)| (encoded(&percent_decode(name)), encoded(&percent_decode(value))))
        .filter(|(name, _)| name != b"X-Amz-Signature")
        .collect();
    pairs.sort_unstable();
    for (i, (name, value)) in pairs.iter().enumerate() {
        if i > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

/// Raw name-value pairs of a raw query; a name alone has an empty value.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Removes dot segments and empty segments; keeps a trailing slash.
fn normalize_path(path: &str) -> Cow<'_, str> {
    let clean = path.starts_with('/') && !path.contains("//") && !path.contains("/.");
    if clean {
        return Cow::Borrowed(path);
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let mut normal = format!("/{}", segments.join("/"));
    if path.ends_with('/') && !segments.is_empty() {
        normal.push('/');
    }
    Cow::Owned(normal)
}

/// Decodes a query component: `%xx` and `+` for a blank. What is not an escape stays as it is.
pub(crate) fn percent_decode(text: &str) -> Vec<u8> {
    decode(text, true)
}

/// Decodes a path, in which `+` is itself. An empty path is the root.
fn percent_decode_path(path: &str) -> Vec<u8> {
    if path.is_empty() { vec![b'/'] } else { decode(path, false) }
}

fn decode(text: &str, plus_is_blank: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            (b'+', _) if plus_is_blank => out.push(b' '),
            (byte, _) => out.push(*byte),
        }
    }
    out
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn encoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    encode(bytes, false, &mut out);
    out
}

/// AWS's percent-encoding: everything but unreserved characters, in upper-case hex.
pub(crate) fn encode(bytes: &[u8], keep_slash: bool, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if unreserved || (keep_slash && byte == b'/') {
            out.push(byte);
        } else {
            out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &str, style: Style) -> String {
        let headers = HeaderMap::new();
        let request = RequestParts {
            method: "GET",
            path: raw,
            query: "",
            headers: &headers,
            authority: None,
            style,
        };
        let text = String::from_utf8(canonical_request(&request, &[], "")).unwrap();
        text.lines().nth(1).unwrap().to_owned()
    }

    fn query(raw: &str) -> String {
        let mut out = Vec::new();
        canonical_query(raw, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn standard_paths_are_normalised_and_encoded_again() {
        for (raw, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("/example/..", "/"),
            ("/example1/example2/../..", "/"),
            ("//", "/"),
            ("//example//", "/example/"),
            ("/./example", "/example"),
            ("/example/./", "/example/"),
            ("/../../x", "/x"),
            ("/a%20b", "/a%2520b"),
            ("/\u{1234}", "/%E1%88%B4"),
            ("/.hidden", "/.hidden"),
        ] {
            assert_eq!(path(raw, Style::Standard), canonical, "{raw}");
        }
    }

    #[test]
    fn s3_paths_are_encoded_once_and_never_normalised() {
        for (raw, canonical) in [
            ("", "/"),
            ("/b//k/../x", "/b//k/../x"),
            ("/b/a%20b", "/b/a%20b"),
            ("/b/a:b+c", "/b/a%3Ab%2Bc"),
            ("/b/test$file.text", "/b/test%24file.text"),
            ("/b/100%", "/b/100%25"),
            ("/b/%zz%4", "/b/%25zz%254"),
            ("/b/%e1%88%b4", "/b/%E1%88%B4"),
        ] {
            assert_eq!(path(raw, Style::S3), canonical, "{raw}");
        }
    }

    #[test]
    fn queries_are_sorted_and_encoded_strictly() {
        for (raw, canonical) in [
            ("", ""),
            ("lifecycle", "lifecycle="),
            ("b=2&a=1&a=0", "a=0&a=1&b=2"),
            ("Param=v&param=w", "Param=v&param=w"),
            ("a=x+y%2Bz", "a=x%20y%2Bz"),
            ("a=b=c", "a=b%3Dc"),
            ("&&a", "a="),
            ("a-b=1&a=2", "a=2&a-b=1"),
            ("a=1&X-Amz-Signature=00", "a=1"),
        ] {
            assert_eq!(query(raw), canonical, "{raw}");
        }
    }

    #[test]
    fn header_values_are_trimmed_and_collapsed() {
        let mut out = Vec::new();
        collapse_blanks(b"  \"a   b\tc\"  ", &mut out);
        assert_eq!(out, b"\"a b c\"");
    }
}
