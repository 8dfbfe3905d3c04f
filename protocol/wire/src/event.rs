//! Event stream framing (`application/vnd.amazon.eventstream`).
//!
//! A frame is: total length, headers length, CRC of these; headers; payload; CRC of everything.

use aquifer_schema::{Bytes, Schema, Structure, TimestampFormat, View};

use crate::error::WireError;
use crate::json::{self, Names};
use crate::text::to_text;
use crate::xml;

/// Frames larger than this are refused, as AWS's are never larger.
const FRAME_MAX: usize = 24 << 20;
const OVERHEAD: usize = 16;

/// A header of a frame; the types in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    Bool(bool),
    Int(i32),
    Long(i64),
    Bytes(Bytes),
    Text(String),
    /// Milliseconds since the epoch.
    Time(i64),
}

/// A named header.
pub type FrameHeader = (String, HeaderValue);

/// One message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub headers: Vec<FrameHeader>,
    pub payload: Bytes,
}

/// A frame's bytes.
pub fn encode_frame(frame: &Frame) -> Bytes {
    let mut headers = Vec::new();
    for (name, value) in &frame.headers {
        headers.push(name.len() as u8);
        headers.extend_from_slice(name.as_bytes());
        match value {
            HeaderValue::Bool(value) => headers.push(u8::from(!value)),
            HeaderValue::Int(value) => {
                headers.push(4);
                headers.extend_from_slice(&value.to_be_bytes());
            }
            HeaderValue::Long(value) => {
                headers.push(5);
                headers.extend_from_slice(&value.to_be_bytes());
            }
            HeaderValue::Bytes(value) => {
                headers.push(6);
                headers.extend_from_slice(&(value.len() as u16).to_be_bytes());
                headers.extend_from_slice(value);
            }
            HeaderValue::Text(value) => {
                headers.push(7);
                headers.extend_from_slice(&(value.len() as u16).to_be_bytes());
                headers.extend_from_slice(value.as_bytes());
            }
            HeaderValue::Time(value) => {
                headers.push(8);
                headers.extend_from_slice(&value.to_be_bytes());
            }
        }
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

impl Frame {
    /// Takes the first whole frame off `buffer`; `None` until all of it is there.
    ///
    /// # Errors
    /// On a wrong checksum or lengths that cannot be.
    pub fn decode(buffer: &mut bytes::BytesMut) -> Result<Option<Self>, WireError> {
        let Some(prelude) = buffer.get(..12) else { return Ok(None) };
        let total = be32(prelude, 0) as usize;
        let headers_length = be32(prelude, 4) as usize;
        if be32(prelude, 8) != crc32fast::hash(&prelude[..8]) {
            return Err(WireError::malformed("the frame's prelude has a wrong checksum"));
        }
        if total > FRAME_MAX || total < OVERHEAD || headers_length > total - OVERHEAD {
            return Err(WireError::malformed("the frame's lengths cannot be"));
        }
        if buffer.len() < total {
            return Ok(None);
        }
        let message = buffer.split_to(total).freeze();
        if be32(&message, total - 4) != crc32fast::hash(&message[..total - 4]) {
            return Err(WireError::malformed("the frame has a wrong checksum"));
        }
        let headers = decode_headers(&message[12..12 + headers_length])?;
        Ok(Some(Self { headers, payload: message.slice(12 + headers_length..total - 4) }))
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

fn decode_headers(mut rest: &[u8]) -> Result<Vec<FrameHeader>, WireError> {
    fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], WireError> {
        let (head, tail) = rest
            .split_at_checked(count)
            .ok_or_else(|| WireError::malformed("a frame header is cut short"))?;
        *rest = tail;
        Ok(head)
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |n, b| (n << 8) | u64::from(*b));
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let length = usize::from(take(&mut rest, 1)?[0]);
        let name = String::from_utf8_lossy(take(&mut rest, length)?).into_owned();
        let value = match take(&mut rest, 1)?[0] {
            0 => HeaderValue::Bool(true),
            1 => HeaderValue::Bool(false),
            4 => HeaderValue::Int(number(take(&mut rest, 4)?) as i32),
            5 => HeaderValue::Long(number(take(&mut rest, 8)?) as i64),
            kind @ (6 | 7) => {
                let length = number(take(&mut rest, 2)?) as usize;
                let bytes = take(&mut rest, length)?;
                if kind == 6 {
                    HeaderValue::Bytes(Bytes::copy_from_slice(bytes))
                } else {
                    HeaderValue::Text(String::from_utf8_lossy(bytes).into_owned())
                }
            }
            8 => HeaderValue::Time(number(take(&mut rest, 8)?) as i64),
            _ => return Err(WireError::malformed("a frame header of unknown type")),
        };
        headers.push((name, value));
    }
    Ok(headers)
}

/// An event of a modelled stream: a union with one member set, framed. `None` if none is set.
pub fn encode_event(event: &dyn Structure, xml_payload: bool) -> Option<Bytes> {
    let (index, member) = event
        .schema()
        .members
        .iter()
        .enumerate()
        .find(|(index, _)| !matches!(event.member(*index).view(), View::Absent))?;
    let View::Struct(body) = event.member(index).view() else { return None };
    let error: Option<&Schema> = member.target.error.map(|_| member.target);
    let text = |text: &str| HeaderValue::Text(text.to_owned());
    let mut headers = match error {
        Some(_) => vec![
            (":message-type".to_owned(), text("exception")),
            (":exception-type".to_owned(), text(member.wire)),
        ],
        None => vec![
            (":message-type".to_owned(), text("event")),
            (":event-type".to_owned(), text(member.wire)),
        ],
    };
    let mut payload: Option<Bytes> = None;
    for (at, inner) in body.schema().members.iter().enumerate() {
        let view = body.member(at).view();
        if inner.event_payload {
            match view {
                View::Blob(bytes) => {
                    headers.push((":content-type".to_owned(), text("application/octet-stream")));
                    payload = Some(bytes.clone());
                }
                View::Str(string) => {
                    headers.push((":content-type".to_owned(), text("text/plain")));
                    payload = Some(Bytes::copy_from_slice(string.as_bytes()));
                }
                View::Struct(value) => {
                    payload = Some(structured(value, inner.wire, xml_payload, &mut headers));
                }
                _ => {}
            }
        } else if inner.event_header
            && let Some(value) = to_text(inner, &view, TimestampFormat::Epoch)
        {
            headers.push((inner.wire.to_owned(), HeaderValue::Text(value)));
        }
    }
    let unbound = body.schema().members.iter().any(|m| !m.event_payload && !m.event_header);
    let payload = match payload {
        Some(payload) => payload,
        None if unbound => structured(body, member.wire, xml_payload, &mut headers),
        None => Bytes::new(),
    };
    Some(encode_frame(&Frame { headers, payload }))
}

fn structured(
    value: &dyn Structure,
    name: &str,
    xml_payload: bool,
    headers: &mut Vec<FrameHeader>,
) -> Bytes {
    let kind = if xml_payload { "text/xml" } else { "application/json" };
    headers.push((":content-type".to_owned(), HeaderValue::Text(kind.to_owned())));
    if xml_payload {
        let mut out = String::new();
        xml::open(name, "", &mut out);
        xml::write_members(value, false, &mut out);
        xml::close(name, &mut out);
        return out.into();
    }
    let mut out = Vec::new();
    json::write(value, Names::Model, &mut out);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_round_trip_and_a_flipped_byte_is_noticed() {
        let frame = Frame {
            headers: vec![
                (":event-type".to_owned(), HeaderValue::Text("Records".to_owned())),
                ("flag".to_owned(), HeaderValue::Bool(true)),
                ("n".to_owned(), HeaderValue::Long(-5)),
            ],
            payload: Bytes::from_static(b"a,b\n"),
        };
        let bytes = encode_frame(&frame);
        let mut buffer = bytes::BytesMut::from(&bytes[..bytes.len() - 1]);
        assert_eq!(Frame::decode(&mut buffer).expect("so far right"), None);
        buffer.extend_from_slice(&bytes[bytes.len() - 1..]);
        assert_eq!(Frame::decode(&mut buffer).expect("whole"), Some(frame));
        assert!(buffer.is_empty());
        for at in 0..bytes.len() {
            let mut broken = bytes::BytesMut::from(&bytes[..]);
            broken[at] ^= 1;
            assert!(!matches!(Frame::decode(&mut broken), Ok(Some(_))), "byte {at}");
        }
    }
}
