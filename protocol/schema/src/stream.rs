//! Bodies that are not held in memory.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::{Stream, StreamExt};

/// In a mutex that is never locked, only borrowed mutably: it makes shapes with streams `Sync`.
type BoxStream<T> = Mutex<Pin<Box<dyn Stream<Item = T> + Send>>>;

/// Headers that follow a body, in lower case; empty until the body has been read.
#[derive(Clone, Debug, Default)]
pub struct Trailers {
    announced: Arc<Mutex<Vec<String>>>,
    arrived: Arc<Mutex<Vec<(String, String)>>>,
}

impl Trailers {
    /// Says which will follow.
    pub fn announce(&self, names: Vec<String>) {
        *self.announced.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Whether one will follow, as the request said beforehand.
    pub fn is_announced(&self, name: &str) -> bool {
        let names = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().any(|known| known == name)
    }

    /// Sets them, once the body has ended.
    pub fn set(&self, trailers: Vec<(String, String)>) {
        *self.arrived.lock().unwrap_or_else(PoisonError::into_inner) = trailers;
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<String> {
        let all = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// All of them.
    pub fn all(&self) -> Vec<(String, String)> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Bytes that arrive over time, with their number if it is known beforehand.
#[derive(Default)]
pub struct ByteStream {
    trailers: Trailers,
    length: Option<u64>,
    inner: Option<BoxStream<std::io::Result<Bytes>>>,
    whole: Option<Bytes>,
}

impl ByteStream {
    /// No bytes.
    pub fn empty() -> Self {
        Self { length: Some(0), ..Self::default() }
    }

    /// A body from a stream; `length` only if it is certain.
    pub fn new<S>(stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        Self { length, inner: Some(Mutex::new(Box::pin(stream))), ..Self::default() }
    }

    /// A body whose trailers become known when it has been read.
    #[must_use]
    pub fn with_trailers(mut self, trailers: Trailers) -> Self {
        self.trailers = trailers;
        self
    }

    /// What follows the body; take it before the body is consumed, read it after.
    pub fn trailers(&self) -> Trailers {
        self.trailers.clone()
    }

    /// The number of bytes, if known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The whole body, if it is in memory already.
    pub fn take_whole(&mut self) -> Option<Bytes> {
        if self.inner.is_none() && self.whole.is_none() {
            return (self.length == Some(0)).then(Bytes::new);
        }
        self.whole.take()
    }

    /// Reads everything; an error once more than `limit` bytes came.
    ///
    /// # Errors
    /// What the stream fails with, or `InvalidData` above the limit.
    pub async fn collect(mut self, limit: usize) -> std::io::Result<Bytes> {
        if let Some(whole) = self.take_whole() {
            return Ok(whole);
        }
        let mut all = bytes::BytesMut::with_capacity(
            self.length.unwrap_or(0).min(limit as u64).min(1 << 20) as usize,
        );
        while let Some(chunk) = self.next().await {
            let chunk = chunk?;
            if all.len() + chunk.len() > limit {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    format!("the body is larger than {limit} bytes"),
                ));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

impl From<Bytes> for ByteStream {
    fn from(bytes: Bytes) -> Self {
        Self { length: Some(bytes.len() as u64), whole: Some(bytes), ..Self::default() }
    }
}

impl From<Vec<u8>> for ByteStream {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl Stream for ByteStream {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(whole) = self.whole.take() {
            return Poll::Ready((!whole.is_empty()).then_some(Ok(whole)));
        }
        match &mut self.inner {
            Some(inner) => {
                let inner = inner.get_mut().unwrap_or_else(PoisonError::into_inner);
                inner.as_mut().poll_next(cx)
            }
            None => Poll::Ready(None),
        }
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ByteStream({:?} bytes)", self.length)
    }
}

/// An error that a client reads as the last message of a stream of events; carried by the
/// [`std::io::Error`] that ends the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventError {
    pub code: String,
    pub message: String,
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for EventError {}

impl From<EventError> for std::io::Error {
    fn from(error: EventError) -> Self {
        Self::other(error)
    }
}

/// Events of a response, each a union with one member set.
#[derive(Default)]
pub struct EventStream {
    inner: Option<BoxStream<std::io::Result<Box<dyn crate::Structure>>>>,
}

impl EventStream {
    /// Events from a stream.
    pub fn new<S>(stream: S) -> Self
    where
        S: Stream<Item = std::io::Result<Box<dyn crate::Structure>>> + Send + 'static,
    {
        Self { inner: Some(Mutex::new(Box::pin(stream))) }
    }

    /// The same events after one more.
    #[must_use]
    pub fn after(self, first: Box<dyn crate::Structure>) -> Self {
        Self::new(futures::stream::once(std::future::ready(Ok(first))).chain(self))
    }
}

impl Stream for EventStream {
    type Item = std::io::Result<Box<dyn crate::Structure>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.inner {
            Some(inner) => {
                let inner = inner.get_mut().unwrap_or_else(PoisonError::into_inner);
                inner.as_mut().poll_next(cx)
            }
            None => Poll::Ready(None),
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventStream")
    }
}
