//! The engine through its public face, on real folders. What is private is tested beside the code.

#![allow(clippy::unwrap_used, reason = "a test's helpers may fail as its tests may")]

mod compaction;
mod copies;
mod crash;
mod faults;
mod model;
mod sealed;
mod sizes;

use std::path::{Path, PathBuf};

use aquifer_object::{BlobRef, Durability, Hashes, Key, Objects, ObjectsOptions, Result};
use bytes::Bytes;
use futures::StreamExt;

/// Small limits, so that every size class and every border is reached with few bytes.
fn options(dir: &Path) -> ObjectsOptions {
    ObjectsOptions {
        dir: Some(dir.to_owned()),
        inline_max: 100,
        pack_max: 5_000,
        pack_size: 20_000,
        durability: Durability::Strict,
        copies: None,
        faults: None,
    }
}

fn open(dir: &Path) -> Objects {
    Objects::open(options(dir)).unwrap()
}

/// Bytes that differ from their neighbours and from those of another seed.
fn body(seed: u64, len: usize) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(|_| next()).collect()
}

async fn put(objects: &Objects, body: &Bytes) -> BlobRef {
    objects.put(body.clone(), Hashes::NONE).await.unwrap().blob
}

/// Puts under a key, in slices of a size that divides nothing.
async fn put_sealed(objects: &Objects, body: &Bytes, key: &Key) -> BlobRef {
    let mut writer = objects.writer(None, Hashes::NONE).sealed_with(key).unwrap();
    for at in (0..body.len()).step_by(70_001) {
        writer.write(body.slice(at..body.len().min(at + 70_001))).await.unwrap();
    }
    writer.finish().await.unwrap().blob
}

async fn get(objects: &Objects, blob: &BlobRef) -> Result<Bytes> {
    objects.read_all(blob, 0..blob.len()).await
}

/// Reads through the stream; the error, if any, is the engine's own.
async fn stream(objects: &Objects, blob: &BlobRef, range: std::ops::Range<u64>) -> Result<Vec<u8>> {
    stream_with(objects, blob, range, None).await
}

async fn stream_with(
    objects: &Objects,
    blob: &BlobRef,
    range: std::ops::Range<u64>,
    key: Option<&Key>,
) -> Result<Vec<u8>> {
    let prime = range.start.is_multiple_of(2);
    let mut stream = objects.read_with(blob, range, key)?;
    if prime {
        stream.prime().await?;
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(e) => {
                assert!(stream.next().await.is_none(), "nothing follows an error");
                let inner = e.into_inner().expect("an error of the engine is inside");
                return Err(*inner.downcast().expect("an error of the engine is inside"));
            }
        }
    }
    Ok(bytes)
}

/// Waits for what happens on another thread, not for ever.
fn eventually(mut is_so: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("it did not come about");
}

/// Every file under `dir` whose name ends so.
fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Changes one byte of a file.
fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    std::fs::write(path, bytes).unwrap();
}
