//! Labels of table buckets and tables: their bounds.

use std::collections::BTreeMap;

use platform::{Ctx, Result, Tags};

use crate::find::{self, Resource};
use crate::{error, store};

/// The most tags of a resource.
const TAGS_MAX: usize = 50;

/// The tags with more.
pub(crate) fn with(mut tags: Tags, added: &BTreeMap<String, String>) -> Result<Tags> {
    for (key, value) in added {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid("Tag keys that begin with aws: are reserved."));
        }
        tags.insert(key.clone(), value.clone());
    }
    if tags.len() > TAGS_MAX {
        return Err(error::invalid(format!("A resource has at most {TAGS_MAX} tags.")));
    }
    Ok(tags)
}

/// The tags of what an ARN names.
pub(crate) fn of(ctx: &Ctx, arn: &str) -> Result<Tags> {
    Ok(match find::resource(ctx, arn)? {
        Resource::Bucket(place) => place.ctx.read(|tx| store::bucket(tx, &place.bucket))?.tags,
        Resource::Table(found) => found.row.tags,
    })
}

/// Changes the tags of what an ARN names.
pub(crate) async fn change(
    ctx: &Ctx,
    arn: &str,
    change: impl Fn(Tags) -> Result<Tags>,
) -> Result<()> {
    match find::resource(ctx, arn)? {
        Resource::Bucket(place) => {
            place
                .ctx
                .write(|tx| {
                    let mut row = store::bucket(tx, &place.bucket)?;
                    row.tags = change(row.tags)?;
                    Ok(store::BUCKETS.put(tx, place.bucket.as_str(), &row)?)
                })
                .await
        }
        Resource::Table(found) => {
            found
                .ctx
                .write(|tx| {
                    let (bucket, namespace, name) = found.key();
                    let mut row = store::table(tx, bucket, namespace, name)?;
                    row.tags = change(row.tags)?;
                    Ok(store::TABLES.put(tx, &found.key(), &row)?)
                })
                .await
        }
    }
}
