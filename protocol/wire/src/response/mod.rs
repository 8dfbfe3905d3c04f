//! The output of an operation, or an error, as a response.

mod error;
mod output;

use aquifer_schema::{ByteStream, Bytes, EventStream, Protocol, ServiceSchema};

pub use error::{ErrorAnswer, encode_error};
pub use output::encode;

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

fn declaration() -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned()
}

fn namespace(service: &ServiceSchema) -> Option<(&'static str, Option<&'static str>)> {
    service.xml_namespace.map(|uri| (uri, None))
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn content_type(protocol: Protocol) -> (String, String) {
    let value = match protocol {
        Protocol::AwsJson10 => "application/x-amz-json-1.0",
        Protocol::AwsJson11 => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::RestXml => "application/xml",
        Protocol::AwsQuery => "text/xml",
        Protocol::Ec2Query => "text/xml;charset=UTF-8",
        Protocol::RpcV2Cbor => "application/cbor",
    };
    header("Content-Type", value)
}
