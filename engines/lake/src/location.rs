//! `scheme://bucket/prefix`: splitting locations into the store's address and a path inside it.

use datafusion::datasource::object_store::ObjectStoreUrl;
use object_store::path::Path;

use crate::error::{LakeError, Result};

/// A place in an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// `s3://bucket/`, by which the store is found.
    pub store: ObjectStoreUrl,
    /// The prefix inside the store, without slashes at either end.
    pub prefix: Path,
}

impl Location {
    /// Splits a location. `s3a` and `s3n` are the same place as `s3`.
    pub fn parse(location: &str) -> Result<Location> {
        let fail = |message: &str| LakeError::Location {
            location: location.to_owned(),
            message: message.to_owned(),
        };
        let (scheme, rest) = location.split_once("://").ok_or_else(|| fail("no scheme"))?;
        let scheme = match scheme {
            "s3a" | "s3n" => "s3",
            other => other,
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(fail("no bucket"));
        }
        let store = ObjectStoreUrl::parse(format!("{scheme}://{bucket}"))
            .map_err(|e| fail(&e.to_string()))?;
        // The key is taken as it is: `Path::from` would encode a `%` a second time.
        let prefix = Path::parse(prefix.trim_matches('/')).map_err(|e| fail(&e.to_string()))?;
        Ok(Location { store, prefix })
    }

    /// The whole address of an object in the same store.
    pub fn url_of(&self, path: &Path) -> String {
        format!("{}{}", self.store.as_str(), path)
    }

    /// The address of this place, with a slash at its end.
    pub fn url(&self) -> String {
        match self.prefix.as_ref() {
            "" => self.store.as_str().to_owned(),
            prefix => format!("{}{prefix}/", self.store.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_split_into_store_and_prefix() {
        let at = Location::parse("s3a://data/a/dt=2024-01-01 00%3A00/").unwrap();
        assert_eq!(at.store.as_str(), "s3://data/");
        assert_eq!(at.prefix.as_ref(), "a/dt=2024-01-01 00%3A00");
        assert_eq!(at.url(), "s3://data/a/dt=2024-01-01 00%3A00/");
        assert_eq!(Location::parse("s3://data").unwrap().prefix.as_ref(), "");
        assert!(Location::parse("/data/x").is_err());
        assert!(Location::parse("s3:///x").is_err());
    }
}
