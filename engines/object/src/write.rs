//! Taking a body in. Small ones are gathered and stored in one step; large ones go to a file
//! batch by batch while MD5 (the slowest step), the file and the SHAs each have a thread's turn.
//!
//! A batch is handed over as the chunks it came in, never copied; at most one is being gathered
//! while another is being worked on, so memory is constant and a slow disk slows the sender.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::Inner;
use crate::blob::BlobRef;
use crate::error::{Error, Result};
use crate::hash::{CrcLane, Digests, Hashes, ShaLane, crc64nvme, digest_all, digests};
use crate::lease::Lease;
use crate::md5::Md5;
use crate::seal::{Cipher, Key, Salt};
use crate::store::{Keep, Sink};

/// Bytes gathered before the threads are bothered: 1.3 ms of MD5.
const BATCH: usize = 1 << 20;
/// Chunks shorter than this are copied together: a body sent byte by byte must not cost a
/// reference each.
const TINY: usize = 4 << 10;
const GATHERED: usize = 64 << 10;

/// A body that was stored.
#[derive(Clone, Debug)]
pub struct Written {
    /// To be kept by the caller, in the same transaction that makes the object visible. A packed
    /// blob is durable after the next `sync_pending`; the others are durable now.
    pub blob: BlobRef,
    /// Length in bytes.
    pub size: u64,
    pub digests: Digests,
    /// To be held until that transaction is handed over to be committed.
    pub lease: Lease,
}

/// Takes one body. Dropped before [`Writer::finish`], it leaves nothing behind.
pub struct Writer {
    inner: Arc<Inner>,
    hashes: Hashes,
    seal: Option<(Salt, Cipher)>,
    keep: Keep,
    size_hint: u64,
    size: u64,
    batch: Vec<Bytes>,
    batched: usize,
    tiny: BytesMut,
    large: Option<Large>,
    broken: bool,
}

/// A body on its way to a file.
struct Large {
    inner: Arc<Inner>,
    md5: Lane<Md5>,
    file: Lane<FileLane>,
    sha: Option<Lane<ShaLane>>,
}

/// The file, the checksums that ride along, and what seals the bytes between the two.
struct FileLane {
    sink: Sink,
    crc: CrcLane,
    cipher: Option<Cipher>,
    at: u64,
}

impl FileLane {
    fn write(&mut self, chunks: &[Bytes]) -> Result<()> {
        self.crc.update(chunks);
        match &self.cipher {
            None => self.sink.write(chunks),
            Some(cipher) => {
                let sealed = cipher.seal(self.at, chunks);
                self.at += sealed.len() as u64;
                self.sink.write(&[sealed])
            }
        }
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        // Removing a large file takes long: not on an async thread. (A lane at work removes it
        // on its own thread, when it finds that nobody waits for it.)
        if let Some(file) = self.file.idle.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn_blocking(move || drop(file));
        }
    }
}

/// State that is either here, or with a blocking thread and on its way back.
struct Lane<T> {
    idle: Option<T>,
    busy: Option<JoinHandle<Result<T>>>,
}

impl<T: Send + 'static> Lane<T> {
    fn start(work: impl FnOnce() -> Result<T> + Send + 'static) -> Lane<T> {
        Lane { idle: None, busy: Some(spawn_blocking(work)) }
    }

    /// Waits for the state to come back. A cancelled wait loses nothing.
    async fn settle(&mut self) -> Result<()> {
        if let Some(busy) = &mut self.busy {
            let back = busy.await;
            self.busy = None;
            self.idle = Some(back.map_err(|_| Error::Stopped)??);
        }
        Ok(())
    }

    /// Sends the settled state to work.
    fn run(&mut self, work: impl FnOnce(&mut T) -> Result<()> + Send + 'static) {
        if let Some(mut state) = self.idle.take() {
            self.busy = Some(spawn_blocking(move || work(&mut state).map(|()| state)));
        }
    }

    fn take(&mut self) -> Result<T> {
        self.idle.take().ok_or(Error::Broken)
    }
}

impl Writer {
    pub(crate) fn new(inner: Arc<Inner>, size_hint: Option<u64>, hashes: Hashes) -> Writer {
        Writer {
            inner,
            hashes,
            seal: None,
            keep: Keep::default(),
            size_hint: size_hint.unwrap_or(0),
            size: 0,
            batch: Vec::new(),
            batched: 0,
            tiny: BytesMut::new(),
            large: None,
            broken: false,
        }
    }

    /// Seals what is stored, to be read only with the same key. To be said before the first byte.
    ///
    /// The digests are still those of the body as it comes.
    pub fn sealed_with(mut self, key: &Key) -> Result<Writer> {
        if self.size > 0 {
            return Err(Error::Broken);
        }
        let salt = Salt::draw()?;
        self.seal = Some((salt, key.cipher(salt)));
        Ok(self)
    }

    /// Keeps one copy, in one zone, however many of others are kept. To be said before the first
    /// byte.
    pub fn in_one_zone(mut self) -> Writer {
        self.keep.one_zone = true;
        self
    }

    /// Says what the blob is to be found by when its pack is compacted: who looks for the row that
    /// names it need look there only. See [`crate::Objects::labels`].
    pub fn labelled(mut self, label: impl Into<Bytes>) -> Writer {
        self.keep.label = label.into();
        self
    }

    /// Bytes taken so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next bytes; waits when the disk or the digests are behind.
    ///
    /// After an error the body is lost and every further call fails.
    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        if self.broken {
            return Err(Error::Broken);
        }
        self.size += chunk.len() as u64;
        self.gather(chunk);
        let small = self.large.is_none() && self.size.max(self.size_hint) <= self.inner.pack_max;
        if small || self.batched < BATCH {
            return Ok(());
        }
        self.flush().await.inspect_err(|_| self.broken = true)
    }

    /// Stores the body. Nothing is visible until the caller keeps the blob.
    pub async fn finish(mut self) -> Result<Written> {
        if self.broken {
            return Err(Error::Broken);
        }
        if self.large.is_none() && self.size <= self.inner.pack_max {
            return self.finish_small().await;
        }
        self.flush().await?;
        let Some(mut large) = self.large.take() else { return Err(Error::Broken) };
        large.settle().await?;
        let FileLane { sink, crc, .. } = large.file.take()?;
        let sha = large.sha.as_mut().map(Lane::take).transpose()?;
        let digests = digests(large.md5.take()?, crc, sha);
        let inner = self.inner.clone();
        let blob = blocking(move || inner.store.finish(sink)).await?;
        let blob = salted(blob, self.seal.as_ref());
        Ok(Written { blob, size: self.size, digests, lease: Lease::default() })
    }

    async fn finish_small(mut self) -> Result<Written> {
        let (chunks, hashes, size) = (self.take_batch(), self.hashes, self.size);
        let (seal, keep) = (self.seal.take(), std::mem::take(&mut self.keep));
        if size <= self.inner.inline_max {
            let digests = digest_all(hashes, &chunks, &self.inner.md5);
            // Copied, so that the row does not keep a whole receive buffer alive.
            let bytes = match &seal {
                None => chunks.concat().into(),
                Some((_, cipher)) => cipher.seal(0, &chunks),
            };
            let blob = salted(BlobRef::Inline(bytes), seal.as_ref());
            return Ok(Written { blob, size, digests, lease: Lease::default() });
        }
        let inner = self.inner.clone();
        blocking(move || {
            let digests = digest_all(hashes, &chunks, &inner.md5);
            let blob = match &seal {
                None => inner.store.put(&keep, &chunks, size as u32, digests.crc64nvme)?,
                Some((_, cipher)) => {
                    let sealed = cipher.seal(0, &chunks);
                    let crc = crc64nvme(&sealed);
                    inner.store.put(&keep, &[sealed], size as u32, crc)?
                }
            };
            let lease = Lease::new(&inner, &blob);
            let blob = salted(blob, seal.as_ref());
            Ok(Written { blob, size, digests, lease })
        })
        .await
    }

    fn gather(&mut self, chunk: Bytes) {
        self.batched += chunk.len();
        if chunk.len() < TINY {
            self.tiny.extend_from_slice(&chunk);
            if self.tiny.len() >= GATHERED {
                self.batch.push(self.tiny.split().freeze());
            }
            return;
        }
        if !self.tiny.is_empty() {
            self.batch.push(self.tiny.split().freeze());
        }
        self.batch.push(chunk);
    }

    fn take_batch(&mut self) -> Vec<Bytes> {
        if !self.tiny.is_empty() {
            self.batch.push(self.tiny.split().freeze());
        }
        self.batched = 0;
        std::mem::take(&mut self.batch)
    }

    /// Sends the batch to the lanes, once they have done the one before.
    async fn flush(&mut self) -> Result<()> {
        if let Some(large) = &mut self.large {
            large.settle().await?;
        }
        let batch: Arc<[Bytes]> = self.take_batch().into();
        match &mut self.large {
            Some(large) => large.run(batch),
            None => self.large = Some(self.enlarge(batch)),
        }
        Ok(())
    }

    fn enlarge(&self, batch: Arc<[Bytes]>) -> Large {
        let (inner, hashes) = (self.inner.clone(), self.hashes);
        let (expect, one_zone) = (self.size_hint, self.keep.one_zone);
        let cipher = self.seal.as_ref().map(|(_, cipher)| cipher.clone());
        let first = batch.clone();
        let file = Lane::start(move || {
            let (sink, crc) = (inner.store.sink(one_zone, expect)?, CrcLane::new(hashes));
            let mut file = FileLane { sink, crc, cipher, at: 0 };
            file.write(&first)?;
            Ok(file)
        });
        let first = batch.clone();
        let sha = ShaLane::new(hashes).map(|mut sha| {
            Lane::start(move || {
                sha.update(&first);
                Ok(sha)
            })
        });
        let inner = self.inner.clone();
        let md5 = Lane::start(move || Ok(inner.md5.update(Md5::default(), &batch)));
        Large { inner: self.inner.clone(), md5, file, sha }
    }
}

impl Large {
    async fn settle(&mut self) -> Result<()> {
        self.file.settle().await?;
        self.md5.settle().await?;
        match &mut self.sha {
            Some(sha) => sha.settle().await,
            None => Ok(()),
        }
    }

    fn run(&mut self, batch: Arc<[Bytes]>) {
        let chunks = batch.clone();
        self.file.run(move |file| file.write(&chunks));
        if let Some(sha) = &mut self.sha {
            let chunks = batch.clone();
            sha.run(move |sha| {
                sha.update(&chunks);
                Ok(())
            });
        }
        let inner = self.inner.clone();
        self.md5.run(move |md5| {
            *md5 = inner.md5.update(std::mem::take(md5), &batch);
            Ok(())
        });
    }
}

/// A blob that is kept with what it was sealed with, if it was.
fn salted(blob: BlobRef, seal: Option<&(Salt, Cipher)>) -> BlobRef {
    match seal {
        None => blob,
        Some((salt, _)) => BlobRef::Sealed(*salt, Box::new(blob)),
    }
}

/// Runs `work` on a blocking thread.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work).await.map_err(|_| Error::Stopped)?
}
