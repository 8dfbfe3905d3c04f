//! Giving bytes back: a stream with one chunk read ahead, or a whole range at once.
//! Every byte given was verified; what fails to verify ends the stream with an error.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::Inner;
use crate::blob::{BlobRef, Home, Piece};
use crate::error::{Error, Result};
use crate::seal::Key;
use crate::write::blocking;

/// Bytes of a file read at a time; a multiple of its checksum blocks.
const CHUNK: u64 = 1 << 20;
/// The first chunk is shorter, so that the first byte leaves sooner.
const FIRST_CHUNK: u64 = 256 << 10;
/// The chunk being waited for, and the one ahead.
const JOBS: usize = 2;

/// Refuses what cannot be opened before anything is read.
fn check_key(pieces: &[Piece], key: Option<&Key>) -> Result<()> {
    let sealed = || pieces.iter().any(|piece| piece.blob.salt().is_some());
    if key.is_none() && sealed() { Err(Error::Sealed) } else { Ok(()) }
}

impl Inner {
    /// Reads, verifies and opens a range of a single blob.
    fn read(&self, piece: &Piece, key: Option<&Key>) -> Result<Bytes> {
        open(piece, key, self.store.read(piece)?)
    }

    /// Reads without waiting for a disk; `None` when that is not possible.
    fn try_read(&self, piece: &Piece, key: Option<&Key>) -> Option<Result<Bytes>> {
        let read = self.store.try_read(piece)?;
        Some(read.and_then(|bytes| open(piece, key, bytes)))
    }
}

fn open(piece: &Piece, key: Option<&Key>, bytes: Bytes) -> Result<Bytes> {
    let Some(salt) = piece.blob.salt() else { return Ok(bytes) };
    let key = key.ok_or(Error::Sealed)?;
    Ok(key.cipher(salt).open(piece.range.start, bytes))
}

/// Keeps the files of a read from being unlinked.
pub(crate) struct PinGuard {
    inner: Arc<Inner>,
    homes: Vec<Home>,
}

impl PinGuard {
    pub(crate) fn new(inner: &Arc<Inner>, pieces: &[Piece]) -> Result<PinGuard> {
        let ids = || pieces.iter().filter_map(|piece| piece.blob.single_id());
        let homes: Vec<Home> = ids().map(Home::from).collect();
        if let Err(doomed) = inner.pins.take(&homes) {
            let id = ids().find(|id| Home::from(*id) == doomed);
            return Err(id.map_or(Error::Malformed("a blob without an id"), Error::NotFound));
        }
        Ok(PinGuard { inner: inner.clone(), homes })
    }
}

impl Drop for PinGuard {
    fn drop(&mut self) {
        let unlink = self.inner.pins.release(&self.homes);
        if unlink.is_empty() {
            return;
        }
        let inner = self.inner.clone();
        let work = move || {
            if let Err(error) = inner.unlink(&unlink) {
                tracing::warn!(%error, "a deleted blob stays until the next sweep");
            }
        };
        match Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn_blocking(work),
            Err(_) => work(),
        }
    }
}

enum Job {
    Done(Result<Bytes>),
    Running(JoinHandle<Result<Bytes>>),
}

/// The bytes of a range, in order. Deleting the blob meanwhile does not disturb it.
pub struct ReadStream {
    inner: Arc<Inner>,
    key: Option<Key>,
    pieces: VecDeque<Piece>,
    jobs: VecDeque<Job>,
    len: u64,
    started: bool,
    _pin: PinGuard,
}

impl ReadStream {
    pub(crate) fn new(
        inner: &Arc<Inner>,
        blob: &BlobRef,
        range: Range<u64>,
        key: Option<&Key>,
    ) -> Result<ReadStream> {
        let len = range.end.saturating_sub(range.start);
        let pieces = blob.pieces(range)?;
        check_key(&pieces, key)?;
        let pin = PinGuard::new(inner, &pieces)?;
        Ok(ReadStream {
            inner: inner.clone(),
            key: key.cloned(),
            pieces: pieces.into(),
            jobs: VecDeque::new(),
            len,
            started: false,
            _pin: pin,
        })
    }

    /// Bytes in the whole range.
    pub fn range_len(&self) -> u64 {
        self.len
    }

    /// Reads the first chunk (which the stream then yields), so that a blob that is missing or
    /// corrupt from the start can be refused before an answer is begun.
    pub async fn prime(&mut self) -> Result<()> {
        self.fill();
        let Some(first) = self.jobs.front_mut() else { return Ok(()) };
        if let Job::Running(running) = first {
            *first = Job::Done(joined(running.await));
        }
        match first {
            Job::Done(Ok(_)) | Job::Running(_) => return Ok(()),
            Job::Done(Err(_)) => {}
        }
        match self.end() {
            Some(Job::Done(Err(error))) => Err(error),
            _ => Ok(()),
        }
    }

    fn fill(&mut self) {
        while self.jobs.len() < JOBS
            && let Some(piece) = self.next_chunk()
        {
            let job = match self.inner.try_read(&piece, self.key.as_ref()) {
                Some(done) => Job::Done(done),
                None => {
                    let (inner, key) = (self.inner.clone(), self.key.clone());
                    Job::Running(spawn_blocking(move || inner.read(&piece, key.as_ref())))
                }
            };
            self.jobs.push_back(job);
        }
    }

    /// Cuts off the next range to read in one go.
    fn next_chunk(&mut self) -> Option<Piece> {
        let mut piece = self.pieces.pop_front().filter(|piece| !piece.range.is_empty())?;
        let step = if std::mem::replace(&mut self.started, true) { CHUNK } else { FIRST_CHUNK };
        if let BlobRef::File { .. } = piece.blob.bare() {
            let border = (piece.range.start / step + 1).saturating_mul(step);
            if border < piece.range.end {
                let rest = Piece { blob: piece.blob.clone(), range: border..piece.range.end };
                self.pieces.push_front(rest);
                piece.range.end = border;
            }
        }
        Some(piece)
    }

    /// Ends the stream; the job it ended with.
    fn end(&mut self) -> Option<Job> {
        self.pieces.clear();
        let last = self.jobs.pop_front();
        self.jobs.clear();
        last
    }
}

impl Stream for ReadStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.fill();
        let read = match self.jobs.front_mut() {
            None => return Poll::Ready(None),
            Some(Job::Running(running)) => {
                let read = joined(ready!(Pin::new(running).poll(cx)));
                self.jobs.pop_front();
                read
            }
            Some(Job::Done(_)) => match self.jobs.pop_front() {
                Some(Job::Done(read)) => read,
                _ => return Poll::Ready(None),
            },
        };
        if read.is_err() {
            self.end();
        }
        Poll::Ready(Some(read.map_err(io::Error::from)))
    }
}

fn joined(result: Result<Result<Bytes>, JoinError>) -> Result<Bytes> {
    result.unwrap_or(Err(Error::Stopped))
}

/// Reads a whole range at once.
/// Bytes that stay as long as this does, whoever lets go of them meanwhile, to be read here and
/// there by whoever may block.
pub struct Held {
    blob: BlobRef,
    key: Option<Key>,
    pin: PinGuard,
}

impl Held {
    pub(crate) fn new(inner: &Arc<Inner>, blob: &BlobRef, key: Option<&Key>) -> Result<Held> {
        let pieces = blob.pieces(0..blob.len())?;
        check_key(&pieces, key)?;
        let pin = PinGuard::new(inner, &pieces)?;
        Ok(Held { blob: blob.clone(), key: key.cloned(), pin })
    }

    /// The bytes of a range. Blocks.
    pub fn read(&self, range: Range<u64>) -> Result<Bytes> {
        read_pieces(&self.pin.inner, &self.blob.pieces(range)?, self.key.as_ref())
    }
}

/// Reads pieces that are pinned, one after the other.
fn read_pieces(inner: &Inner, pieces: &[Piece], key: Option<&Key>) -> Result<Bytes> {
    if let [piece] = pieces {
        return inner.read(piece, key);
    }
    // Grown as the parts are read: a hostile row's length is not to be believed.
    let mut whole = BytesMut::new();
    for piece in pieces {
        whole.extend_from_slice(&inner.read(piece, key)?);
    }
    Ok(whole.freeze())
}

pub(crate) async fn read_all(
    inner: &Arc<Inner>,
    blob: &BlobRef,
    range: Range<u64>,
    key: Option<&Key>,
) -> Result<Bytes> {
    let pieces = blob.pieces(range)?;
    if pieces.is_empty() {
        return Ok(Bytes::new());
    }
    check_key(&pieces, key)?;
    let pin = PinGuard::new(inner, &pieces)?;
    if let [piece] = pieces.as_slice()
        && let Some(read) = inner.try_read(piece, key)
    {
        return read;
    }
    let key = key.cloned();
    blocking(move || read_pieces(&pin.inner, &pieces, key.as_ref())).await
}
