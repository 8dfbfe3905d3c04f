//! Requests for an interface that a room has besides its model's.

use std::net::IpAddr;

use aquifer_schema::{Bytes, Protocol};
use aquifer_sigv4::{ParseError, PayloadHash};
use aquifer_wire::{percent_decode, query_pairs};
use http::header::{CONTENT_TYPE, SERVER};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use hyper::body::Incoming;
use platform::{Ctx, Endpoint, EndpointAnswer, EndpointRequest, Fail, Result};
use sha2::{Digest, Sha256};

use crate::answer::Body;
use crate::authenticate::{Arrival, Claim};
use crate::body::{self, Arriving};
use crate::dispatch::{Dispatch, request_parts};
use crate::refusal;
use crate::route::Destination;

/// Serves a request; what goes wrong is said as the interface says it.
pub(crate) async fn serve(
    dispatch: &Dispatch,
    endpoint: &dyn Endpoint,
    ctx: &Ctx,
    (parts, incoming): (&Parts, Incoming),
    to: &Destination,
    claim: Result<Claim, ParseError>,
    peer: IpAddr,
) -> Response<Body> {
    // Read to its end, whatever comes of it: the connection is to be used again.
    let body = Arriving::new(incoming).0.collect().await;
    let answer = match (body, claim) {
        (Ok(body), Ok(claim)) => {
            answer(dispatch, endpoint, ctx, (parts, body), to, &claim, peer).await
        }
        (Err(fail), _) => Err(fail),
        (_, Err(error)) => Err(refusal::malformed(Protocol::RestJson, &error)),
    };
    let answer = answer.unwrap_or_else(|fail| endpoint.refuse(&fail));
    let head = parts.method == Method::HEAD;
    respond(answer, ctx.request_id(), head)
}

async fn answer(
    dispatch: &Dispatch,
    endpoint: &dyn Endpoint,
    ctx: &Ctx,
    (parts, body): (&Parts, Bytes),
    to: &Destination,
    claim: &Claim,
    peer: IpAddr,
) -> Result<EndpointAnswer> {
    let hash = hex::encode(Sha256::digest(&body));
    let admitted = dispatch.gatekeeper.admit(
        claim,
        &Arrival {
            platform: &dispatch.platform,
            ctx,
            protocol: Protocol::RestJson,
            request: request_parts(parts, to.service.signing_name),
            signing_name: to.service.signing_name,
            bucket: None,
            body_hash: Some(&hash),
            peer,
            welcome: false,
        },
    )?;
    if let Some(PayloadHash::Literal(declared)) = claim.signed().map(|signed| &signed.payload_hash)
    {
        body::compare(declared, &hash)
            .map_err(|fault| Fail::new(fault.code, fault.status, fault.message))?;
    }
    let bad = || Fail::new("BadRequestException", 400, "The specified URI is not valid.");
    let path = to.path.strip_prefix(endpoint.prefix()).unwrap_or_default();
    let path = path.split('/').map(percent_decode).collect::<Option<Vec<_>>>();
    let request = EndpointRequest {
        method: parts.method.as_str().to_owned(),
        path: path.ok_or_else(bad)?,
        query: query_pairs(parts.uri.query().unwrap_or_default()).ok_or_else(bad)?,
        body,
    };
    endpoint.serve(&dispatch.platform, &admitted.ctx, request).await
}

fn respond(answer: EndpointAnswer, request_id: &str, head: bool) -> Response<Body> {
    let body = if head { Bytes::new() } else { answer.body };
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(SERVER, HeaderValue::from_static("Aquifer"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
