//! Walking a target: pages of its listing, files opened several at once, in the order of their keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use platform::Result;
use s3_api::{Client, ListObjectsV2Input, Object};

use super::definition::Target;
use super::log::Log;
use super::look::{self, Source};
use super::tree::{Alike, Group, Tree};
use super::unread::Unread;
use super::{Run, Stop};
use crate::store::{FOLDERS, LogLevel};

/// Files opened at once.
const AT_ONCE: usize = 4;

/// What a target holds.
#[derive(Default)]
pub(super) struct Listed {
    pub tree: Tree,
    /// Folders not seen by earlier crawls, as `s3://bucket/folder/`.
    pub new_folders: Vec<String>,
    /// Where files lie that could not be read.
    pub unread: Unread,
    /// Whether the target is an object rather than a folder.
    pub is_object: bool,
}

/// A file to be opened, with its place below the target.
struct Place {
    source: Source,
    folders: Vec<String>,
    name: String,
}

/// Lists a target and opens its files.
pub(super) async fn target(
    run: &Run<'_>,
    target: &Target,
    alike: Alike,
    log: &mut Log,
) -> Result<Listed, Stop> {
    let mut listed = Listed::default();
    let prefix = Some(target.path.clone()).filter(|path| !path.is_empty());
    let input = ListObjectsV2Input { prefix, ..ListObjectsV2Input::default() };
    pages(run, target, input, alike, &mut listed, log).await?;
    Ok(listed)
}

/// Lists some folders of a target, not what is below them, and opens their files.
pub(super) async fn folders(
    run: &Run<'_>,
    target: &Target,
    folders: &BTreeSet<String>,
    alike: Alike,
    log: &mut Log,
) -> Result<Listed, Stop> {
    let mut listed = Listed::default();
    let bucket = format!("s3://{}/", target.bucket);
    for folder in folders {
        let input = ListObjectsV2Input {
            prefix: folder.strip_prefix(&bucket).map(str::to_owned),
            delimiter: Some("/".to_owned()),
            ..ListObjectsV2Input::default()
        };
        pages(run, target, input, alike, &mut listed, log).await?;
    }
    Ok(listed)
}

async fn pages(
    run: &Run<'_>,
    target: &Target,
    input: ListObjectsV2Input,
    alike: Alike,
    listed: &mut Listed,
    log: &mut Log,
) -> Result<(), Stop> {
    let mut walk = Walk { run, target, folder: None };
    let mut token = None;
    loop {
        run.check()?;
        let input = ListObjectsV2Input {
            bucket: target.bucket.clone(),
            continuation_token: token.take(),
            ..input.clone()
        };
        let page = Client::list_objects_v2(run.ctx, input).await.map_err(|fail| {
            let (code, message) = (fail.code(), fail.message());
            Stop::Failed(format!("Cannot list {}: {code}: {message}", target.url()))
        })?;
        let mut places = Vec::new();
        for object in page.contents.unwrap_or_default() {
            places.extend(walk.place(&object, listed)?);
        }
        open(run, places, alike, listed, log).await?;
        token = page.next_continuation_token;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// The place in a listing.
struct Walk<'a> {
    run: &'a Run<'a>,
    target: &'a Target,
    /// The folder last met, and whether its files are wanted.
    folder: Option<(String, bool)>,
}

impl Walk<'_> {
    /// The file of an object, if it is to be opened.
    fn place(&mut self, object: &Object, listed: &mut Listed) -> Result<Option<Place>> {
        let key = object.key.as_deref().unwrap_or_default();
        let size = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
        let Some(path) = self.below_target(key) else { return Ok(None) };
        if size == 0 || is_hidden(path) || self.target.exclusions.iter().any(|g| g.matches(path)) {
            return Ok(None);
        }
        listed.is_object |= key == self.target.path;
        let mut folders: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let Some(name) = folders.pop() else { return Ok(None) };
        if !self.wants_folder(key, listed)? {
            return Ok(None);
        }
        let folder = listed.tree.folder(&folders);
        if self.target.sample.is_some_and(|most| folder.opened >= most) {
            folder.counted.files += 1;
            folder.counted.bytes += size;
            return Ok(None);
        }
        folder.opened += 1;
        Ok(Some(Place {
            source: Source { bucket: self.target.bucket.clone(), key: key.to_owned(), size },
            folders: folders.into_iter().map(str::to_owned).collect(),
            name: name.to_owned(),
        }))
    }

    /// An object's path below the target; the target `a/b` does not cover `a/bc`.
    fn below_target<'k>(&self, key: &'k str) -> Option<&'k str> {
        let path = self.target.path.as_str();
        if path.is_empty() {
            return Some(key);
        }
        if key == path {
            return Some(key.rsplit('/').next().unwrap_or(key));
        }
        key.strip_prefix(path)?.strip_prefix('/')
    }

    /// Whether a key's folder is to be looked at: always, or only if no earlier crawl saw it.
    fn wants_folder(&mut self, key: &str, listed: &mut Listed) -> Result<bool> {
        if !self.run.plan.new_folders_only {
            return Ok(true);
        }
        let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some((known, wanted)) = &self.folder
            && known == folder
        {
            return Ok(*wanted);
        }
        let url = format!("s3://{}/{folder}/", self.target.bucket);
        let seen =
            self.run.ctx.read(|tx| FOLDERS.contains(tx, &(self.run.crawler, url.as_str())))?;
        if !seen {
            listed.new_folders.push(url);
        }
        self.folder = Some((folder.to_owned(), !seen));
        Ok(!seen)
    }
}

/// Names that start with `_` or `.` are no data to any engine, nor are markers of folders.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with(['_', '.'])) || path.ends_with("_$folder$")
}

/// Opens files and adds them to the tree, in order. What cannot be read is logged, and the run goes
/// on.
async fn open(
    run: &Run<'_>,
    places: Vec<Place>,
    alike: Alike,
    listed: &mut Listed,
    log: &mut Log,
) -> Result<(), Stop> {
    let looks = futures::stream::iter(places).map(|place| async move {
        let look = look::open(run.ctx, &place.source, Arc::clone(&run.classifiers)).await;
        (place, look)
    });
    let mut looks = std::pin::pin!(looks.buffered(AT_ONCE));
    while let Some((place, look)) = looks.next().await {
        run.check()?;
        let look = match look {
            Ok(look) => look,
            Err(why) => {
                let url = place.source.url();
                listed.unread.file(&url);
                log.unread(run.ctx, &url, &why);
                log.flush(run.ctx).await?;
                continue;
            }
        };
        let group = Group::of(look, place.source.size);
        let folders: Vec<&str> = place.folders.iter().map(String::as_str).collect();
        if !listed.tree.add(&folders, &place.name, group, alike) {
            let message = format!(
                "Left out {}: its folder holds too many kinds of files",
                place.source.url()
            );
            log.line(run.ctx, LogLevel::Warn, message);
        }
    }
    Ok(())
}
