//! Prints how fast bodies of three sizes go in and come back, alone and with 32 at once.
//!
//! `cargo run --release -p aquifer-object --example throughput [folder | memory] [relaxed]`
//! A put counts when it is durable: one `sync_pending` for each round of puts, as a committer does.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use aquifer_object::{BlobRef, Durability, Hashes, Objects, ObjectsOptions};
use bytes::Bytes;
use futures::StreamExt;
use futures::future::try_join_all;

const FOR_EACH: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().unwrap_or_else(|| "target/throughput".to_owned());
    let dir = (place != "memory").then(|| Path::new(&place).join("objects"));
    let durability = match arguments.next().as_deref() {
        Some("relaxed") => Durability::Relaxed,
        _ => Durability::Strict,
    };
    let options = ObjectsOptions { dir: dir.clone(), durability, ..Default::default() };
    let objects = Objects::open(options)?;
    println!(
        "{:>8} {:>4} {:>4} {:>10} {:>10} {:>10}",
        "size", "", "at", "ops/s", "MB/s", "CPU us/op"
    );
    for size in [1 << 10, 64 << 10, 8 << 20] {
        for at_once in [1, 32] {
            measure(&objects, size, at_once).await?;
        }
    }
    drop(objects);
    match dir {
        Some(dir) => Ok(std::fs::remove_dir_all(dir)?),
        None => Ok(()),
    }
}

async fn measure(objects: &Objects, size: usize, at_once: usize) -> Result<(), Box<dyn Error>> {
    let body: Bytes =
        (0..size as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut blobs = Vec::new();
    let (began, cpu) = (Instant::now(), cpu_seconds());
    while began.elapsed() < FOR_EACH && blobs.len() * size < 4 << 30 {
        blobs.extend(
            try_join_all((0..at_once).map(|_| spawned(put(objects.clone(), body.clone())))).await?,
        );
        let committer = objects.clone();
        tokio::task::spawn_blocking(move || committer.sync_pending()).await??;
    }
    print("put", size, at_once, blobs.len(), began.elapsed(), cpu_seconds() - cpu);

    let mut gets = 0;
    let (began, cpu) = (Instant::now(), cpu_seconds());
    while began.elapsed() < FOR_EACH {
        let next =
            |i: usize| spawned(get(objects.clone(), blobs[(gets + i) % blobs.len()].clone()));
        let sizes = try_join_all((0..at_once).map(next)).await?;
        assert!(sizes.into_iter().all(|read| read == size), "short read");
        gets += at_once;
    }
    print("get", size, at_once, gets, began.elapsed(), cpu_seconds() - cpu);
    for blob in blobs {
        objects.delete(&blob).await?;
    }
    Ok(())
}

/// Runs like a request: on any of the runtime's threads.
#[expect(clippy::disallowed_methods, reason = "a benchmark has no context to spawn from")]
async fn spawned<T: Send + 'static>(
    work: impl Future<Output = std::io::Result<T>> + Send + 'static,
) -> Result<T, Box<dyn Error>> {
    Ok(tokio::spawn(work).await??)
}

async fn put(objects: Objects, body: Bytes) -> std::io::Result<BlobRef> {
    let mut writer = objects.writer(Some(body.len() as u64), Hashes::NONE);
    // In pieces, as the network gives them.
    for at in (0..body.len()).step_by(64 << 10) {
        writer.write(body.slice(at..body.len().min(at + (64 << 10)))).await?;
    }
    Ok(writer.finish().await?.blob)
}

async fn get(objects: Objects, blob: BlobRef) -> std::io::Result<usize> {
    let mut stream = objects.read(&blob, 0..blob.len())?;
    let mut size = 0;
    while let Some(chunk) = stream.next().await {
        size += chunk?.len();
    }
    Ok(size)
}

/// Processor time of this process; on a busy machine it tells more than the clock. Zero where
/// there is no `/proc`.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn print(what: &str, size: usize, at_once: usize, count: usize, took: Duration, cpu: f64) {
    let ops = count as f64 / took.as_secs_f64();
    let mb = ops * size as f64 / 1e6;
    let cpu = cpu * 1e6 / count as f64;
    println!("{:>7}K {what:>4} {at_once:>4} {ops:>10.0} {mb:>10.0} {cpu:>10.1}", size >> 10);
}
