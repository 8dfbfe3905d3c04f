//! Uploads by form: what a browser posts, into a request of the room that takes it.
//!
//! Fields come before the file and are held; the file is handed on while it arrives.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use aquifer_schema::{ByteStream, Bytes, Protocol};
use aquifer_sigv4::{FormError, SignedForm};
use aquifer_wire::{Call, Payload, encode_path, escape};
use futures::Stream;
use http::header::{CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use multer::{Field, Multipart};
use platform::{BodyFault, Ctx, Fail, Form, Platform, Posted, Result, Success, Web};

use crate::answer::{Body, respond};
use crate::body::{self, Arriving};
use crate::dispatch::Refused;
use crate::route::{Destination, host};
use crate::unreadable::wire_fail;
use crate::{digest, refusal};

/// Fields before the file, together.
const FIELDS_BYTES_MAX: usize = 20 << 10;
/// What may arrive of a form beside its file: its fields, and what stands between them.
const AROUND_BYTES_MAX: u64 = 1 << 20;

/// Whether a request posts a form: to a bucket, and nothing more.
pub(crate) fn is_one(parts: &Parts, to: &Destination) -> bool {
    let mut path = to.path.trim_start_matches('/').splitn(2, '/');
    parts.method == Method::POST
        && parts.uri.query().unwrap_or_default().is_empty()
        && path.next().is_some_and(|bucket| !bucket.is_empty())
        && path.next().unwrap_or_default().is_empty()
}

/// A form as far as its file.
pub(crate) struct Opened {
    form: Form,
    file: File,
    pub signed: Option<SignedForm>,
}

/// Reads a form as far as its file.
pub(crate) async fn open(parts: &Parts, incoming: Arriving) -> Result<Opened> {
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = match multer::parse_boundary(kind.unwrap_or_default()) {
        Ok(boundary) => boundary,
        Err(multer::Error::NoBoundary) => return Err(malformed()),
        Err(_) => {
            let message = "At least one of the pre-conditions you specified did not hold";
            let condition = "Bucket POST must be of the enclosure-type multipart/form-data";
            return Err(Fail::new("PreconditionFailed", 412, message).with("Condition", condition));
        }
    };
    let allowance = Arc::new(AtomicU64::new(AROUND_BYTES_MAX));
    let stream = Paced {
        body: body::stream(incoming, None, None, None),
        waiting: false,
        allowance: Arc::clone(&allowance),
        read: 0,
    };
    let mut multipart = Multipart::new(stream, boundary);
    let (mut fields, mut bytes) = (Vec::new(), 0);
    while let Some(mut field) = multipart.next_field().await.map_err(failed)? {
        let name = field.name().ok_or_else(malformed)?.to_owned();
        if name.eq_ignore_ascii_case("file") {
            allowance.store(u64::MAX, Ordering::Release);
            let file_name = field.file_name().map(str::to_owned);
            let signed = SignedForm::parse(&fields).map_err(unreadable)?;
            let file = File { multipart, field: Some(field), allowance };
            return Ok(Opened { form: Form { fields, file_name }, file, signed });
        }
        bytes += name.len();
        let mut value = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(failed)? {
            bytes += chunk.len();
            if bytes > FIELDS_BYTES_MAX {
                return Err(fields_too_large());
            }
            value.extend_from_slice(&chunk);
        }
        fields.push((name, String::from_utf8(value).map_err(|_| malformed())?));
    }
    let message = "POST requires exactly one file upload per request.";
    Err(Fail::new("InvalidArgument", 400, message)
        .with("ArgumentName", "file")
        .with("ArgumentValue", "0"))
}

/// Stores what a form brings, for a sender who is known.
pub(crate) async fn store(
    platform: &Platform,
    web: &dyn Web,
    ctx: &Ctx,
    (parts, to): (&Parts, &Destination),
    opened: Opened,
) -> Result<Response<Body>, Refused> {
    let refused = |fail: Fail| Refused { ctx: Some(ctx.clone()), fail };
    let bucket = to.resource();
    let posted = web.form(ctx, &bucket, opened.form).map_err(refused)?;
    let operation = platform.registry().operation(to.service.name, posted.operation);
    let operation = operation
        .ok_or_else(|| refused(Fail::not_implemented(to.service.name, posted.operation)))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &posted.headers {
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        let value = HeaderValue::from_bytes(value.as_bytes()).ok();
        let (header, value) = header.zip(value).ok_or_else(|| refused(malformed()))?;
        headers.append(header, value);
    }
    digest::write_in_capitals(&mut headers);
    digest::said(operation.schema, &headers, false).map_err(refused)?;
    let sizes = Sizes { range: posted.length, seen: Arc::default() };
    let seen = Arc::clone(&sizes.seen);
    let labels = [("Bucket", bucket.clone()), ("Key", posted.key.clone())];
    let call = Call {
        protocol: Protocol::RestXml,
        operation: operation.schema,
        headers: &headers,
        query: &[],
        labels: &labels,
    };
    let mut input = (operation.new_input)();
    let file = ByteStream::new(opened.file.stream(sizes), None);
    aquifer_wire::decode(&call, Payload::Stream(file), &mut *input)
        .map_err(|error| refused(wire_fail(Protocol::RestXml, to.service, error)))?;
    let mut output = platform
        .run(ctx, operation, input)
        .await
        .map_err(|fail| refused(with_sizes(fail, posted.length, seen.load(Ordering::Acquire))))?;
    let answer =
        aquifer_wire::encode(Protocol::RestXml, operation.schema, &mut *output, ctx.request_id());
    let response = respond(answer, Protocol::RestXml, ctx.request_id());
    Ok(answered(response, parts, to, &bucket, &posted))
}

/// The answer as the form wants it.
fn answered(
    mut response: Response<Body>,
    parts: &Parts,
    to: &Destination,
    bucket: &str,
    posted: &Posted,
) -> Response<Body> {
    let etag = response.headers().get("etag").and_then(|value| value.to_str().ok());
    let etag = etag.unwrap_or_default().to_owned();
    let key = encode_path(&posted.key).replace('/', "%2F");
    let before = if to.bucket.is_some() { String::new() } else { format!("/{bucket}") };
    let mut place = format!("http://{}{before}/{key}", host(parts).unwrap_or_default());
    let (mut status, mut document) = (StatusCode::NO_CONTENT, String::new());
    match &posted.success {
        Success::Status(200) => status = StatusCode::OK,
        Success::Status(201) => {
            status = StatusCode::CREATED;
            document.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>");
            for (name, text) in
                [("Location", &*place), ("Bucket", bucket), ("Key", &posted.key), ("ETag", &etag)]
            {
                document.push_str(&format!("<{name}>"));
                escape(text, &mut document);
                document.push_str(&format!("</{name}>"));
            }
            document.push_str("</PostResponse>");
            let kind = HeaderValue::from_static("application/xml");
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        Success::Status(_) => {}
        Success::Redirect(url) => {
            status = StatusCode::SEE_OTHER;
            if let Ok(mut url) = url::Url::parse(url) {
                url.query_pairs_mut()
                    .append_pair("bucket", bucket)
                    .append_pair("key", &posted.key)
                    .append_pair("etag", &etag);
                place = url.into();
            }
        }
    }
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(LOCATION, place);
    }
    *response.status_mut() = status;
    *response.body_mut() = Bytes::from(document).into();
    response
}

/// How small and how large a file may be, and how much of it has come.
struct Sizes {
    range: Option<(u64, u64)>,
    seen: Arc<AtomicU64>,
}

/// The file of a form, and the form around it.
struct File {
    multipart: Multipart<'static>,
    field: Option<Field<'static>>,
    allowance: Arc<AtomicU64>,
}

impl File {
    fn stream(self, sizes: Sizes) -> impl Stream<Item = std::io::Result<Bytes>> {
        futures::stream::try_unfold((self, sizes), |(mut file, sizes)| async move {
            let Some(field) = &mut file.field else { return Ok(None) };
            if let Some(chunk) = field.chunk().await.map_err(into_io)? {
                let seen = sizes.seen.fetch_add(chunk.len() as u64, Ordering::AcqRel);
                let seen = seen + chunk.len() as u64;
                if sizes.range.is_some_and(|(_, most)| seen > most) {
                    return Err(fault("EntityTooLarge", TOO_LARGE));
                }
                return Ok(Some((chunk, (file, sizes))));
            }
            let seen = sizes.seen.load(Ordering::Acquire);
            if sizes.range.is_some_and(|(least, _)| seen < least) {
                return Err(fault("EntityTooSmall", TOO_SMALL));
            }
            // What follows the file is not looked at, but the connection is of use after it only.
            file.field = None;
            file.allowance.store(0, Ordering::Release);
            while let Ok(Some(after)) = file.multipart.next_field().await {
                drop(after);
            }
            Ok(None)
        })
    }
}

const TOO_LARGE: &str = "Your proposed upload exceeds the maximum allowed size";
const TOO_SMALL: &str = "Your proposed upload is smaller than the minimum allowed size";

fn with_sizes(fail: Fail, range: Option<(u64, u64)>, seen: u64) -> Fail {
    let Some((least, most)) = range else { return fail };
    match fail.code() {
        "EntityTooLarge" if seen > most => {
            fail.with("ProposedSize", seen.to_string()).with("MaxSizeAllowed", most.to_string())
        }
        "EntityTooSmall" if seen < least => {
            fail.with("ProposedSize", seen.to_string()).with("MinSizeAllowed", least.to_string())
        }
        _ => fail,
    }
}

/// Gives one piece of a body at a time. The parser takes whatever is there before it gives any of
/// it on, which is the whole file where the sender is faster than the disk; so after each piece
/// there is nothing more until it asks again.
struct Paced {
    body: ByteStream,
    waiting: bool,
    /// How much may come now: little but for the file. Zero asks for a new account.
    allowance: Arc<AtomicU64>,
    read: u64,
}

impl Stream for Paced {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.waiting) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = Pin::new(&mut self.body).poll_next(cx);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.waiting = true;
            self.read += piece.len() as u64;
            match self.allowance.load(Ordering::Acquire) {
                u64::MAX => {}
                0 => self.allowance.store(self.read + AROUND_BYTES_MAX, Ordering::Release),
                most if self.read > most => {
                    let fault = fault("MaxPostPreDataLengthExceededError", FIELDS_TOO_LARGE);
                    return Poll::Ready(Some(Err(fault)));
                }
                _ => {}
            }
        }
        polled
    }
}

const FIELDS_TOO_LARGE: &str = "Your POST request fields preceding the upload file were too large.";

fn fields_too_large() -> Fail {
    Fail::new("MaxPostPreDataLengthExceededError", 400, FIELDS_TOO_LARGE)
        .with("MaxPostPreDataLengthBytes", FIELDS_BYTES_MAX.to_string())
}

fn malformed() -> Fail {
    let message = "The body of your POST request is not well-formed multipart/form-data.";
    Fail::new("MalformedPOSTRequest", 400, message)
}

fn fault(code: &'static str, message: &str) -> std::io::Error {
    BodyFault { code, status: 400, message: message.to_owned() }.into()
}

fn into_io(error: multer::Error) -> std::io::Error {
    match error {
        multer::Error::StreamReadFailed(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => *error,
            Err(error) => std::io::Error::other(error),
        },
        _ => fault(
            "MalformedPOSTRequest",
            "The body of your POST request is not well-formed multipart/form-data.",
        ),
    }
}

fn failed(error: multer::Error) -> Fail {
    into_io(error).into()
}

/// The signature of a form cannot be read.
fn unreadable(error: FormError) -> Fail {
    match error {
        FormError::Missing(name) => {
            let message = format!(
                "Bucket POST must contain a field named '{name}'.  If it is specified, please \
                 check the order of the fields."
            );
            Fail::new("InvalidArgument", 400, message)
                .with("ArgumentName", name)
                .with("ArgumentValue", "")
        }
        FormError::Unsigned => refusal::missing_token(Protocol::RestXml),
        FormError::Algorithm => {
            Fail::new("AuthorizationQueryParametersError", 400, error.to_string())
        }
        FormError::Credential => {
            let message = format!("Error parsing the X-Amz-Credential parameter; {error}");
            Fail::new("AuthorizationQueryParametersError", 400, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A body that is there at once.
    fn paced(pieces: usize, allowance: u64) -> Paced {
        let mut pieces: VecDeque<_> = (0..pieces).map(|_| Bytes::from_static(&[0; 1024])).collect();
        let stream = futures::stream::poll_fn(move |_| Poll::Ready(pieces.pop_front().map(Ok)));
        let allowance = Arc::new(AtomicU64::new(allowance));
        Paced { body: ByteStream::new(stream, None), waiting: false, allowance, read: 0 }
    }

    #[test]
    fn one_piece_is_given_at_a_time_and_no_more_than_allowed() {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut body = paced(5, 2048);
        let mut next = || Pin::new(&mut body).poll_next(&mut cx);
        assert!(matches!(next(), Poll::Ready(Some(Ok(_)))));
        assert!(next().is_pending());
        assert!(matches!(next(), Poll::Ready(Some(Ok(_)))));
        assert!(next().is_pending());
        assert!(matches!(next(), Poll::Ready(Some(Err(_)))));
    }
}
