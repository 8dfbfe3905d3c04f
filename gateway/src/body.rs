//! Request bodies: held up to a limit, or streamed, unframed and checked on the way.

use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aquifer_schema::{ByteStream, Bytes, Trailers};
use aquifer_sigv4::{ChunkDecoder, PayloadHash};
use futures::Stream;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use platform::{BodyFault, Fail};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, Sleep};

/// A client that sends nothing of its body for longer than this is cut off.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bodies that are held in memory end here, as the largest documents of AWS do, which carry packages
/// of code; streamed ones do not.
pub(crate) const WHOLE_MAX: usize = 70_167_211;

/// A request's body, and whether it has been read to its end. A connection whose request was not
/// is of no more use, and its client has to be told.
pub(crate) struct Arriving {
    body: Incoming,
    read: Arc<AtomicBool>,
    patience: Patience,
}

impl Arriving {
    pub fn new(body: Incoming) -> (Self, Arc<AtomicBool>) {
        let read = Arc::new(AtomicBool::new(body.is_end_stream()));
        (Self { body, read: Arc::clone(&read), patience: Patience::new(PATIENCE) }, read)
    }

    /// Reads the body to its end.
    pub async fn collect(self) -> Result<Bytes, Fail> {
        let whole = collect(self.body).await?;
        self.read.store(true, Ordering::Release);
        Ok(whole)
    }
}

/// Reads a body to its end.
pub(crate) async fn collect(mut body: Incoming) -> Result<Bytes, Fail> {
    let mut all: Option<Bytes> = None;
    let mut more = Vec::new();
    let mut patience = Patience::new(PATIENCE);
    while let Some(frame) = next(&mut body, &mut patience).await? {
        if all.as_ref().map_or(0, Bytes::len) + more.len() + frame.len() > WHOLE_MAX {
            let message = format!("The request is larger than {WHOLE_MAX} bytes.");
            return Err(Fail::new("RequestEntityTooLargeException", 413, message));
        }
        match (&all, more.is_empty()) {
            // Most bodies arrive in one piece and are not copied.
            (None, true) => all = Some(frame),
            _ => {
                if more.is_empty() {
                    more.extend_from_slice(&all.take().unwrap_or_default());
                }
                more.extend_from_slice(&frame);
            }
        }
    }
    Ok(match all {
        Some(whole) if more.is_empty() => whole,
        _ => more.into(),
    })
}

async fn next(body: &mut Incoming, patience: &mut Patience) -> Result<Option<Bytes>, Fail> {
    loop {
        let frame = std::future::poll_fn(|cx| patience.poll_frame(body, cx)).await;
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(fault)) => return Err(Fail::new(fault.code, fault.status, fault.message)),
        }
    }
}

/// Waits for frames, but not for ever. Real time: what a client does is no matter of the clock.
struct Patience {
    limit: Duration,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Whether the alarm was set for the wait under way.
    waiting: bool,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, alarm: None, waiting: false }
    }

    /// The next frame; a fault if the body breaks off, or nothing of it comes for too long.
    fn poll_frame<B>(
        &mut self,
        body: &mut B,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Display,
    {
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            self.waiting = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(|error| incomplete(&error))));
        }
        let until = Instant::now() + self.limit;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if !std::mem::replace(&mut self.waiting, true) {
            alarm.as_mut().reset(until);
        }
        ready!(alarm.as_mut().poll(cx));
        Poll::Ready(Some(Err(BodyFault {
            code: "RequestTimeout",
            status: 400,
            message: "Your socket connection to the server was not read from or written to within \
                      the timeout period. Idle connections will be closed."
                .to_owned(),
        })))
    }
}

fn incomplete(error: &impl Display) -> BodyFault {
    tracing::debug!("a body ended early: {error}");
    BodyFault {
        code: "IncompleteBody",
        status: 400,
        message: "You did not provide the number of bytes specified by the Content-Length HTTP \
                  header"
            .to_owned(),
    }
}

/// A body that is handed on while it arrives.
struct Streamed {
    arriving: Arriving,
    chunks: Option<ChunkDecoder>,
    pending: Bytes,
    trailers: Trailers,
    /// The declared hash and what has been hashed so far.
    declared: Option<(String, Sha256)>,
    ended: bool,
}

/// Streams a body: `chunks` unframes it, a literal hash is compared at its end.
pub(crate) fn stream(
    arriving: Arriving,
    chunks: Option<ChunkDecoder>,
    hash: Option<&PayloadHash>,
    length: Option<u64>,
) -> ByteStream {
    let declared = match hash {
        Some(PayloadHash::Literal(hex)) => Some((hex.clone(), Sha256::new())),
        _ => None,
    };
    let trailers = Trailers::default();
    let streamed = Streamed {
        arriving,
        chunks,
        pending: Bytes::new(),
        trailers: trailers.clone(),
        declared,
        ended: false,
    };
    ByteStream::new(streamed, length).with_trailers(trailers)
}

impl Stream for Streamed {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            match self.unframe() {
                Ok(Some(data)) => return Poll::Ready(Some(Ok(data))),
                Ok(None) => {}
                Err(fault) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(fault.into())));
                }
            }
            let Arriving { body, patience, .. } = &mut self.arriving;
            match ready!(patience.poll_frame(body, cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.pending = data;
                    }
                }
                Some(Err(fault)) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(fault.into())));
                }
                None => {
                    self.ended = true;
                    self.arriving.read.store(true, Ordering::Release);
                    return match self.finish() {
                        Ok(()) => Poll::Ready(None),
                        Err(fault) => Poll::Ready(Some(Err(fault.into()))),
                    };
                }
            }
        }
    }
}

impl Streamed {
    /// The next piece of data in what has arrived.
    fn unframe(&mut self) -> Result<Option<Bytes>, BodyFault> {
        if self.pending.is_empty() {
            return Ok(None);
        }
        let data = match &mut self.chunks {
            Some(chunks) => chunks.push(&mut self.pending).map_err(|error| chunk_fault(&error))?,
            None => Some(std::mem::take(&mut self.pending)),
        };
        if let (Some(data), Some((_, hash))) = (&data, &mut self.declared) {
            hash.update(data);
        }
        Ok(data)
    }

    fn finish(&mut self) -> Result<(), BodyFault> {
        if let Some(chunks) = self.chunks.take() {
            self.trailers.set(chunks.finish().map_err(|error| chunk_fault(&error))?);
        }
        if let Some((declared, hash)) = self.declared.take() {
            compare(&declared, &hex::encode(hash.finalize()))?;
        }
        Ok(())
    }
}

/// The declared hash of a body against its actual one.
pub(crate) fn compare(declared: &str, actual: &str) -> Result<(), BodyFault> {
    if declared == actual {
        return Ok(());
    }
    Err(BodyFault {
        code: "XAmzContentSHA256Mismatch",
        status: 400,
        message: "The provided 'x-amz-content-sha256' header does not match what was computed."
            .to_owned(),
    })
}

/// Unframes a body that is held in memory; the second part is its trailers.
pub(crate) fn unframe_whole(
    mut chunks: ChunkDecoder,
    mut body: Bytes,
) -> Result<(Bytes, Vec<(String, String)>), BodyFault> {
    let mut all = Vec::with_capacity(body.len());
    while let Some(data) = chunks.push(&mut body).map_err(|error| chunk_fault(&error))? {
        all.extend_from_slice(&data);
    }
    let trailers = chunks.finish().map_err(|error| chunk_fault(&error))?;
    Ok((all.into(), trailers))
}

fn chunk_fault(error: &aquifer_sigv4::ChunkError) -> BodyFault {
    use aquifer_sigv4::ChunkError;
    let (code, status, message) = match error {
        ChunkError::SignatureMismatch { .. } => {
            ("SignatureDoesNotMatch", 403, crate::refusal::SIGNATURE_SENTENCE.to_owned())
        }
        ChunkError::Truncated { .. } | ChunkError::LengthMismatch { .. } => {
            ("IncompleteBody", 400, error.to_string())
        }
        other => ("InvalidRequest", 400, other.to_string()),
    };
    BodyFault { code, status, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its frames, then says nothing more.
    struct Silent(Vec<Bytes>);

    impl Body for Silent {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            match self.0.pop() {
                Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
                None => Poll::Pending,
            }
        }
    }

    #[tokio::test]
    async fn a_client_that_says_nothing_more_is_cut_off() {
        let mut body = Silent(vec![Bytes::from_static(b"first")]);
        let mut patience = Patience::new(Duration::from_millis(20));
        let mut next = async || std::future::poll_fn(|cx| patience.poll_frame(&mut body, cx)).await;
        let first = next().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(first, "first");
        let fault = next().await.unwrap().unwrap_err();
        assert_eq!((fault.code, fault.status), ("RequestTimeout", 400));
    }
}
