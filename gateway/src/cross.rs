//! Pages of other sites: what their browser asks before they ask, and what it lets them read.

use aquifer_schema::Bytes;
use http::header::{HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response};
use platform::{CrossOrigin, Ctx, Fail, Headers, Result, Web};

use crate::answer::Body;
use crate::route::Destination;

const METHOD: &str = "access-control-request-method";
const HEADERS: &str = "access-control-request-headers";

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty())
}

/// What the page that asks may know of the answer; `None` where no rule of the resource's owner says
/// so, and for what is no page.
pub(crate) fn allowed(
    web: &dyn Web,
    ctx: &Ctx,
    parts: &Parts,
    to: &Destination,
) -> Option<Headers> {
    let origin = text(&parts.headers, ORIGIN.as_str())?;
    let asked = CrossOrigin { method: parts.method.as_str(), origin, headers: &[] };
    web.cross_origin(ctx, &to.resource(), &asked).unwrap_or_else(|fail| {
        tracing::warn!("the rules for pages of other sites could not be read: {fail:?}");
        None
    })
}

/// The answer to a browser that asks in advance.
pub(crate) fn preflight(
    web: &dyn Web,
    ctx: &Ctx,
    parts: &Parts,
    to: &Destination,
) -> Result<Response<Body>> {
    let bad = |message: &str| Fail::new("BadRequest", 400, message);
    let origin = text(&parts.headers, ORIGIN.as_str());
    let origin =
        origin.ok_or_else(|| bad("Insufficient information. Origin request header needed."))?;
    let method = text(&parts.headers, METHOD).unwrap_or("null");
    if !["GET", "PUT", "HEAD", "POST", "DELETE"].contains(&method) {
        return Err(bad(&format!("Invalid Access-Control-Request-Method: {method}")));
    }
    let headers: Vec<String> = parts
        .headers
        .get_all(HEADERS)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let asked = CrossOrigin { method, origin, headers: &headers };
    let path = to.path.trim_start_matches('/');
    let path = aquifer_wire::percent_decode(path).unwrap_or_default();
    let allowed = web.preflight(ctx, &path, &asked)?;
    let mut response = Response::new(Bytes::new().into());
    add(response.headers_mut(), &allowed);
    let id = HeaderValue::from_str(ctx.request_id());
    response
        .headers_mut()
        .extend(id.ok().map(|id| (HeaderName::from_static("x-amz-request-id"), id)));
    Ok(response)
}

/// Adds what a page may know to an answer.
pub(crate) fn add(headers: &mut HeaderMap, allowed: &Headers) {
    for (name, value) in allowed {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
}
