//! The output of an operation.

use aquifer_schema::{
    Bytes, Kind, Location, OperationSchema, Protocol, Slot, Structure, TimestampFormat, View,
};

use super::{Response, ResponseBody, content_type, declaration, header, namespace};
use crate::json::{self, Names};
use crate::{cbor, event, rest, text, xml};

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
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => {
            rpc_body(protocol, output, &mut headers)
        }
        Protocol::AwsQuery => {
            headers.push(content_type(protocol));
            ResponseBody::Whole(query_answer(operation, output, request_id).into())
        }
        Protocol::Ec2Query => {
            headers.push(content_type(protocol));
            let name = format!("{}Response", operation.name);
            let mut out = declaration();
            xml::open(&name, namespace(operation.service), &mut out);
            xml::open("requestId", None, &mut out);
            out.push_str(request_id);
            xml::close("requestId", &mut out);
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

fn rpc_body(
    protocol: Protocol,
    output: &mut dyn Structure,
    headers: &mut Vec<(String, String)>,
) -> ResponseBody {
    let mut out = Vec::with_capacity(256);
    if protocol == Protocol::RpcV2Cbor {
        headers.push(header("smithy-protocol", "rpc-v2-cbor"));
        cbor::write(output, &mut out);
    } else {
        json::write(output, Names::Model, &mut out);
    }
    let members = output.schema().members;
    let events = members.iter().position(|member| member.target.kind == Kind::EventStream);
    if let Some(index) = events
        && let Slot::Events(events) = output.member_mut(index).slot()
    {
        headers.push(header("Content-Type", "application/vnd.amazon.eventstream"));
        // What the output holds beside its events comes before them, as an event of its own.
        let (_, kind) = content_type(protocol);
        let first = event::Initial::new(kind, out.into());
        return ResponseBody::Events(std::mem::take(events).after(Box::new(first)));
    }
    headers.push(content_type(protocol));
    ResponseBody::Whole(out.into())
}

fn query_answer(
    operation: &'static OperationSchema,
    output: &dyn Structure,
    request_id: &str,
) -> String {
    let name = format!("{}Response", operation.name);
    let mut out = String::new();
    xml::open(&name, namespace(operation.service), &mut out);
    if let Some(wrapper) = operation.result_wrapper {
        xml::open(wrapper, None, &mut out);
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
    if let Some(index) = schema.payload {
        return payload(protocol, operation, output, index, headers);
    }
    let has_body = schema.members.iter().any(|member| member.location == Location::Body);
    if !has_body && protocol == Protocol::RestXml {
        return ResponseBody::Whole(Bytes::new());
    }
    headers.push(content_type(protocol));
    if protocol == Protocol::RestJson {
        let mut out = Vec::new();
        json::write(output, Names::Wire, &mut out);
        return ResponseBody::Whole(out.into());
    }
    let mut out = declaration();
    let name = operation.output_name.or(schema.xml_name).unwrap_or(schema.name);
    if operation.unwrapped_output {
        xml::open(name, schema.xml_namespace.or(namespace(operation.service)), &mut out);
        for (index, member) in schema.members.iter().enumerate() {
            let view = output.member(index).view();
            if let Some(text) = text::to_text(member, &view, TimestampFormat::DateTime) {
                xml::escape(&text, &mut out);
            }
        }
        xml::close(name, &mut out);
    } else {
        xml::write_document(name, operation.service.xml_namespace, output, true, &mut out);
    }
    ResponseBody::Whole(out.into())
}

fn payload(
    protocol: Protocol,
    operation: &'static OperationSchema,
    output: &mut dyn Structure,
    index: usize,
    headers: &mut Vec<(String, String)>,
) -> ResponseBody {
    let member = &output.schema().members[index];
    match output.member_mut(index).slot() {
        Slot::Stream(stream) => return ResponseBody::Stream(std::mem::take(stream)),
        Slot::Events(events) => {
            headers.push(header("Content-Type", "application/vnd.amazon.eventstream"));
            return ResponseBody::Events(std::mem::take(events));
        }
        _ => {}
    }
    // An output may name the type of its payload itself.
    let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let shape = output.member(index);
    match shape.view() {
        View::Absent => ResponseBody::Whole(Bytes::new()),
        View::Blob(bytes) => {
            if !typed {
                headers.push(header("Content-Type", "application/octet-stream"));
            }
            ResponseBody::Whole(bytes.clone())
        }
        View::Str(text) => {
            if !typed {
                headers.push(header("Content-Type", "text/plain"));
            }
            ResponseBody::Whole(Bytes::copy_from_slice(text.as_bytes()))
        }
        view => {
            if !typed {
                headers.push(content_type(protocol));
            }
            if protocol == Protocol::RestJson {
                let mut out = Vec::new();
                json::write_member(member, shape, &mut out);
                return ResponseBody::Whole(out.into());
            }
            let name = operation.output_name.unwrap_or_else(|| rest::payload_name(member));
            let mut out = declaration();
            match view {
                View::Struct(value) => {
                    xml::write_document(
                        name,
                        operation.service.xml_namespace,
                        value,
                        false,
                        &mut out,
                    );
                }
                view => xml::write_named(name, member, view, &mut out),
            }
            ResponseBody::Whole(out.into())
        }
    }
}
