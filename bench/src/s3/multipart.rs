//! One large object in parts: begun, sent over all connections, completed. What counts is the time
//! from the first request to the last answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::Method;
use tokio::task::JoinSet;

use super::BUCKET;
use crate::connection::{Connection, refusal};
use crate::endpoint::{Body, Endpoint, Outgoing};
use crate::load::Outcome;

/// Parts of the object.
pub const PARTS: usize = 128;

/// Sends the object once.
pub fn run(endpoint: &Endpoint, part: &Body, connections: usize) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(send(endpoint, part, connections))
}

async fn send(endpoint: &Endpoint, part: &Body, connections: usize) -> Result<Outcome> {
    let path = format!("/{BUCKET}/multipart/large");
    let started = Instant::now();
    let mut connection = Connection::new(endpoint);
    let query = "uploads=".to_owned();
    let begin = Outgoing::s3(Method::POST, path.clone(), query, Body::none());
    let answer = connection.call(&begin).await?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let id = text.split_once("<UploadId>").and_then(|(_, rest)| rest.split_once("</UploadId>"));
    let Some((id, _)) = id.filter(|_| answer.status.is_success()) else {
        bail!("the upload was refused: {}", refusal(&answer));
    };
    let next = Arc::new(AtomicUsize::new(1));
    let mut workers = JoinSet::new();
    for _ in 0..connections.min(PARTS) {
        let (endpoint, part, next) = (endpoint.clone(), part.clone(), next.clone());
        let (path, id) = (path.clone(), id.to_owned());
        workers.spawn(async move {
            let mut connection = Connection::new(&endpoint);
            let mut sent = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > PARTS {
                    return Ok::<_, anyhow::Error>(sent);
                }
                let query = format!("partNumber={number}&uploadId={id}");
                let put = Outgoing::s3(Method::PUT, path.clone(), query, part.clone());
                let answer = connection.call(&put).await?;
                if !answer.status.is_success() {
                    bail!("part {number}: {}", refusal(&answer));
                }
                sent.push((number, answer.etag.context("a part without an ETag")?));
            }
        });
    }
    let mut parts = Vec::new();
    while let Some(sent) = workers.join_next().await {
        parts.extend(sent.context("a worker of the upload panicked")??);
    }
    parts.sort();
    let mut list = "<CompleteMultipartUpload>".to_owned();
    for (number, etag) in &parts {
        let part = format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
        list.push_str(&part);
    }
    list.push_str("</CompleteMultipartUpload>");
    let query = format!("uploadId={id}");
    let end = Outgoing::s3(Method::POST, path, query, Body::signed(Bytes::from(list)));
    let answer = connection.call(&end).await?;
    if !answer.status.is_success() || !answer.body.windows(6).any(|text| text == b"<ETag>") {
        bail!("the upload was not completed: {}", refusal(&answer));
    }
    Ok(Outcome::once(started.elapsed()))
}
