//! What is told of requests to a room that watches them.

use std::sync::Arc;

use aquifer_schema::Timestamp;
use aquifer_sigv4::Kind;
use aquifer_wire::query_pairs;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, REFERER};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Response};
use http_body::Body as _;
use platform::{Ctx, Platform, Seen, SignedBy, Watcher};

use crate::answer::Body;
use crate::authenticate::Claim;
use crate::route::{Destination, Routes, Target, host};

/// The context in which a request was served, on its answer.
#[derive(Clone)]
pub(crate) struct ServedAs(pub Ctx);

/// A request that is watched, before it is served.
pub(crate) struct Watched {
    watcher: Arc<Watcher>,
    seen: Seen,
    began: Timestamp,
}

impl Watched {
    /// Notes a request, if anybody watches it.
    pub fn begin(
        watcher: Option<&Arc<Watcher>>,
        (platform, routes): (&Platform, &Routes),
        ctx: &Ctx,
        parts: &Parts,
        (to, claim): (&Destination, Option<&Claim>),
    ) -> Option<Box<Self>> {
        let watcher = watcher.filter(|w| w.service == to.service.name && w.watch.is_on())?;
        let query = query_pairs(parts.uri.query().unwrap_or_default()).unwrap_or_default();
        let (operation, labels) = match routes.target(platform, to, parts, &query, &[]) {
            Target::Known { operation, labels } => (Some(operation.schema.name), labels),
            Target::Absent(_) | Target::Unknown(_) => (None, Vec::new()),
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let seen = Seen {
            ctx: ctx.clone(),
            began: ctx.now(),
            took: Default::default(),
            operation,
            labels,
            line: format!("{} {path} {:?}", parts.method, parts.version),
            signed_by: match claim {
                Some(Claim::Signed(presented)) if presented.kind == Kind::Header => {
                    SignedBy::Header
                }
                Some(Claim::Signed(_)) => SignedBy::Query,
                Some(Claim::Older(_)) => SignedBy::OldQuery,
                _ => SignedBy::Nothing,
            },
            host: host(parts).map(str::to_owned),
            referrer: text(&parts.headers, &REFERER),
            received: number(&parts.headers, "x-amz-decoded-content-length")
                .or_else(|| number(&parts.headers, CONTENT_LENGTH.as_str())),
            status: 0,
            error: None,
            sent: None,
            whole: None,
            version_id: None,
        };
        let began = ctx.clock().real_now();
        Some(Box::new(Self { watcher: Arc::clone(watcher), seen, began }))
    }

    /// Tells of the request and its answer.
    pub fn end(self, response: &Response<Body>, refused: Option<(Option<Ctx>, &str)>) {
        let Self { watcher, mut seen, began } = self;
        let headers = response.headers();
        match refused {
            Some((ctx, code)) => {
                seen.ctx = ctx.unwrap_or(seen.ctx);
                seen.error = Some(code.to_owned());
            }
            None => {
                if let Some(ServedAs(ctx)) = response.extensions().get() {
                    seen.ctx = ctx.clone();
                }
            }
        }
        seen.took = seen.ctx.clock().real_now().since(began);
        seen.status = response.status().as_u16();
        seen.sent = response.body().size_hint().exact();
        let of_range = text(headers, &CONTENT_RANGE);
        let of_range = of_range.and_then(|range| range.rsplit_once('/')?.1.parse().ok());
        seen.whole = of_range.or_else(|| number(headers, CONTENT_LENGTH.as_str())).or(seen.sent);
        seen.version_id = headers
            .get("x-amz-version-id")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        watcher.watch.seen(seen);
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}
