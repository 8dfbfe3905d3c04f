//! Tables of lakes: folders that say themselves what table they are, in files of their own.
//!
//! A folder is searched from above for what marks a table; the table's own files say its columns. Data
//! files are not opened.

mod delta;
mod hudi;
mod iceberg;

use glue_api::{Column, PartitionInput, TableInput};
use platform::{Bytes, Ctx};
use s3_api::{Client, ListObjectsV2Input};

use super::log::Log;
use super::look::{self, Source};
use super::targets::{Lake, LakeKind};
use super::unread::Unread;
use super::{Run, Stop};
use crate::store::LogLevel;

/// Bytes of a file that says what a table is.
const FILE_MAX: u64 = 64 << 20;
/// Folders searched below one target.
const FOLDERS_MAX: usize = 100_000;

/// A table of a lake, as it is to be written.
pub(crate) struct LakeTable {
    pub location: String,
    /// What it is named after.
    pub source: String,
    pub input: TableInput,
    pub partitions: Vec<PartitionInput>,
}

/// A folder that is a table.
struct Root<'a> {
    ctx: &'a Ctx,
    bucket: &'a str,
    /// Its key, with a slash at its end unless it is the bucket.
    prefix: String,
}

/// What lies directly in a folder.
#[derive(Default)]
struct Children {
    files: Vec<Source>,
    /// Whole keys, with slashes at their ends.
    folders: Vec<String>,
}

impl Root<'_> {
    fn location(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    /// The name of its folder, or of its bucket.
    fn name(&self) -> &str {
        let name = self.prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if name.is_empty() { self.bucket } else { name }
    }

    async fn children(&self, below: &str) -> Result<Children, Stop> {
        children(self.ctx, self.bucket, &format!("{}{below}", self.prefix)).await
    }

    /// A whole file.
    async fn read(&self, source: &Source) -> Result<Bytes, String> {
        if source.size > FILE_MAX {
            return Err(format!("{} is too large", source.url()));
        }
        look::read(self.ctx, source, 0, source.size).await.map_err(look::told)
    }
}

async fn children(ctx: &Ctx, bucket: &str, prefix: &str) -> Result<Children, Stop> {
    let mut all = Children::default();
    let mut token = None;
    loop {
        let input = ListObjectsV2Input {
            bucket: bucket.to_owned(),
            prefix: Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()),
            delimiter: Some("/".to_owned()),
            continuation_token: token.take(),
            ..ListObjectsV2Input::default()
        };
        let page = Client::list_objects_v2(ctx, input).await.map_err(|fail| {
            let (code, message) = (fail.code(), fail.message());
            Stop::Failed(format!("Cannot list s3://{bucket}/{prefix}: {code}: {message}"))
        })?;
        for object in page.contents.unwrap_or_default() {
            let size = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
            let key = object.key.unwrap_or_default();
            all.files.push(Source { bucket: bucket.to_owned(), key, size });
        }
        let folders = page.common_prefixes.unwrap_or_default();
        all.folders.extend(folders.into_iter().filter_map(|folder| folder.prefix));
        token = page.next_continuation_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// The tables of all lakes of a crawler.
pub(super) async fn tables(
    run: &Run<'_>,
    log: &mut Log,
    unread: &mut Unread,
) -> Result<Vec<LakeTable>, Stop> {
    let mut all = Vec::new();
    for lake in &run.plan.lakes {
        let before = all.len();
        for prefix in roots(run, lake).await? {
            run.check()?;
            let root = Root { ctx: run.ctx, bucket: &lake.target.bucket, prefix };
            let found = match lake.kind {
                LakeKind::Delta { native } => delta::table(&root, native).await?,
                LakeKind::Iceberg => iceberg::table(&root).await?,
                LakeKind::Hudi => hudi::tables(&root).await?,
            };
            match found {
                Ok(tables) => all.extend(tables),
                Err(why) => {
                    let url = root.location();
                    unread.file(&url);
                    log.unread(run.ctx, &url, &why);
                }
            }
        }
        let (count, url) = (all.len() - before, lake.target.url());
        log.line(run.ctx, LogLevel::Info, format!("Found {count} tables under {url}"));
    }
    Ok(all)
}

/// The folders below a target that are tables.
async fn roots(run: &Run<'_>, lake: &Lake) -> Result<Vec<String>, Stop> {
    let target = &lake.target;
    let top = if target.path.is_empty() { String::new() } else { format!("{}/", target.path) };
    let (mut found, mut open, mut seen) = (Vec::new(), vec![(top.clone(), 0)], 0_usize);
    while let Some((prefix, depth)) = open.pop() {
        run.check()?;
        seen += 1;
        if seen > FOLDERS_MAX {
            let message = format!("{} holds too many folders", target.url());
            return Err(Stop::Failed(message));
        }
        let children = children(run.ctx, &target.bucket, &prefix).await?;
        if is_table(lake.kind, &prefix, &children) {
            found.push(prefix);
        } else if depth < lake.depth {
            let below = children.folders.into_iter().filter(|folder| {
                let path = folder.strip_prefix(&top).unwrap_or(folder);
                let plain = path.trim_end_matches('/');
                !target.exclusions.iter().any(|glob| glob.matches(path) || glob.matches(plain))
            });
            open.extend(below.map(|folder| (folder, depth + 1)));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Whether what lies in a folder marks it as a table.
fn is_table(kind: LakeKind, prefix: &str, children: &Children) -> bool {
    let holds = |name: &str| children.folders.iter().any(|f| f.strip_prefix(prefix) == Some(name));
    match kind {
        // Delta's tables are named, not looked for.
        LakeKind::Delta { .. } => true,
        LakeKind::Iceberg => holds("metadata/"),
        LakeKind::Hudi => holds(".hoodie/"),
    }
}

/// A table of S3 as all lakes describe theirs.
fn input(parameters: &[(&str, String)]) -> TableInput {
    let own = [
        ("CrawlerSchemaDeserializerVersion", "1.0".to_owned()),
        ("CrawlerSchemaSerializerVersion", "1.0".to_owned()),
    ];
    let parameters = parameters.iter().cloned().chain(own);
    TableInput {
        owner: Some("owner".to_owned()),
        retention: Some(0),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some(parameters.map(|(key, value)| (key.to_owned(), value)).collect()),
        ..TableInput::default()
    }
}

fn column(name: &str, ty: String) -> Column {
    Column { name: name.to_lowercase(), r#type: Some(ty), ..Column::default() }
}
