//! `s3://bucket/key`: what locations name.

/// A place in S3. The key may be empty, a prefix, or an object's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct S3Uri {
    pub bucket: String,
    pub key: String,
}

impl S3Uri {
    /// Reads a location; `s3a` and `s3n` mean the same.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        if !matches!(scheme, "s3" | "s3a" | "s3n") {
            return None;
        }
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        (!bucket.is_empty()).then(|| Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// The key as a folder: empty, or ending with a slash.
    pub(crate) fn folder(&self) -> String {
        folder(&self.key)
    }
}

/// A location's text with a slash at its end.
pub(crate) fn folder(text: &str) -> String {
    match text {
        "" => String::new(),
        text if text.ends_with('/') => text.to_owned(),
        text => format!("{text}/"),
    }
}

impl std::fmt::Display for S3Uri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_read() {
        let uri = S3Uri::parse("s3a://b/x/y").unwrap();
        assert_eq!((uri.to_string().as_str(), uri.folder().as_str()), ("s3://b/x/y", "x/y/"));
        assert_eq!(S3Uri::parse("s3://b").unwrap().folder(), "");
        assert_eq!(S3Uri::parse("https://b/x"), None);
        assert_eq!(S3Uri::parse("s3:///x"), None);
    }
}
