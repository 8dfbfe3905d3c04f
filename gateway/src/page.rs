//! Pages of websites as HTTP answers; what goes wrong is a page too, for people read it.

use aquifer_schema::{Bytes, Protocol};
use aquifer_wire::escape;
use http::header::{CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use platform::{Ctx, Fail, PageRequest, Platform, Web, WebPage};

use crate::answer::{Body, respond};
use crate::route::{Destination, host};

/// Headers by which a reader says what it has already, or wants of a page.
const HEADERS: [&str; 5] =
    ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "range"];

/// Answers a request for a page.
pub(crate) async fn serve(
    platform: &Platform,
    web: &dyn Web,
    ctx: &Ctx,
    (parts, to): (&Parts, &Destination),
) -> Response<Body> {
    let head = parts.method == Method::HEAD;
    if !head && parts.method != Method::GET {
        let message = "The specified method is not allowed against this resource.";
        let fail = Fail::new("MethodNotAllowed", 405, message)
            .with("Method", parts.method.as_str())
            .with("ResourceType", "OBJECT");
        return failed(ctx, &fail, None, head);
    }
    let path = parts.uri.path().strip_prefix('/').unwrap_or_default();
    let Some(path) = aquifer_wire::percent_decode(path) else {
        let fail = Fail::new("InvalidURI", 400, "Couldn't parse the specified URI.");
        return failed(ctx, &fail, None, head);
    };
    let header = |name: &'static str| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name, value.to_owned()))
    };
    let request = PageRequest {
        site: to.resource(),
        path,
        host: host(parts).unwrap_or_default().to_owned(),
        head,
        headers: HEADERS.into_iter().filter_map(header).collect(),
    };
    match web.page(platform, ctx, request).await {
        WebPage::Object { status, schema, mut output } => {
            let answer =
                aquifer_wire::encode(Protocol::RestXml, schema, &mut *output, ctx.request_id());
            let mut response = respond(answer, Protocol::RestXml, ctx.request_id());
            if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
                *response.status_mut() = status;
            }
            response
        }
        WebPage::Redirect { status, location } => {
            let mut response = html(ctx, status, String::new());
            // What cannot stand in a header cannot be gone to.
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(LOCATION, location);
            }
            response
        }
        WebPage::Failed(fail, second) => failed(ctx, &fail, second.as_ref(), head),
    }
}

/// Why there is no page; `second` is why there is none that says so.
pub(crate) fn failed(ctx: &Ctx, fail: &Fail, second: Option<&Fail>, head: bool) -> Response<Body> {
    let status = StatusCode::from_u16(fail.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title = status.canonical_reason().unwrap_or_default();
    let mut page = format!(
        "<html>\n<head><title>{0} {title}</title></head>\n<body>\n<h1>{0} {title}</h1>\n<ul>\n",
        status.as_u16()
    );
    items(fail, &mut page);
    for (name, value) in [("RequestId", ctx.request_id()), ("HostId", ctx.request_id())] {
        item(name, value, &mut page);
    }
    page.push_str("</ul>\n");
    if let Some(second) = second {
        page.push_str(
            "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n",
        );
        items(second, &mut page);
        page.push_str("</ul>\n");
    }
    page.push_str("<hr/>\n</body>\n</html>\n");
    let empty = head || status == StatusCode::NOT_MODIFIED;
    let mut response = html(ctx, status.as_u16(), if empty { String::new() } else { page });
    let code = HeaderValue::from_str(fail.code());
    let message = HeaderValue::from_str(fail.message());
    for (name, value) in [("x-amz-error-code", code), ("x-amz-error-message", message)] {
        if let Some(value) = value.ok().filter(|_| status != StatusCode::NOT_MODIFIED) {
            response.headers_mut().insert(name, value);
        }
    }
    for (name, value) in fail.headers() {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}

fn items(fail: &Fail, page: &mut String) {
    item("Code", fail.code(), page);
    item("Message", fail.message(), page);
    for (name, value) in fail.extras() {
        item(name, value, page);
    }
}

fn item(name: &str, value: &str, page: &mut String) {
    page.push_str("<li>");
    page.push_str(name);
    page.push_str(": ");
    escape(value, page);
    page.push_str("</li>\n");
}

fn html(ctx: &Ctx, status: u16, page: String) -> Response<Body> {
    let answer = aquifer_wire::Response {
        status,
        headers: vec![(CONTENT_TYPE.to_string(), "text/html; charset=utf-8".to_owned())],
        body: aquifer_wire::ResponseBody::Whole(Bytes::from(page)),
    };
    respond(answer, Protocol::RestXml, ctx.request_id())
}
