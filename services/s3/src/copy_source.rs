//! `x-amz-copy-source`: `bucket/key` or an ARN, percent-encoded, with a version if one is meant.

use platform::Result;

use crate::{error, points};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CopySource {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
}

impl CopySource {
    pub fn parse(text: &str) -> Result<Self> {
        let bad = || {
            error::invalid_argument(
                "x-amz-copy-source",
                text,
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            )
        };
        let (path, version_id) = match text.split_once("?versionId=") {
            Some((path, version)) => (path, Some(version.to_owned())),
            None => (text, None),
        };
        let path = percent_encoding::percent_decode_str(path).decode_utf8().map_err(|_| bad())?;
        let path = path.trim_start_matches('/');
        if let Some((bucket, key)) = points::object_of(path)? {
            return Ok(Self { bucket, key, version_id });
        }
        let (bucket, key) = path.split_once('/').ok_or_else(bad)?;
        if bucket.is_empty() || key.is_empty() {
            return Err(bad());
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), version_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_decoded_and_may_name_a_version() {
        let source = CopySource::parse("/b/a%20b/c?versionId=v1").expect("a source");
        assert_eq!((source.bucket.as_str(), source.key.as_str()), ("b", "a b/c"));
        assert_eq!(source.version_id.as_deref(), Some("v1"));
        let arn = "arn:aws:s3:us-east-1:111122223333:accesspoint/point";
        let source =
            CopySource::parse(&format!("{arn}/object/a/b?versionId=v1")).expect("a source");
        assert_eq!((source.bucket.as_str(), source.key.as_str()), (arn, "a/b"));
        assert!(CopySource::parse(arn).is_err());
        assert!(CopySource::parse("b").is_err());
        assert!(CopySource::parse("b/").is_err());
    }
}
