//! Event stream framing (`application/vnd.amazon.eventstream`).
//!
//! A frame is: total length, headers length, CRC of these; headers; payload; CRC of everything.

use aquifer_schema::Bytes;

use crate::error::WireError;

/// Frames larger than this are refused, as AWS's are never larger.
const FRAME_MAX: usize = 24 << 20;
const HEADERS_MAX: usize = 128 << 10;
/// A longer value of a header does not fit its length field.
const VALUE_MAX: usize = 0x7fff;
const OVERHEAD: usize = 16;
const PRELUDE: usize = 12;

/// A header of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    Bool(bool),
    Byte(i8),
    Short(i16),
    Int(i32),
    Long(i64),
    Bytes(Bytes),
    Text(String),
    /// Milliseconds since the epoch.
    Time(i64),
    Uuid([u8; 16]),
}

/// A named header.
pub type FrameHeader = (String, HeaderValue);

/// One message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub headers: Vec<FrameHeader>,
    pub payload: Bytes,
}

/// A frame's bytes. Names and values that are too long for their length fields are cut.
pub fn encode_frame(frame: &Frame) -> Bytes {
    let mut headers = Vec::new();
    for (name, value) in &frame.headers {
        let name = cut(name, usize::from(u8::MAX));
        headers.push(name.len() as u8);
        headers.extend_from_slice(name.as_bytes());
        encode_value(value, &mut headers);
    }
    let total = OVERHEAD + headers.len() + frame.payload.len();
    let mut out = Vec::with_capacity(total);
    out.extend_from_slice(&(total as u32).to_be_bytes());
    out.extend_from_slice(&(headers.len() as u32).to_be_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(&frame.payload);
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.into()
}

fn encode_value(value: &HeaderValue, out: &mut Vec<u8>) {
    let mut tagged = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(bytes);
    };
    match value {
        HeaderValue::Bool(value) => tagged(u8::from(!value), &[]),
        HeaderValue::Byte(value) => tagged(2, &value.to_be_bytes()),
        HeaderValue::Short(value) => tagged(3, &value.to_be_bytes()),
        HeaderValue::Int(value) => tagged(4, &value.to_be_bytes()),
        HeaderValue::Long(value) => tagged(5, &value.to_be_bytes()),
        HeaderValue::Bytes(value) => {
            let value = value.get(..VALUE_MAX).unwrap_or(value);
            tagged(6, &(value.len() as u16).to_be_bytes());
            out.extend_from_slice(value);
        }
        HeaderValue::Text(value) => {
            let value = cut(value, VALUE_MAX);
            tagged(7, &(value.len() as u16).to_be_bytes());
            out.extend_from_slice(value.as_bytes());
        }
        HeaderValue::Time(value) => tagged(8, &value.to_be_bytes()),
        HeaderValue::Uuid(value) => tagged(9, value),
    }
}

fn cut(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

impl Frame {
    /// Takes the first whole frame off `buffer`; `None` until all of it is there.
    ///
    /// # Errors
    /// On a wrong checksum or lengths that cannot be.
    pub fn decode(buffer: &mut bytes::BytesMut) -> Result<Option<Self>, WireError> {
        let Some(prelude) = buffer.get(..PRELUDE) else { return Ok(None) };
        let total = be32(prelude, 0) as usize;
        let headers_length = be32(prelude, 4) as usize;
        if be32(prelude, 8) != crc32fast::hash(&prelude[..8]) {
            return Err(WireError::malformed("the frame's prelude has a wrong checksum"));
        }
        if !(OVERHEAD..=FRAME_MAX).contains(&total)
            || headers_length > HEADERS_MAX
            || headers_length > total - OVERHEAD
        {
            return Err(WireError::malformed("the frame's lengths cannot be"));
        }
        if buffer.len() < total {
            return Ok(None);
        }
        let message = buffer.split_to(total).freeze();
        if be32(&message, total - 4) != crc32fast::hash(&message[..total - 4]) {
            return Err(WireError::malformed("the frame has a wrong checksum"));
        }
        let headers = decode_headers(&message[PRELUDE..PRELUDE + headers_length])?;
        Ok(Some(Self { headers, payload: message.slice(PRELUDE + headers_length..total - 4) }))
    }

    /// A text header.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(key, value)| match value {
            HeaderValue::Text(text) if key == name => Some(text.as_str()),
            _ => None,
        })
    }
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |four| four.iter().fold(0, |n, b| (n << 8) | u32::from(*b)))
}

/// The first `N` bytes, which are taken off.
fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], WireError> {
    let (head, tail) = rest
        .split_first_chunk::<N>()
        .ok_or_else(|| WireError::malformed("a frame header is cut short"))?;
    *rest = tail;
    Ok(*head)
}

fn take_slice<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], WireError> {
    let (head, tail) = rest
        .split_at_checked(count)
        .ok_or_else(|| WireError::malformed("a frame header is cut short"))?;
    *rest = tail;
    Ok(head)
}

fn decode_headers(mut rest: &[u8]) -> Result<Vec<FrameHeader>, WireError> {
    let utf8 = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).map(str::to_owned);
        text.map_err(|_| WireError::malformed("a frame header is not UTF-8"))
    };
    let rest = &mut rest;
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let [length] = take(rest)?;
        let name = utf8(take_slice(rest, usize::from(length))?)?;
        let [kind] = take(rest)?;
        let value = match kind {
            0 => HeaderValue::Bool(true),
            1 => HeaderValue::Bool(false),
            2 => HeaderValue::Byte(i8::from_be_bytes(take(rest)?)),
            3 => HeaderValue::Short(i16::from_be_bytes(take(rest)?)),
            4 => HeaderValue::Int(i32::from_be_bytes(take(rest)?)),
            5 => HeaderValue::Long(i64::from_be_bytes(take(rest)?)),
            6 | 7 => {
                let length = usize::from(u16::from_be_bytes(take(rest)?));
                let bytes = take_slice(rest, length)?;
                match kind {
                    6 => HeaderValue::Bytes(Bytes::copy_from_slice(bytes)),
                    _ => HeaderValue::Text(utf8(bytes)?),
                }
            }
            8 => HeaderValue::Time(i64::from_be_bytes(take(rest)?)),
            9 => HeaderValue::Uuid(take(rest)?),
            _ => return Err(WireError::malformed("a frame header of unknown type")),
        };
        headers.push((name, value));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;

    fn header(name: &str, value: HeaderValue) -> FrameHeader {
        (name.to_owned(), value)
    }

    #[test]
    fn frames_round_trip_and_a_flipped_byte_is_noticed() {
        let frame = Frame {
            headers: vec![
                header(":event-type", HeaderValue::Text("Records".to_owned())),
                header("yes", HeaderValue::Bool(true)),
                header("no", HeaderValue::Bool(false)),
                header("byte", HeaderValue::Byte(-1)),
                header("short", HeaderValue::Short(-2)),
                header("int", HeaderValue::Int(-40_972)),
                header("long", HeaderValue::Long(-5)),
                header("bytes", HeaderValue::Bytes(Bytes::from_static(b"\0\xff"))),
                header("time", HeaderValue::Time(8_675_309)),
                header("uuid", HeaderValue::Uuid([7; 16])),
            ],
            payload: Bytes::from_static(b"a,b\n"),
        };
        let bytes = encode_frame(&frame);
        let mut buffer = BytesMut::from(&bytes[..bytes.len() - 1]);
        assert_eq!(Frame::decode(&mut buffer).expect("so far right"), None);
        buffer.extend_from_slice(&bytes[bytes.len() - 1..]);
        assert_eq!(Frame::decode(&mut buffer).expect("whole"), Some(frame));
        assert!(buffer.is_empty());
        for at in 0..bytes.len() {
            let mut broken = BytesMut::from(&bytes[..]);
            broken[at] ^= 1;
            assert!(!matches!(Frame::decode(&mut broken), Ok(Some(_))), "byte {at}");
        }
    }

    #[test]
    fn frames_are_those_of_the_published_vectors() {
        // From the vectors that AWS's SDKs share.
        let json = br#"{'foo':'bar'}"#;
        for (frame, hex) in [
            (
                Frame { headers: vec![], payload: Bytes::new() },
                "0000001000000000 05c248eb 7d98c8ff".to_owned(),
            ),
            (
                Frame { headers: vec![], payload: Bytes::from_static(json) },
                format!("0000001d00000000 fd528c5a {} c3653936", to_hex(json)),
            ),
            (
                Frame {
                    headers: vec![header("event-type", HeaderValue::Int(40_972))],
                    payload: Bytes::from_static(json),
                },
                format!(
                    "0000002d00000010 41c424b8 0a6576656e742d74797065 040000a00c {} 36f480a0",
                    to_hex(json)
                ),
            ),
        ] {
            let expected: String = hex.split(' ').collect();
            assert_eq!(to_hex(&encode_frame(&frame)), expected);
        }
    }

    fn to_hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn values_too_long_for_their_length_are_cut_at_a_character() {
        let long = "ü".repeat(40_000);
        let frame = Frame {
            headers: vec![header(&long, HeaderValue::Text(long.clone()))],
            payload: Bytes::new(),
        };
        let mut buffer = BytesMut::from(&encode_frame(&frame)[..]);
        let read = Frame::decode(&mut buffer).expect("a frame").expect("whole");
        assert_eq!(read.headers[0].0.len(), 254);
        assert!(matches!(&read.headers[0].1, HeaderValue::Text(text) if text.len() == 32_766));
    }
}
