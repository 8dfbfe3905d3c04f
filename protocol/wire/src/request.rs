//! A request into the input of an operation.

use aquifer_schema::{ByteStream, Bytes, OperationSchema, Protocol, Seen, Structure, Validator};
use http::HeaderMap;

use crate::error::WireError;
use crate::json::{self, Names};
use crate::{cbor, query, rest};

/// A request as far as routing has read it.
pub struct Call<'a> {
    pub protocol: Protocol,
    pub operation: &'static OperationSchema,
    pub headers: &'a HeaderMap,
    /// Decoded query parameters (for the query protocols: of the form).
    pub query: &'a [(String, String)],
    /// Decoded path labels.
    pub labels: &'a [(&'static str, String)],
}

/// The body: in memory, or still arriving.
pub enum Payload {
    Whole(Bytes),
    Stream(ByteStream),
}

/// Fills `input` from the request and checks it against the model.
///
/// # Errors
/// [`WireError::Malformed`] for what is not of the protocol's grammar, [`WireError::Invalid`] for
/// all violations of the model's constraints together.
pub fn decode(
    call: &Call<'_>,
    payload: Payload,
    input: &mut dyn Structure,
) -> Result<(), WireError> {
    let mut check = Validator::default();
    let mut seen = Seen::default();
    let schema = call.operation.input;
    match call.protocol {
        Protocol::RestJson | Protocol::RestXml => {
            rest::read_bindings(call, input, &mut check, &mut seen)?;
            rest::read_body(call, payload, input, &mut check, &mut seen)?;
        }
        Protocol::AwsQuery | Protocol::Ec2Query => {
            let ec2 = call.protocol == Protocol::Ec2Query;
            query::read(call.query, input, ec2, &mut check, &mut seen)?;
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => {
            let Payload::Whole(body) = payload else {
                return Err(WireError::malformed("the body of this operation is not a stream"));
            };
            if body.is_empty() {
                // An input without members may be left out.
            } else if call.protocol == Protocol::RpcV2Cbor {
                cbor::read(&body, input, &mut check, &mut seen)?;
            } else {
                json::read(&body, input, Names::Model, &mut check, &mut seen)?;
            }
        }
    }
    check.structure(schema, &seen);
    match check.sentence() {
        None => Ok(()),
        Some(sentence) => {
            let missing = check.violations().first().and_then(|violation| violation.missing);
            Err(WireError::Invalid { sentence, missing, within: check.within().to_vec() })
        }
    }
}

/// `a=1&b=%20` as decoded pairs, in order; `+` is a space.
pub fn query_pairs(text: &str) -> Option<Vec<(String, String)>> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((
                crate::percent_decode(&name.replace('+', " "))?,
                crate::percent_decode(&value.replace('+', " "))?,
            ))
        })
        .collect()
}
