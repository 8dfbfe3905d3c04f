//! Answers as HTTP responses.

use std::pin::Pin;
use std::task::{Context, Poll};

use aquifer_schema::{ByteStream, Bytes, EventError, EventStream, Protocol, ServiceSchema};
use aquifer_wire::{
    ErrorAnswer, Response, ResponseBody, encode_error, encode_event, encode_event_error,
};
use futures::Stream;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::Full;
use platform::{Ctx, Fail};

/// A response body: whole, or arriving.
pub(crate) enum Body {
    Whole(Full<Bytes>),
    Stream(ByteStream),
    Events { events: EventStream, xml: bool },
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut *self {
            Self::Whole(full) => Pin::new(full).poll_frame(cx).map_err(|never| match never {}),
            Self::Stream(stream) => {
                Pin::new(stream).poll_next(cx).map(|item| item.map(|item| item.map(Frame::data)))
            }
            Self::Events { events, xml } => {
                let xml = *xml;
                let Poll::Ready(next) = Pin::new(&mut *events).poll_next(cx) else {
                    return Poll::Pending;
                };
                Poll::Ready(next.map(|event| {
                    let bytes = match event {
                        Ok(event) => encode_event(&*event, xml).unwrap_or_default(),
                        // An error that is meant for the client ends the stream as its last
                        // message; any other breaks it off.
                        Err(error) => {
                            *events = EventStream::default();
                            let said = error.get_ref().and_then(|e| e.downcast_ref::<EventError>());
                            let Some(said) = said else { return Err(error) };
                            encode_event_error(said)
                        }
                    };
                    Ok(Frame::data(bytes))
                }))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(full) => http_body::Body::size_hint(full),
            Self::Stream(stream) => {
                stream.length().map_or_else(SizeHint::default, SizeHint::with_exact)
            }
            Self::Events { .. } => SizeHint::default(),
        }
    }
}

/// Turns an encoded answer into a response.
pub(crate) fn respond(
    answer: Response,
    protocol: Protocol,
    request_id: &str,
) -> http::Response<Body> {
    let body = match answer.body {
        ResponseBody::Whole(bytes) => bytes.into(),
        ResponseBody::Stream(stream) => Body::Stream(stream),
        ResponseBody::Events(events) => Body::Events { events, xml: protocol == Protocol::RestXml },
    };
    let mut response = http::Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        // Metadata may hold what a header cannot; it is then left out rather than the answer.
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes()))
        {
            headers.insert(name, value);
        }
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        if protocol == Protocol::RestXml {
            headers.insert("x-amz-id-2", id.clone());
            headers.insert("x-amz-request-id", id);
        } else {
            headers.insert("x-amzn-requestid", id);
        }
    }
    headers.insert(http::header::SERVER, HeaderValue::from_static("Aquifer"));
    response
}

/// Turns a failure into a response.
pub(crate) fn refuse(
    ctx: &Ctx,
    service: &ServiceSchema,
    protocol: Protocol,
    fail: &Fail,
) -> http::Response<Body> {
    // S3 calls what nobody expected by another name than the others do.
    let code = match fail.code() {
        "InternalFailure" if protocol == Protocol::RestXml => "InternalError",
        code => code,
    };
    let renamed = service.query_codes.iter().find(|(from, _)| *from == code).map(|(_, to)| *to);
    let query_code = renamed.unwrap_or(code);
    let code = if protocol == Protocol::AwsQuery { query_code } else { code };
    let error = ErrorAnswer {
        code,
        status: fail.status(),
        sender: fail.is_sender(),
        message: fail.message(),
        detail: fail.detail(),
        extras: fail.extras(),
    };
    let mut answer = encode_error(protocol, service, &error, ctx.request_id());
    answer
        .headers
        .extend(fail.headers().iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    if !service.query_codes.is_empty() && protocol != Protocol::AwsQuery {
        let kind = if fail.is_sender() { "Sender" } else { "Receiver" };
        answer.headers.push(("x-amzn-query-error".to_owned(), format!("{query_code};{kind}")));
    }
    if matches!(fail.status(), 204 | 304) {
        answer.body = ResponseBody::Whole(Bytes::new());
    }
    respond(answer, protocol, ctx.request_id())
}
