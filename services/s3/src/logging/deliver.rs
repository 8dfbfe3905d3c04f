//! Delivers lines as objects of the bucket that is to have them.
//!
//! Lines that were delivered are removed afterwards: a crash between the two delivers them twice,
//! as happens with AWS.

use std::collections::BTreeMap;

use platform::{Ctx, Fail, Principal, Result, Timestamp};
use s3_api::{Client, LoggingEnabled, PartitionDateSource, PutObjectInput};

use super::{LINES, LOGGED, Lines};
use crate::model::Bucket;
use crate::settings::{self, Setting};
use crate::store::BUCKETS;

/// Rows of lines, of up to two thousand each, that are read at a time.
const ROWS: usize = 16;
/// As whom AWS stores logs.
const SERVICE: &str = "logging.s3.amazonaws.com";

type Key = (String, Timestamp, String);

/// Delivers the lines of a bucket that wait.
pub(super) async fn deliver(ctx: &Ctx, name: &str) -> Result<()> {
    let ctx = ctx
        .with_operation(s3_api::SERVICE.name, "PutBucketLogging")
        .with_caller(Principal::service(SERVICE));
    loop {
        let page = ctx.read(|tx| LINES.scan(tx).prefix(&(name,)).page(ROWS))?;
        if page.rows.is_empty() {
            return Ok(());
        }
        let found = ctx.read(|tx| {
            let Some(bucket) = BUCKETS.get(tx, name)? else { return Ok(None) };
            let there = settings::get(tx, (name, &bucket), Setting::Logging)?;
            Ok::<_, Fail>(there.map(|there: LoggingEnabled| (bucket, there)))
        })?;
        if let Some((bucket, to)) = &found {
            match store(&ctx, (name, bucket), to, &page.rows).await {
                // A target that takes nothing gets nothing.
                Err(fail) if fail.is_sender() => {
                    let code = fail.code();
                    tracing::warn!(bucket = name, code, "no access log: {}", fail.message());
                }
                stored => stored?,
            }
        }
        ctx.write(|tx| {
            for (key, _) in &page.rows {
                LINES.delete(tx, key)?;
            }
            if found.is_none() {
                LOGGED.delete(tx, name)?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
    }
}

/// Stores lines: in one object, or in one for each day on which something happened.
async fn store(
    ctx: &Ctx,
    (name, bucket): (&str, &Bucket),
    to: &LoggingEnabled,
    rows: &[(Key, Lines)],
) -> Result<()> {
    let partitions = to.target_object_key_format.as_ref();
    let partitions = partitions.and_then(|format| format.partitioned_prefix.as_ref());
    let by_event = partitions
        .is_some_and(|by| by.partition_date_source == Some(PartitionDateSource::EventTime));
    let now = ctx.now();
    let mut objects: BTreeMap<String, String> = BTreeMap::new();
    for (at, line) in rows.iter().flat_map(|(_, lines)| &lines.lines) {
        let folder = match partitions {
            None => String::new(),
            Some(_) => {
                let day = if by_event { *at } else { now }.to_chrono();
                let Bucket { owner, .. } = bucket;
                format!(
                    "{}/{}/{name}/{}",
                    owner.account,
                    owner.region,
                    day.format("%Y/%m/%d/%Y-%m-%d")
                )
            }
        };
        objects.entry(folder).or_default().push_str(line);
    }
    for (folder, text) in objects {
        let unique = ctx.ids().hex(16).to_uppercase();
        let date = now.to_chrono();
        let key = match partitions {
            None => format!("{}{}-{unique}", to.target_prefix, date.format("%Y-%m-%d-%H-%M-%S")),
            // AWS writes no time of the day where lines are parted by the day of the event.
            Some(_) if by_event => format!("{}{folder}-00-00-00-{unique}", to.target_prefix),
            Some(_) => {
                format!("{}{folder}-{}-{unique}", to.target_prefix, date.format("%H-%M-%S"))
            }
        };
        let input = PutObjectInput {
            bucket: to.target_bucket.clone(),
            key,
            content_type: Some("text/plain".to_owned()),
            body: text.into_bytes().into(),
            ..PutObjectInput::default()
        };
        Client::put_object(ctx, input).await?;
    }
    Ok(())
}
