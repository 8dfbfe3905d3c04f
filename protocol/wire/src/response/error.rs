//! An error, modelled or not.

use aquifer_schema::{Kind, Location, Member, Protocol, ServiceSchema, Structure};

use super::{Response, ResponseBody, content_type, declaration, header, namespace};
use crate::json::{self, Names};
use crate::{cbor, rest, xml};

/// An error to be answered, in no protocol yet.
pub struct ErrorAnswer<'a> {
    pub code: &'a str,
    pub status: u16,
    pub sender: bool,
    /// Its sentence; empty where the model has none for it.
    pub message: &'a str,
    /// Its members beside the message.
    pub detail: Option<&'a dyn Structure>,
    /// Elements beside code and message.
    pub extras: &'a [(&'static str, String)],
}

/// Writes an error.
pub fn encode_error(
    protocol: Protocol,
    service: &ServiceSchema,
    error: &ErrorAnswer<'_>,
    request_id: &str,
) -> Response {
    let mut headers = vec![content_type(protocol)];
    let mut status = error.status;
    if let (Protocol::RestJson | Protocol::RestXml, Some(detail)) = (protocol, error.detail) {
        rest::write_bindings(detail, &mut headers, &mut status);
    }
    let body = match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => json_error(error, Names::Model),
        // The code is in the header alone.
        Protocol::RestJson => {
            headers.push(header("x-amzn-ErrorType", error.code));
            json_error(error, Names::Wire)
        }
        Protocol::RpcV2Cbor => {
            headers.push(header("smithy-protocol", "rpc-v2-cbor"));
            cbor_error(error)
        }
        Protocol::RestXml => rest_xml_error(service, error, request_id).into(),
        Protocol::AwsQuery => {
            let kind = if error.sender { "Sender" } else { "Receiver" };
            let mut out = String::new();
            xml::open("ErrorResponse", namespace(service), &mut out);
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
    Response { status, headers, body: ResponseBody::Whole(body.into()) }
}

fn is_message(member: &Member) -> bool {
    member.target.kind == Kind::String && member.name.eq_ignore_ascii_case("message")
}

/// The name under which this error's shape carries its sentence.
fn message_name(error: &ErrorAnswer<'_>) -> &'static str {
    let members = error.detail.map_or(&[][..], |detail| detail.schema().members);
    members.iter().find(|member| is_message(member)).map_or("message", |member| member.name)
}

fn json_error(error: &ErrorAnswer<'_>, names: Names) -> Vec<u8> {
    let mut out = vec![b'{'];
    let mut put = |name: &str, text: &str| {
        if out.len() > 1 {
            out.push(b',');
        }
        json::write_string(name, &mut out);
        out.push(b':');
        json::write_string(text, &mut out);
    };
    if names == Names::Model {
        put("__type", error.code);
    }
    if !error.message.is_empty() {
        put(message_name(error), error.message);
    }
    if let Some(detail) = error.detail {
        json::write_more(detail, names, &|member| !is_message(member), &mut out);
    }
    out.push(b'}');
    out
}

fn cbor_error(error: &ErrorAnswer<'_>) -> Vec<u8> {
    let mut out = vec![0xbf];
    cbor::write_text("__type", &mut out);
    cbor::write_text(error.code, &mut out);
    if !error.message.is_empty() {
        cbor::write_text(message_name(error), &mut out);
        cbor::write_text(error.message, &mut out);
    }
    if let Some(detail) = error.detail {
        cbor::write_members(detail, &|member| !is_message(member), &mut out);
    }
    out.push(0xff);
    out
}

/// Without the element around it that other services than S3 have.
fn rest_xml_error(service: &ServiceSchema, error: &ErrorAnswer<'_>, request_id: &str) -> String {
    let mut out = declaration();
    if service.wrapped_errors {
        xml::open("ErrorResponse", namespace(service), &mut out);
        out.push_str("<Error>");
        code_and_message(error, &mut out);
        out.push_str(&format!("</Error><RequestId>{request_id}</RequestId></ErrorResponse>"));
        return out;
    }
    out.push_str("<Error>");
    code_and_message(error, &mut out);
    out.push_str(&format!("<RequestId>{request_id}</RequestId></Error>"));
    out
}

fn code_and_message(error: &ErrorAnswer<'_>, out: &mut String) {
    let texts = [("Code", error.code), ("Message", error.message)];
    let extras = error.extras.iter().map(|(name, text)| (*name, text.as_str()));
    for (name, text) in texts.into_iter().chain(extras) {
        xml::open(name, None, out);
        xml::escape(text, out);
        xml::close(name, out);
    }
    if let Some(detail) = error.detail {
        let wanted = |member: &Member| member.location == Location::Body && !is_message(member);
        xml::write_some(detail, &wanted, out);
    }
}
