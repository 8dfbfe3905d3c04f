//! Bodies made to do harm: readers refuse them, in bounded time and memory, and never panic.

use std::time::{Duration, Instant};

use aquifer_schema::Protocol;
use aquifer_wire::{Frame, stored};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;

use crate::cases::{PROTOCOLS, load, operation};
use crate::dynamic::Dynamic;
use crate::node::{self, Node};
use crate::sample::{Dice, Sent, body, named, read, read_into};

/// Far above what any of these takes; a reader that is not linear misses it.
const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
fn refused_in_time(what: &str, run: impl FnOnce() -> Option<String>) {
    let start = Instant::now();
    let error = run().unwrap_or_else(|| panic!("{what} is refused"));
    assert!(error.len() < 20_000, "{what}: the refusal is short");
    assert!(start.elapsed() < PATIENCE, "{what} took {:?}", start.elapsed());
}

fn refused(protocol: Protocol, bytes: &[u8]) -> Option<String> {
    body(protocol, bytes).err()
}

fn node(protocol: Protocol, sent: &Sent<'_>) -> Option<String> {
    let mut input = Node::default();
    read_into(protocol, &node::OPERATION, sent, &mut input).err().map(|error| error.to_string())
}

#[test]
fn depth_is_refused() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    for times in [40, 120, 100_000] {
        let check = |what: &str, protocol: Protocol, bytes: &[u8], query: &str| {
            let sent = Sent { body: bytes, query, ..Sent::default() };
            if times == 40 {
                assert_eq!(node(protocol, &sent), None, "{what} is taken");
            } else {
                refused_in_time(what, || node(protocol, &sent));
            }
        };
        let json = nested("{\"Nested\":", "{}", "}", times);
        check("nested JSON", Protocol::AwsJson11, json.as_bytes(), "");
        let json = nested("{\"Items\":[", "{}", "]}", times);
        check("JSON in lists", Protocol::RestJson, json.as_bytes(), "");
        let xml = nested("<Nested>", "", "</Nested>", times);
        check("nested XML", Protocol::RestXml, xml.as_bytes(), "");
        let mut cbor = b"\xa1\x66Nested".repeat(times);
        cbor.push(0xa0);
        check("nested CBOR", Protocol::RpcV2Cbor, &cbor, "");
        let mut cbor = b"\xa1\x65Items\x81".repeat(times);
        cbor.push(0xa0);
        check("CBOR in lists", Protocol::RpcV2Cbor, &cbor, "");
        let form = nested("Nested.", "x", "", times) + "=x";
        check("a nested form", Protocol::AwsQuery, b"", &form);
    }
    let json = format!("{{\"Document\":{}}}", nested("[", "", "]", 100_000));
    refused_in_time("a deep document", || refused(Protocol::AwsJson11, json.as_bytes()));
    // What is passed over may be as deep as it likes.
    let skipped = format!("{{\"Gone\":{}}}", nested("[", "", "]", 100_000));
    assert_eq!(refused(Protocol::AwsJson11, skipped.as_bytes()), None);
}

#[test]
fn elements_that_cost_more_here_than_there_are_refused() {
    let json = format!("{{\"Strings\":[{}null]}}", "null,".repeat(2_000_010));
    refused_in_time("many nulls", || refused(Protocol::AwsJson11, json.as_bytes()));
    let mut cbor = b"\xa1\x67Strings\x9f".to_vec();
    cbor.extend(std::iter::repeat_n(0x60, 2_000_010));
    cbor.push(0xff);
    refused_in_time("many texts", || refused(Protocol::RpcV2Cbor, &cbor));
    let cbor = b"\xa1\x67Strings\x9b\x00\x00\x00\xff\xff\xff\xff\xff";
    refused_in_time("a promise of elements", || refused(Protocol::RpcV2Cbor, cbor));
    let cbor = b"\xa1\x64Blob\x5b\x00\x00\x00\xff\xff\xff\xff\xff";
    refused_in_time("a promise of bytes", || refused(Protocol::RpcV2Cbor, cbor));
    let xml = format!("<Request>{}</Request>", "<a/>".repeat(1_000_000));
    refused_in_time("many elements", || refused(Protocol::RestXml, xml.as_bytes()));
    let form = "a=&".repeat(20_001);
    let sent = Sent { query: &form, ..Sent::default() };
    refused_in_time("many parameters", || {
        read(Protocol::AwsQuery, named("Request"), &sent).err().map(|error| error.to_string())
    });
}

#[test]
fn elements_beyond_the_bound_of_a_list_take_no_memory() {
    let json = format!("{{\"Items\":[{}{{}}]}}", "{},".repeat(100_000));
    let sent = Sent { body: json.as_bytes(), ..Sent::default() };
    let mut input = Node::default();
    let refused = read_into(Protocol::AwsJson11, &node::OPERATION, &sent, &mut input).unwrap_err();
    let rule = format!("Member must have length less than or equal to {}", node::NODES_MAX);
    assert!(refused.to_string().contains(&rule), "{refused}");
    assert_eq!(input.items.len() as i64, node::NODES_MAX + 1);
}

#[test]
fn wide_input_is_read_in_time() {
    let start = Instant::now();
    // Each parameter has many segments, and names that begin alike.
    let form: String = (0..20_000)
        .map(|n| format!("Items.member.{n}.Name{}=x&", ".y".repeat(n % 40)))
        .take(19_999)
        .collect();
    let sent = Sent { query: &form, ..Sent::default() };
    let _ = read(Protocol::AwsQuery, named("Request"), &sent);
    let form: String = (0..19_999).map(|n| format!("Items.member.1-{n}=x&")).collect();
    let sent = Sent { query: &form, ..Sent::default() };
    let _ = read(Protocol::AwsQuery, named("Request"), &sent);
    let json = format!("{{\"Colours\":[{}\"RED\"]}}", "\"GREEN\",".repeat(200_000));
    refused_in_time("wrong values", || refused(Protocol::AwsJson11, json.as_bytes()));
    let json = format!("{{\"Int\":{}}}", "9".repeat(1_000_000));
    refused_in_time("a long number", || refused(Protocol::AwsJson11, json.as_bytes()));
    let json = format!("{{{}\"Str\":\"x\"}}", "\"Gone\":1,".repeat(200_000));
    assert!(body(Protocol::AwsJson11, json.as_bytes()).is_ok());
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

/// A body with some bytes changed, cut, doubled or replaced by what matters to a format.
fn mutated(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    const TOKENS: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b",",
        b":",
        b"null",
        b"-",
        b"1e9",
        b"<",
        b">",
        b"</",
        b"&",
        b"&#x0;",
        b"<![CDATA[",
        b"\xff",
        b"\xbf",
        b"\x9f",
        b"\x5f",
        b"\xc1",
        b"\xfb",
        b"\x1b",
        b"\0",
        b".",
        b"=",
        b"%",
        b"\\u",
        b"\xed\xa0\x80",
        b"9999999999999999999",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(5) {
            0 => bytes.truncate(at),
            1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = dice.next() as u8;
                }
            }
            2 => {
                let token = TOKENS[dice.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            3 => {
                let end = (at + dice.below(16)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                let end = (at + dice.below(8)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
    bytes
}

#[test]
fn broken_requests_never_panic() {
    let (mut taken, mut refused) = (0, 0);
    for (file, protocol) in PROTOCOLS {
        let is_query = matches!(protocol, Protocol::AwsQuery | Protocol::Ec2Query);
        for suite in load(&format!("requests/{file}")) {
            for (seed, case) in suite.cases.iter().enumerate() {
                let operation = operation(&suite, &case.given);
                let Some(request) = &case.serialized else { continue };
                let original = match protocol {
                    Protocol::RpcV2Cbor => STANDARD.decode(&request.body).expect("base64"),
                    _ => request.body.clone().into_bytes(),
                };
                let mut dice = Dice::new(seed as u64 + 1);
                for _ in 0..40 {
                    let bytes = mutated(&original, &mut dice);
                    let form = String::from_utf8_lossy(&bytes).replace('%', "_");
                    let sent = if is_query {
                        Sent { query: &form, ..Sent::default() }
                    } else {
                        Sent { body: &bytes, ..Sent::default() }
                    };
                    match read(protocol, operation, &sent) {
                        Ok(_) => taken += 1,
                        Err(_) => refused += 1,
                    }
                }
            }
        }
    }
    // Neither has the reader gone blind nor the breaking dull.
    assert!(taken > 2_000 && refused > 2_000, "{taken} taken, {refused} refused");
}

#[test]
fn noise_never_panics() {
    let operation = named("Request");
    for seed in 0..3_000 {
        let mut dice = Dice::new(seed);
        let bytes: Vec<u8> = (0..dice.below(200)).map(|_| dice.next() as u8).collect();
        for (_, protocol) in PROTOCOLS {
            let _ = read(protocol, operation, &Sent { body: &bytes, ..Sent::default() });
        }
        let _ = stored::from_bytes(&bytes, &mut Dynamic::new(operation.input));
        let _ = Frame::decode(&mut BytesMut::from(&bytes[..]));
    }
}
