//! Requests at random, to every operation of every room: documents made after the model with wrong
//! values, wrong kinds and flipped bytes among right ones. None may panic or be answered with an
//! internal error, which would mean that something a client sends was not thought of.
//!
//! Seed and rounds: `AQUIFER_FUZZ_SEED`, `AQUIFER_FUZZ_ROUNDS`.

use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;

use aquifer_schema::{ByteStream, Bytes, Kind, Location, Member, Protocol, Schema, Structure};
use aquifer_wire::{Call, Payload};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue};
use platform::{Ctx, Registered, Scope};

use crate::{ServeOptions, Server};

/// Documents are not nested deeper: some shapes hold themselves.
const DEPTH_MAX: usize = 6;
/// Text that something may take for something else.
const TEXTS: [&str; 28] = [
    "",
    "a",
    "null",
    "..",
    "../../etc/passwd",
    "日本語 text",
    "with space",
    "%41%zz%",
    "-1",
    "0",
    "1e400",
    "2147483648",
    "9223372036854775808",
    "true",
    "2026-01-01T00:00:00Z",
    "Fri, 02 Jan 2026 03:04:05 GMT",
    "1767225600",
    "{}",
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
    "<a xmlns='b'>&lt;</a>",
    "\u{0}\u{1}\u{fffd}",
    concat!("arn", ":aws:iam::000000000000:root"),
    concat!("arn", ":aws:s3:::bucket/key"),
    "bucket",
    "s3://bucket/prefix/",
    "bytes=5-1",
    "select 1",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
];

/// A sequence without visible order (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn text(&mut self) -> String {
        if self.one_in(40) {
            "x".repeat(self.below(70_000))
        } else {
            TEXTS[self.below(TEXTS.len())].into()
        }
    }

    /// A value of no structure.
    fn scalar(&mut self, schema: &'static Schema) -> String {
        if self.one_in(12) {
            return self.text();
        }
        match schema.kind {
            Kind::Enum if !schema.values.is_empty() => {
                schema.values[self.below(schema.values.len())].into()
            }
            Kind::Integer | Kind::Long | Kind::Float | Kind::Double => match self.below(4) {
                0 => (self.below(1 << 40) as i64 - (1 << 39)).to_string(),
                _ => self.below(200).to_string(),
            },
            Kind::Boolean => if self.one_in(2) { "true" } else { "false" }.into(),
            Kind::Timestamp => TEXTS[14 + self.below(3)].into(),
            _ => self.text(),
        }
    }

    fn wants(&mut self, member: &Member) -> bool {
        if member.required { !self.one_in(15) } else { self.one_in(3) }
    }

    fn json(&mut self, schema: &'static Schema, depth: usize, out: &mut String) {
        if self.one_in(30) || depth > DEPTH_MAX {
            let odd = ["null", "[]", "{}", "[[]]", "-0.5e3", "\"\\ud800\"", "true", "[1,"];
            out.push_str(odd[self.below(odd.len())]);
            return;
        }
        match schema.kind {
            Kind::Structure | Kind::Union => {
                out.push('{');
                for member in schema.members {
                    if self.wants(member) {
                        let _ = write!(out, "{:?}:", member.name);
                        self.json(member.target, depth + 1, out);
                        out.push(',');
                    }
                }
                self.end(out, '}');
            }
            Kind::List => {
                out.push('[');
                for _ in 0..self.below(4) {
                    self.json(schema.element().target, depth + 1, out);
                    out.push(',');
                }
                self.end(out, ']');
            }
            Kind::Map => {
                out.push('{');
                for _ in 0..self.below(3) {
                    let _ = write!(out, "{}:", serde_json::Value::from(self.text()));
                    self.json(schema.entry().1.target, depth + 1, out);
                    out.push(',');
                }
                self.end(out, '}');
            }
            Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Boolean => {
                out.push_str(&self.scalar(schema));
            }
            _ => {
                let text = self.scalar(schema);
                let _ = write!(out, "{}", serde_json::Value::from(text));
            }
        }
    }

    fn end(&mut self, out: &mut String, with: char) {
        if out.ends_with(',') && !self.one_in(50) {
            out.pop();
        }
        out.push(with);
    }

    fn xml(&mut self, name: &str, schema: &'static Schema, depth: usize, out: &mut String) {
        let _ = write!(out, "<{name}>");
        match schema.kind {
            _ if depth > DEPTH_MAX => {}
            Kind::Structure | Kind::Union => {
                for member in schema.members {
                    if member.location == Location::Body && self.wants(member) {
                        self.xml(member.wire, member.target, depth + 1, out);
                    }
                }
            }
            Kind::List => {
                for _ in 0..self.below(4) {
                    let element = schema.element();
                    self.xml(element.wire, element.target, depth + 1, out);
                }
            }
            _ => {
                for c in self.scalar(schema).chars() {
                    match c {
                        '<' => out.push_str("&lt;"),
                        '&' => out.push_str("&amp;"),
                        c => out.push(c),
                    }
                }
            }
        }
        let _ = write!(out, "</{name}>");
    }

    fn form(
        &mut self,
        prefix: &str,
        schema: &'static Schema,
        depth: usize,
        out: &mut Vec<(String, String)>,
    ) {
        let joined = |name: &str| {
            if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
        };
        match schema.kind {
            _ if depth > DEPTH_MAX => {}
            Kind::Structure | Kind::Union => {
                for member in schema.members {
                    if self.wants(member) {
                        self.form(&joined(member.wire), member.target, depth + 1, out);
                    }
                }
            }
            Kind::List => {
                for number in 0..self.below(4) {
                    let number =
                        if self.one_in(20) { self.text() } else { (number + 1).to_string() };
                    let name = joined(&format!("member.{number}"));
                    self.form(&name, schema.element().target, depth + 1, out);
                }
            }
            _ => out.push((prefix.to_owned(), self.scalar(schema))),
        }
    }

    /// Flips, cuts or repeats some of the bytes.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..self.below(4) {
            if bytes.is_empty() {
                return;
            }
            let at = self.below(bytes.len());
            match self.below(4) {
                0 => bytes[at] = self.below(256) as u8,
                1 => bytes.truncate(at),
                2 => _ = bytes.remove(at),
                _ => bytes.insert(at, b"<>{}[]\",:&\0\xff"[self.below(12)]),
            }
        }
    }
}

/// A request, as routing leaves it.
#[derive(Default)]
struct Made {
    headers: HeaderMap,
    query: Vec<(String, String)>,
    labels: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn make(random: &mut Random, protocol: Protocol, input: &'static Schema) -> Made {
    let mut made = Made::default();
    match protocol {
        Protocol::AwsQuery | Protocol::Ec2Query => random.form("", input, 0, &mut made.query),
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => {
            let mut text = String::new();
            random.json(input, 0, &mut text);
            made.body = text.into();
        }
        Protocol::RestXml | Protocol::RestJson => {
            for member in input.members {
                let value = random.scalar(member.target);
                match member.location {
                    Location::Uri => made.labels.push((member.name, value)),
                    Location::Query if random.wants(member) => {
                        made.query.push((member.wire.to_owned(), value));
                    }
                    Location::Header if random.wants(member) => {
                        let name = HeaderName::try_from(member.wire.to_lowercase());
                        let value = HeaderValue::from_bytes(value.as_bytes());
                        if let (Ok(name), Ok(value)) = (name, value) {
                            made.headers.insert(name, value);
                        }
                    }
                    _ => {}
                }
            }
            let of = input.payload.and_then(|at| input.members.get(at));
            let (name, schema) =
                of.map_or((input.name, input), |member| (member.wire, member.target));
            let mut text = String::new();
            match protocol {
                Protocol::RestXml => {
                    random.xml(schema.xml_name.unwrap_or(name), schema, 0, &mut text)
                }
                _ => random.json(schema, 0, &mut text),
            }
            made.body = text.into();
        }
    }
    if random.one_in(3) {
        random.damage(&mut made.body);
    }
    made
}

/// What an operation reads of the request, if it can.
fn read(operation: &Registered, protocol: Protocol, made: &Made) -> Option<Box<dyn Structure>> {
    let payload = |at: usize| operation.schema.input.members.get(at);
    let stream =
        operation.schema.input.payload.and_then(payload).is_some_and(|member| member.stream);
    let body = Bytes::from(made.body.clone());
    let payload =
        if stream { Payload::Stream(ByteStream::from(body)) } else { Payload::Whole(body) };
    let call = Call {
        protocol,
        operation: operation.schema,
        headers: &made.headers,
        query: &made.query,
        labels: &made.labels,
    };
    let mut input = (operation.new_input)();
    aquifer_wire::decode(&call, payload, &mut *input).ok()?;
    Some(input)
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_a_client_sends_is_an_internal_error() {
    let (seed, rounds) = (number("AQUIFER_FUZZ_SEED", 1), number("AQUIFER_FUZZ_ROUNDS", 200));
    let options = ServeOptions { port: 0, seed: Some(seed), ..ServeOptions::default() };
    let server = Server::start(options).await.unwrap();
    let platform = server.platform().clone();
    let mut operations: Vec<&Registered> = platform.registry().operations().collect();
    operations.sort_by_key(|operation| (operation.schema.service.name, operation.schema.name));
    let (mut handled, mut wrong) = (0, Vec::new());
    for round in 0..rounds {
        for (at, operation) in operations.iter().enumerate() {
            let mut random =
                Random((seed << 40 | round << 20 | at as u64).wrapping_mul(0x9e37_79b9) | 1);
            (0..8).for_each(|_| _ = random.below(2));
            let name = format!("{}:{}", operation.schema.service.name, operation.schema.name);
            for protocol in operation.schema.service.protocols {
                let made = make(&mut random, *protocol, operation.schema.input);
                let Some(input) = read(operation, *protocol, &made) else { continue };
                handled += 1;
                let ctx = Ctx::root(platform.parts(), Scope::default());
                let run = AssertUnwindSafe(platform.run(&ctx, operation, input)).catch_unwind();
                match run.await {
                    Ok(Ok(_)) => {}
                    Ok(Err(fail)) if fail.status() != 500 => {}
                    Ok(Err(fail)) => wrong.push(format!("{name} in round {round}: {fail:?}")),
                    Err(_) => wrong.push(format!("{name} in round {round}: it panicked")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {handled}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(handled as u64 > rounds * 10, "hardly any request was read: {handled}");
    server.shut_down().await.unwrap();
}
