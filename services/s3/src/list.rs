//! Listing keys with prefix, delimiter and start, at the cost of the page.

use platform::{Ctx, Fail, Fields, ReadTx, Result, Row, Timestamp, Unread};
use serde::{Deserialize, Serialize};

use crate::checksum::Algorithm;
use crate::restore::Restore;
use crate::store::CURRENT;

/// Most keys of one page, whatever is asked.
pub(crate) const KEYS_MAX: i32 = 1_000;
/// Rows looked at in one transaction: there may be any number of delete markers between two keys.
const ROWS_MAX: usize = 4_000;

/// What listings tell of a version, read from its row without the rest: a page has a thousand.
#[derive(Serialize, Deserialize)]
pub(crate) struct Brief {
    pub delete_marker: bool,
    pub size: u64,
    /// In its quotes.
    pub etag: String,
    pub modified: Timestamp,
    pub storage_class: Option<String>,
    pub checksum: Option<BriefChecksum>,
    pub restore: Option<Restore>,
}

impl Row for Brief {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut brief = Self {
            delete_marker: false,
            size: 0,
            etag: String::new(),
            modified: Timestamp::EPOCH,
            storage_class: None,
            checksum: None,
            restore: None,
        };
        let mut fields = Fields::of(bytes)?;
        while let Some((name, value)) = fields.next()? {
            match name {
                b"delete_marker" => brief.delete_marker = value.read()?,
                b"size" => brief.size = value.number()?,
                b"etag" => {
                    let text = value.text()?;
                    brief.etag.reserve_exact(text.len() + 2);
                    for part in ["\"", text, "\""] {
                        brief.etag.push_str(part);
                    }
                }
                b"modified" => brief.modified = value.read()?,
                b"storage_class" => brief.storage_class = value.read()?,
                b"checksum" if !value.is_nil() => {
                    brief.checksum = Some(BriefChecksum::read(value.fields()?)?);
                }
                b"restore" => brief.restore = value.read()?,
                _ => {}
            }
        }
        if brief.etag.is_empty() { Err("it has no ETag".to_owned()) } else { Ok(brief) }
    }
}

/// A checksum without its value.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct BriefChecksum {
    pub algorithm: Algorithm,
    pub full_object: bool,
}

impl BriefChecksum {
    fn read(mut fields: Fields<'_>) -> Result<Self, String> {
        let (mut algorithm, mut full_object) = (None, false);
        while let Some((name, value)) = fields.next()? {
            match name {
                b"algorithm" => algorithm = Some(value.read()?),
                b"full_object" => full_object = value.read()?,
                _ => {}
            }
        }
        let algorithm = algorithm.ok_or("a checksum is of no algorithm")?;
        Ok(Self { algorithm, full_object })
    }
}

/// One entry of a listing.
pub(crate) enum Entry {
    Key(String, Brief),
    /// All keys below it count as one.
    Prefix(String),
}

impl Entry {
    pub fn name(&self) -> &str {
        match self {
            Self::Key(name, _) | Self::Prefix(name) => name,
        }
    }
}

/// Where a listing starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Start {
    #[default]
    Beginning,
    /// After this key, or common prefix where it is one.
    After(String),
    /// After this key, whatever it looks like.
    Passed(String),
}

/// What is to be listed.
pub(crate) struct Listing<'a> {
    pub bucket: &'a str,
    pub prefix: &'a str,
    pub delimiter: Option<&'a str>,
    pub start: Start,
    pub limit: usize,
}

/// A page of a listing.
pub(crate) struct Listed {
    pub entries: Vec<Entry>,
    pub truncated: bool,
}

/// Lists current versions, delete markers left out. Each key is as it was at some time during the
/// listing, which may take several transactions.
pub(crate) async fn current(ctx: &Ctx, listing: &Listing<'_>) -> Result<Listed, Fail> {
    current_by(ctx, listing, ROWS_MAX).await
}

async fn current_by(ctx: &Ctx, listing: &Listing<'_>, rows_max: usize) -> Result<Listed, Fail> {
    let mut listed = Listed { entries: Vec::new(), truncated: false };
    let mut next = Some(listing.start.clone()).filter(|_| listing.limit > 0);
    while let Some(start) = next.take() {
        next = ctx.read(|tx| walk(tx, listing, start, rows_max, &mut listed))?;
        if next.is_some() {
            tokio::task::yield_now().await;
        }
    }
    Ok(listed)
}

/// Adds entries until the page is full or nothing is left; or where to go on after so many rows.
fn walk(
    tx: &ReadTx<'_>,
    listing: &Listing<'_>,
    mut start: Start,
    rows_max: usize,
    listed: &mut Listed,
) -> Result<Option<Start>, Fail> {
    let (bucket, prefix) = (listing.bucket, listing.prefix);
    let mut rows_left = rows_max;
    'skips: loop {
        let mut scan = CURRENT.scan(tx).rows_as::<Brief>().starting_with(&(bucket,), prefix);
        scan = match &start {
            Start::Beginning => scan,
            Start::Passed(key) => scan.after(&(bucket, key.as_str())),
            // What is after a common prefix is after all keys that start with it.
            Start::After(after) => match common_prefix(after, prefix, listing.delimiter) {
                Some(whole) if whole == after => scan.after_all(&(bucket,), after),
                _ => scan.after(&(bucket, after.as_str())),
            },
        };
        for row in scan.keys_as::<(Unread, String)>() {
            let ((_, key), version) = row?;
            if !version.delete_marker {
                if listed.entries.len() == listing.limit {
                    listed.truncated = true;
                    return Ok(None);
                }
                if let Some(common) = common_prefix(&key, prefix, listing.delimiter) {
                    start = Start::After(common.to_owned());
                    listed.entries.push(Entry::Prefix(common.to_owned()));
                    continue 'skips;
                }
                listed.entries.push(Entry::Key(key, version));
                // No more of these than the limit: they need no counting.
                continue;
            }
            rows_left = rows_left.saturating_sub(1);
            if rows_left == 0 {
                return Ok(Some(Start::Passed(key)));
            }
        }
        return Ok(None);
    }
}

/// The part of a key up to the first delimiter after the prefix.
pub(crate) fn common_prefix<'k>(
    key: &'k str,
    prefix: &str,
    delimiter: Option<&str>,
) -> Option<&'k str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let rest = key.strip_prefix(prefix)?;
    let at = rest.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

/// A name as the answer writes it.
pub(crate) fn encoded(
    name: impl Into<String> + AsRef<str>,
    encoding: Option<s3_api::EncodingType>,
) -> String {
    match encoding {
        Some(s3_api::EncodingType::Url) => {
            const KEEP: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
                .remove(b'-')
                .remove(b'_')
                .remove(b'.')
                .remove(b'*')
                .remove(b'/');
            percent_encoding::utf8_percent_encode(name.as_ref(), KEEP).to_string()
        }
        None => name.into(),
    }
}

/// The page size a request means.
pub(crate) fn limit(asked: Option<i32>, name: &'static str) -> Result<usize> {
    match asked {
        Some(asked) if asked < 0 => Err(crate::error::invalid_argument(
            name,
            &asked.to_string(),
            &format!("Argument {name} must be an integer between 0 and 2147483647"),
        )),
        asked => Ok(usize::try_from(asked.unwrap_or(KEYS_MAX).min(KEYS_MAX)).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use platform::{
        Backend, Clock, Durability, Ids, PlatformParts, Scope, Store, StoreOptions, WriteTx,
    };

    use super::*;
    use crate::jobs::tests::version;
    use crate::model::Version;

    fn fill(tx: &WriteTx<'_>) -> Result<()> {
        let blob = aquifer_object::BlobRef::Inline(platform::Bytes::new());
        let marker = |sequence| Version { delete_marker: true, ..version(sequence, blob.clone()) };
        for key in ["a/1", "a/2", "b", "c/x/1", "c/y", "d/2", "e"] {
            CURRENT.put(tx, &("b", key), &version(1, blob.clone()))?;
        }
        for key in ["a/", "a/0", "a/3", "c", "c/", "d/", "d/1", "d/3", "f", "g"] {
            CURRENT.put(tx, &("b", key), &marker(1))?;
        }
        for at in 0..20 {
            CURRENT.put(tx, &("b", format!("a/1/{at:02}").as_str()), &marker(at))?;
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_listing_is_the_same_however_few_rows_a_transaction_looks_at() {
        let (backend, durability) = (Backend::Memory, Durability::Relaxed);
        let store = Store::open(StoreOptions { backend, durability }).unwrap();
        let parts = PlatformParts::new(store, Clock::new(), Ids::seeded(1));
        let ctx = Ctx::root(&parts, Scope::default());
        ctx.write(fill).await.unwrap();
        let after = |key: &str| Start::After(key.to_owned());
        for start in [Start::Beginning, after("a/"), after("a/1"), after("c/")] {
            for (delimiter, prefix, limit) in [
                (None, "", 3),
                (None, "", 100),
                (Some("/"), "", 1),
                (Some("/"), "", 4),
                (Some("/"), "", 100),
                (Some("/"), "c/", 2),
                (None, "d", 1),
            ] {
                let start = start.clone();
                let listing = Listing { bucket: "b", prefix, delimiter, start, limit };
                let whole = current_by(&ctx, &listing, 1_000).await.unwrap();
                for rows_max in 1..8 {
                    let listed = current_by(&ctx, &listing, rows_max).await.unwrap();
                    assert_eq!(names(&listed), names(&whole), "{prefix} {limit} {rows_max}");
                }
            }
        }
        let listing =
            Listing { bucket: "b", prefix: "", delimiter: Some("/"), start: after(""), limit: 4 };
        let listed = current_by(&ctx, &listing, 1).await.unwrap();
        assert_eq!(names(&listed), (vec!["a/", "b", "c/", "d/"], true));
    }

    fn names(listed: &Listed) -> (Vec<&str>, bool) {
        (listed.entries.iter().map(Entry::name).collect(), listed.truncated)
    }

    #[test]
    fn common_prefixes_end_at_the_first_delimiter_after_the_prefix() {
        assert_eq!(common_prefix("a/b/c", "", Some("/")), Some("a/"));
        assert_eq!(common_prefix("a/b/c", "a/", Some("/")), Some("a/b/"));
        assert_eq!(common_prefix("a/b", "a/", Some("/")), None);
        assert_eq!(common_prefix("a/b", "", None), None);
        assert_eq!(common_prefix("aXXb", "", Some("XX")), Some("aXX"));
    }
}
