//! The platform's own API under `/_aquifer/`: health, clock, bill, reset, console. Loopback only.

mod limits;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aquifer_schema::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use platform::{FaultRule, Jobs, Meter, Period, Platform, PlatformParts, Prices, Timestamp};
use serde_json::{Value, json};

use crate::answer::Body;
use crate::body;
use crate::breaking;
use crate::browser;
use crate::doors::Doors;
use crate::options::{ServeOptions, StartError};
use crate::route::host;

const ROOT: &str = "/_aquifer";
/// How the path of a door begins; its port follows.
const DOOR: &str = "network/doors/";
/// Events of one answer.
const EVENTS_SHOWN: usize = 1_000;

/// Answers what is not AWS's.
pub(crate) struct Admin {
    parts: PlatformParts,
    platform: Platform,
    jobs: Jobs,
    meter: Arc<Meter>,
    data: Option<PathBuf>,
    /// What clients are told to trust, where TLS is spoken.
    certificate: Option<Arc<str>>,
    doors: Doors,
}

/// An answer, or what is wrong with the question.
type Answer = Result<Value, (StatusCode, String)>;

impl Admin {
    pub fn new(
        parts: PlatformParts,
        platform: Platform,
        jobs: Jobs,
        options: &ServeOptions,
        certificate: Option<Arc<str>>,
        doors: Doors,
    ) -> Result<Self, StartError> {
        let prices = match &options.prices {
            Some(path) => Prices::load(path).map_err(|error| {
                StartError::Other(format!("the price table {}: {error}", path.display()))
            })?,
            None => Prices::standard(),
        };
        let meter = Arc::new(Meter::new(prices));
        meter.start(&parts);
        platform.stages().audit.start(&parts);
        platform.stages().limits.enable_all(options.limits);
        let data = options.data.clone();
        Ok(Self { parts, platform, jobs, meter, data, certificate, doors })
    }

    pub fn data(&self) -> Option<&Path> {
        self.data.as_deref()
    }

    /// Whether a request is for this API. A signed request never is: `health` may be a bucket.
    pub fn answers(request: &Request<Incoming>) -> bool {
        let path = request.uri().path();
        path == ROOT
            || path.starts_with("/_aquifer/")
            || matches!(path, "/health" | "/_localstack/health")
                && !request.headers().contains_key(header::AUTHORIZATION)
                && !request.uri().query().unwrap_or_default().contains("X-Amz-")
    }

    /// Writes what is only in memory.
    pub async fn flush(&self) {
        if let Err(error) = self.meter.flush(self.parts.store()).await {
            tracing::error!("the usage of the last moments is lost: {error}");
        }
    }

    /// Serves one request.
    pub async fn serve(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        if !peer.ip().to_canonical().is_loopback() {
            let text = "the admin API answers this machine only";
            return answer(Err((StatusCode::FORBIDDEN, text.to_owned())));
        }
        let (parts, incoming) = request.into_parts();
        if host(&parts).is_some_and(|host| !browser::is_this_machine(host)) {
            let text =
                "the admin API answers to localhost, 127.0.0.1 and [::1], not to other names";
            return answer(Err((StatusCode::FORBIDDEN, text.to_owned())));
        }
        // A page of another site must not turn the clock of a server on this machine.
        if parts.method != Method::GET && browser::is_foreign(&parts.headers) {
            let text = "requests from pages of other origins are refused";
            return answer(Err((StatusCode::FORBIDDEN, text.to_owned())));
        }
        let path = parts.uri.path();
        if path == ROOT {
            return redirect();
        }
        let sub = path.strip_prefix("/_aquifer/").unwrap_or("health");
        match (&parts.method, sub) {
            (&Method::GET | &Method::HEAD, "health") => answer(Ok(self.health())),
            (&Method::GET, "clock") => answer(Ok(self.clock())),
            (&Method::POST, "clock") => answer(self.turn_clock(incoming).await),
            (&Method::GET, "certificate.pem") => self.certificate(),
            (&Method::GET, "bill") => answer(self.bill().await),
            (&Method::POST, "reset") => answer(self.reset().await),
            (&Method::GET, "faults") => answer(Ok(json!(self.platform.stages().faults.list()))),
            (&Method::POST, "faults") => answer(self.add_fault(incoming).await),
            (&Method::DELETE, "faults") => {
                breaking::end(&self.platform);
                answer(Ok(json!([])))
            }
            (&Method::GET, "limits") => answer(Ok(limits::show(&self.platform))),
            (&Method::POST, "limits") => answer(self.change_limits(incoming).await),
            (&Method::GET, "zones") => answer(Ok(breaking::zones(&self.platform))),
            (&Method::GET, "network/doors") => answer(Ok(self.doors.list())),
            (&Method::POST, "network/doors") => answer(self.open_door(incoming).await),
            (&Method::DELETE, "network/doors") => {
                self.doors.close_all();
                answer(Ok(self.doors.list()))
            }
            (&Method::DELETE, door) if door.starts_with(DOOR) => {
                answer(self.doors.close(&door[DOOR.len()..]))
            }
            (&Method::GET, "events") => {
                let events = self.platform.stages().audit.recent(EVENTS_SHOWN, |_| true);
                answer(Ok(json!(events)))
            }
            (&Method::GET | &Method::HEAD, file) => page(file, &parts.headers),
            _ => {
                let text = format!("{} {path} is not known", parts.method);
                answer(Err((StatusCode::NOT_FOUND, text)))
            }
        }
    }

    fn health(&self) -> Value {
        let registry = self.platform.registry();
        let services: serde_json::Map<String, Value> = registry
            .services()
            .iter()
            .map(|schema| (schema.name.to_owned(), json!("running")))
            .collect();
        let operations: serde_json::Map<String, Value> = registry
            .services()
            .iter()
            .map(|schema| {
                let count = registry.count(schema.name);
                (
                    schema.name.to_owned(),
                    json!({ "implemented": count, "modelled": schema.routes.len() }),
                )
            })
            .collect();
        json!({
            "status": "running",
            "version": env!("CARGO_PKG_VERSION"),
            "edition": "aquifer",
            "services": services,
            "operations": operations,
            "now": self.parts.clock().now().rfc3339_millis(),
            "data": self.data.as_ref().map(|path| path.display().to_string()),
        })
    }

    /// What clients are told to trust (`AWS_CA_BUNDLE`).
    fn certificate(&self) -> Response<Body> {
        let Some(certificate) = &self.certificate else {
            let text = "TLS is not spoken here: start with --tls".to_owned();
            return answer(Err((StatusCode::NOT_FOUND, text)));
        };
        let mut response = Response::new(Body::from(Bytes::from(certificate.to_string())));
        let kind = HeaderValue::from_static("application/x-pem-file");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }

    fn clock(&self) -> Value {
        let clock = self.parts.clock();
        let (now, real) = (clock.now(), clock.real_now());
        json!({
            "now": now.rfc3339_millis(),
            "real": real.rfc3339_millis(),
            "offset_seconds": (now.as_millis() - real.as_millis()) as f64 / 1e3,
        })
    }

    /// Turns the clock, stopping at everything that falls due on the way.
    async fn turn_clock(&self, incoming: Incoming) -> Answer {
        let bad = |text: String| (StatusCode::BAD_REQUEST, text);
        let body = body::collect(incoming).await.map_err(|fail| bad(fail.to_string()))?;
        let question: Value =
            serde_json::from_slice(&body).map_err(|error| bad(error.to_string()))?;
        let turned = match (question.get("advance"), question.get("set")) {
            (Some(by), None) => {
                let by = by.as_str().and_then(parse_duration);
                let by =
                    by.ok_or_else(|| bad("advance takes an ISO 8601 duration: P31D".into()))?;
                self.jobs.advance_clock(by).await
            }
            (None, Some(to)) => {
                let to = to.as_str().and_then(Timestamp::parse_rfc3339);
                let to = to.ok_or_else(|| bad("set takes a date: 2027-01-01T00:00:00Z".into()))?;
                self.jobs.turn_clock(to).await
            }
            _ => return Err(bad("say either advance or set".into())),
        };
        turned.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        Ok(self.clock())
    }

    async fn bill(&self) -> Answer {
        let failed = |error: String| (StatusCode::INTERNAL_SERVER_ERROR, error);
        let to = self.parts.clock().now();
        let period = Period { account: None, from: Timestamp::EPOCH, to };
        self.parts.report_kept().await.map_err(|error| failed(error.to_string()))?;
        let bill = self.meter.bill(self.parts.store(), &period).await;
        let lines = bill.map_err(|error| failed(error.to_string()))?;
        serde_json::to_value(lines).map_err(|error| failed(error.to_string()))
    }

    /// Adds a standing fault: `{"service":"s3","operation":"PutObject",…}`.
    async fn add_fault(&self, incoming: Incoming) -> Answer {
        let bad = |text: String| (StatusCode::BAD_REQUEST, text);
        let body = body::collect(incoming).await.map_err(|fail| bad(fail.to_string()))?;
        let rule: FaultRule =
            serde_json::from_slice(&body).map_err(|error| bad(error.to_string()))?;
        breaking::order(&self.platform, rule).await
    }

    /// Changes a limit: `{"service":"kms","operation":"Decrypt","per_second":20}`.
    async fn change_limits(&self, incoming: Incoming) -> Answer {
        let body = body::collect(incoming).await;
        let body = body.map_err(|fail| (StatusCode::BAD_REQUEST, fail.to_string()))?;
        limits::change(&self.platform, &body)
    }

    async fn open_door(&self, incoming: Incoming) -> Answer {
        let body = body::collect(incoming).await;
        let body = body.map_err(|fail| (StatusCode::BAD_REQUEST, fail.to_string()))?;
        self.doors.open(&body).await
    }

    async fn reset(&self) -> Answer {
        if self.data.is_some() {
            let text = "reset is for servers started with --ephemeral";
            return Err((StatusCode::CONFLICT, text.to_owned()));
        }
        let failed = |error: String| (StatusCode::INTERNAL_SERVER_ERROR, error);
        self.parts.store().clear_all().await.map_err(|error| failed(error.to_string()))?;
        self.meter.clear();
        self.platform.stages().audit.clear();
        breaking::end(&self.platform);
        self.platform.publish_rates();
        self.doors.close_all();
        self.parts.clock().reset();
        self.platform.registry().reset();
        Ok(json!({ "status": "reset" }))
    }
}

fn answer(answer: Answer) -> Response<Body> {
    let (status, value) = match answer {
        Ok(value) => (StatusCode::OK, value),
        Err((status, text)) => (status, json!({ "error": text })),
    };
    let mut response = Response::new(Body::from(Bytes::from(format!("{value}\n"))));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn redirect() -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::new()));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/_aquifer/"));
    response
}

fn page(file: &str, asked: &http::HeaderMap) -> Response<Body> {
    let Some(asset) = aquifer_console::asset(file) else {
        return answer(Err((StatusCode::NOT_FOUND, format!("there is no {file} here"))));
    };
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|etag| etag == asset.etag);
    let bytes = if known { Bytes::new() } else { Bytes::from_static(asset.bytes) };
    let mut response = Response::new(Body::from(bytes));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// `P31D`, `PT1H30M`, `P1W`; days, hours, minutes and seconds, each at most once.
fn parse_duration(text: &str) -> Option<Duration> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').unwrap_or((rest, ""));
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    for (part, units) in [
        (date, &[('W', 604_800.0), ('D', 86_400.0)][..]),
        (time, &[('H', 3_600.0), ('M', 60.0), ('S', 1.0)][..]),
    ] {
        let mut rest = part;
        for (unit, length) in units {
            if let Some((number, after)) = rest.split_once(*unit) {
                seconds += number.parse::<f64>().ok().filter(|n| *n >= 0.0)? * length;
                rest = after;
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|d| *d <= Duration::from_secs(3_600 * 24 * 36_500))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_writes_them() {
        let seconds = |text| parse_duration(text).map(|d| d.as_secs());
        assert_eq!(seconds("P31D"), Some(31 * 86_400));
        assert_eq!(seconds("PT1H30M"), Some(5_400));
        assert_eq!(seconds("P1DT1S"), Some(86_401));
        for bad in ["", "P", "PT", "31D", "P1X", "P-1D", "P1M", "PT1D"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
