//! Requests that cannot be read, in the words of the protocol they came in.

use aquifer_schema::{Protocol, ServiceSchema};
use aquifer_wire::WireError;
use platform::Fail;

use crate::refusal;

/// A request that is no text of its protocol.
pub(crate) fn malformed(protocol: Protocol, service: &ServiceSchema, what: &str) -> Fail {
    wire_fail(protocol, service, WireError::Malformed(what.to_owned()))
}

/// A request that cannot be read, in the protocol's words.
pub(crate) fn wire_fail(protocol: Protocol, service: &ServiceSchema, error: WireError) -> Fail {
    match (protocol, error) {
        (Protocol::RestXml, WireError::Malformed(cause)) if !cause.contains("is not a value") => {
            Fail::new(
                "MalformedXML",
                400,
                "The XML you provided was not well-formed or did not validate against our \
                 published schema",
            )
        }
        (Protocol::RestXml, WireError::Invalid { missing: Some(name), within, .. })
            if refusal::is_of_a_query(&within) =>
        {
            refusal::missing_of_a_query(name)
        }
        (Protocol::RestXml, WireError::TooDeep | WireError::Invalid { missing: Some(_), .. }) => {
            Fail::new(
                "MalformedXML",
                400,
                "The XML you provided was not well-formed or did not validate against our published \
             schema",
            )
        }
        (Protocol::RestXml, WireError::Invalid { sentence, within, .. }) => {
            refusal::violation(&within, sentence)
        }
        (Protocol::RestXml, error) => Fail::new("InvalidArgument", 400, error.to_string()),
        (Protocol::Ec2Query, WireError::Invalid { missing: Some(name), .. }) => {
            let sentence = format!("The request must contain the parameter {name}");
            Fail::new("MissingParameter", 400, sentence)
        }
        (_, WireError::Invalid { sentence, .. }) => {
            Fail::new(service.validation_code, 400, sentence)
        }
        (Protocol::AwsQuery | Protocol::Ec2Query, error) => {
            Fail::new("MalformedInput", 400, error.to_string())
        }
        (_, error) => Fail::new("SerializationException", 400, error.to_string()),
    }
}
