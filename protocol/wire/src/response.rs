//! The output of an operation, or an error, as a response.

use aquifer_schema::{
    ByteStream, Bytes, EventStream, Kind, OperationSchema, Protocol, Schema, ServiceSchema, Slot,
    Structure, View,
};

use crate::json::{self, Names};
use crate::{cbor, rest, xml};

/// An answer, ready for HTTP.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: ResponseBody,
}

/// What follows the headers.
pub enum ResponseBody {
    Whole(Bytes),
    Stream(ByteStream),
    /// Events to be framed one by one.
    Events(EventStream),
}

/// An error to be answered, in no protocol yet.
pub struct ErrorAnswer<'a> {
    pub code: &'a str,
    pub status: u16,
    pub sender: bool,
    pub message: &'a str,
    pub detail: Option<&'a dyn Structure>,
    /// Elements beside code and message.
    pub extras: &'a [(&'static str, String)],
}

/// Writes an operation's output.
pub fn encode(
    protocol: Protocol,
    operation: &'static OperationSchema,
    output: &mut dyn Structure,
    request_id: &str,
) -> Response {
    let mut headers = Vec::new();
    let mut status = operation.status;
    let body = match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            headers.push(content_type(protocol));
            let mut out = Vec::with_capacity(256);
            json::write(output, Names::Model, &mut out);
            ResponseBody::Whole(out.into())
        }
        Protocol::RpcV2Cbor => {
            headers.push(content_type(protocol));
            headers.push(("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned()));
            ResponseBody::Whole(cbor::to_bytes(output).into())
        }
        Protocol::AwsQuery => {
            headers.push(content_type(protocol));
            ResponseBody::Whole(query_answer(operation, output, request_id).into())
        }
        Protocol::Ec2Query => {
            headers.push(content_type(protocol));
            let name = format!("{}Response", operation.name);
            let mut out = declaration();
            xml::open(&name, &namespace(operation.service), &mut out);
            out.push_str(&format!("<requestId>{request_id}</requestId>"));
            xml::write_members(output, true, &mut out);
            xml::close(&name, &mut out);
            ResponseBody::Whole(out.into())
        }
        Protocol::RestJson | Protocol::RestXml => {
            rest::write_bindings(output, &mut headers, &mut status);
            // RFC 9110: an answer that says which bytes it holds is a partial one.
            if status == 200 && headers.iter().any(|(name, _)| name == "Content-Range") {
                status = 206;
            }
            rest_body(protocol, operation, output, &mut headers)
        }
    };
    Response { status, headers, body }
}

fn query_answer(
    operation: &'static OperationSchema,
    output: &dyn Structure,
    request_id: &str,
) -> String {
    let name = format!("{}Response", operation.name);
    let mut out = String::new();
    xml::open(&name, &namespace(operation.service), &mut out);
    if let Some(wrapper) = operation.result_wrapper {
        xml::open(wrapper, "", &mut out);
        xml::write_members(output, true, &mut out);
        xml::close(wrapper, &mut out);
    }
    out.push_str(&format!(
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    ));
    xml::close(&name, &mut out);
    out
}

fn rest_body(
    protocol: Protocol,
    operation: &'static OperationSchema,
    output: &mut dyn Structure,
    headers: &mut Vec<(String, String)>,
) -> ResponseBody {
    let schema = output.schema();
    let Some(index) = schema.payload else {
        let has_body = schema.members.iter().any(|m| m.location == aquifer_schema::Location::Body);
        if !has_body {
            if protocol == Protocol::RestJson {
                headers.push(content_type(protocol));
                return ResponseBody::Whole(Bytes::from_static(b"{}"));
            }
            return ResponseBody::Whole(Bytes::new());
        }
        headers.push(content_type(protocol));
        if protocol == Protocol::RestJson {
            let mut out = Vec::new();
            json::write(output, Names::Wire, &mut out);
            return ResponseBody::Whole(out.into());
        }
        return ResponseBody::Whole(xml_document(operation, output, schema).into());
    };
    let member = &schema.members[index];
    match output.member_mut(index).slot() {
        Slot::Stream(stream) => return ResponseBody::Stream(std::mem::take(stream)),
        Slot::Events(events) => {
            headers
                .push(("Content-Type".to_owned(), "application/vnd.amazon.eventstream".to_owned()));
            return ResponseBody::Events(std::mem::take(events));
        }
        _ => {}
    }
    let shape = output.member(index);
    match shape.view() {
        View::Absent => ResponseBody::Whole(Bytes::new()),
        View::Blob(bytes) => ResponseBody::Whole(bytes.clone()),
        View::Str(text) => ResponseBody::Whole(Bytes::copy_from_slice(text.as_bytes())),
        view => {
            headers.push(content_type(protocol));
            if protocol == Protocol::RestJson {
                let mut out = Vec::new();
                json::write_member(member, shape, &mut out);
                return ResponseBody::Whole(out.into());
            }
            let name = operation.output_name.or(member.target.xml_name).unwrap_or(member.wire);
            let mut out = declaration();
            match view {
                View::Struct(value) => {
                    xml::open(name, &namespace(operation.service), &mut out);
                    xml::write_members(value, false, &mut out);
                    xml::close(name, &mut out);
                }
                view => xml::write_named(name, member, view, &mut out),
            }
            ResponseBody::Whole(out.into())
        }
    }
}

fn xml_document(
    operation: &'static OperationSchema,
    output: &dyn Structure,
    schema: &'static Schema,
) -> String {
    let mut out = declaration();
    let name = operation.output_name.or(schema.xml_name).unwrap_or(schema.name);
    xml::open(name, &namespace(operation.service), &mut out);
    if operation.unwrapped_output {
        for (index, member) in schema.members.iter().enumerate() {
            let view = output.member(index).view();
            let text =
                crate::text::to_text(member, &view, aquifer_schema::TimestampFormat::DateTime);
            if let Some(text) = text {
                xml::escape(&text, &mut out);
            }
        }
    } else {
        xml::write_members(output, true, &mut out);
    }
    xml::close(name, &mut out);
    out
}

fn declaration() -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned()
}

fn namespace(service: &ServiceSchema) -> String {
    service.xml_namespace.map(|uri| format!(" xmlns=\"{uri}\"")).unwrap_or_default()
}

fn content_type(protocol: Protocol) -> (String, String) {
    let value = match protocol {
        Protocol::AwsJson10 => "application/x-amz-json-1.0",
        Protocol::AwsJson11 => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::RestXml => "application/xml",
        Protocol::AwsQuery | Protocol::Ec2Query => "text/xml",
        Protocol::RpcV2Cbor => "application/cbor",
    };
    ("Content-Type".to_owned(), value.to_owned())
}

/// Writes an error.
pub fn encode_error(
    protocol: Protocol,
    service: &ServiceSchema,
    error: &ErrorAnswer<'_>,
    request_id: &str,
) -> Response {
    let mut headers = vec![content_type(protocol)];
    let body = match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson => {
            if protocol == Protocol::RestJson {
                headers.push(("x-amzn-ErrorType".to_owned(), error.code.to_owned()));
            }
            json_error(error, protocol == Protocol::RestJson)
        }
        Protocol::RpcV2Cbor => {
            headers.push(("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned()));
            cbor_error(error)
        }
        Protocol::RestXml => rest_xml_error(error, request_id).into(),
        Protocol::AwsQuery => {
            let kind = if error.sender { "Sender" } else { "Receiver" };
            let mut out = String::new();
            xml::open("ErrorResponse", &namespace(service), &mut out);
            out.push_str(&format!("<Error><Type>{kind}</Type>"));
            code_and_message(error, &mut out);
            out.push_str(&format!("</Error><RequestId>{request_id}</RequestId></ErrorResponse>"));
            out.into()
        }
        Protocol::Ec2Query => {
            let mut out = declaration();
            out.push_str("<Response><Errors><Error>");
            code_and_message(error, &mut out);
            out.push_str(&format!(
                "</Error></Errors><RequestID>{request_id}</RequestID></Response>"
            ));
            out.into()
        }
    };
    Response { status: error.status, headers, body: ResponseBody::Whole(Bytes::from(body)) }
}

/// The name under which this error's shape carries its sentence.
fn message_name(error: &ErrorAnswer<'_>, default: &'static str) -> &'static str {
    let members = error.detail.map_or(&[][..], |detail| detail.schema().members);
    members
        .iter()
        .find(|member| {
            member.target.kind == Kind::String && member.name.eq_ignore_ascii_case("message")
        })
        .map_or(default, |member| member.name)
}

fn json_error(error: &ErrorAnswer<'_>, rest: bool) -> Vec<u8> {
    let mut out = vec![b'{'];
    if !rest {
        out.extend_from_slice(b"\"__type\":");
        json::write_string(error.code, &mut out);
        out.push(b',');
    }
    json::write_string(message_name(error, "message"), &mut out);
    out.push(b':');
    json::write_string(error.message, &mut out);
    if let Some(detail) = error.detail {
        let mut members = Vec::new();
        json::write(detail, if rest { Names::Wire } else { Names::Model }, &mut members);
        if members.len() > 2 {
            out.push(b',');
            out.extend_from_slice(&members[1..members.len() - 1]);
        }
    }
    out.push(b'}');
    out
}

fn cbor_error(error: &ErrorAnswer<'_>) -> Vec<u8> {
    let text = |text: &str| {
        let mut out = Vec::new();
        // Writing to memory cannot fail.
        let _ = ciborium_ll::Encoder::from(&mut out).text(text, None);
        out
    };
    let mut out = vec![0xbf];
    out.extend(text("__type"));
    out.extend(text(error.code));
    out.extend(text(message_name(error, "message")));
    out.extend(text(error.message));
    if let Some(detail) = error.detail {
        let members = cbor::to_bytes(detail);
        out.extend_from_slice(&members[1..members.len() - 1]);
    }
    out.push(0xff);
    out
}

fn rest_xml_error(error: &ErrorAnswer<'_>, request_id: &str) -> String {
    let mut out = declaration();
    out.push_str("<Error>");
    code_and_message(error, &mut out);
    out.push_str(&format!("<RequestId>{request_id}</RequestId></Error>"));
    out
}

fn code_and_message(error: &ErrorAnswer<'_>, out: &mut String) {
    for (name, text) in [("Code", error.code), ("Message", error.message)] {
        xml::open(name, "", out);
        xml::escape(text, out);
        xml::close(name, out);
    }
    for (name, text) in error.extras {
        xml::open(name, "", out);
        xml::escape(text, out);
        xml::close(name, out);
    }
    if let Some(detail) = error.detail {
        xml::write_members(detail, false, out);
    }
}
