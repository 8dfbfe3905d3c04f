//! Buckets, versions of objects, uploads and their parts, as rows.

use std::collections::BTreeMap;

use aquifer_object::BlobRef;
use platform::{AccountId, Row, Scope, Tags, Timestamp};
use serde::{Deserialize, Serialize};

use crate::checksum::Checksum;

/// A bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub owner: Scope,
    pub created: Timestamp,
    #[serde(default)]
    pub versioning: Versioning,
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl Row for Bucket {}

/// Whether writes keep what they replace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    /// Never was enabled.
    #[default]
    Never,
    Enabled,
    Suspended,
}

/// What a client says about an object besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Headers {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub expires: Option<String>,
    pub website_redirect_location: Option<String>,
    /// User metadata, names in lower case.
    pub metadata: BTreeMap<String, String>,
}

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Grows with each version of a key; newer versions sort first.
    pub sequence: u64,
    /// `None` for the version called `null`.
    pub id: Option<String>,
    #[serde(default)]
    pub delete_marker: bool,
    pub blob: BlobRef,
    pub size: u64,
    /// Without its quotes.
    pub etag: String,
    pub modified: Timestamp,
    #[serde(default)]
    pub headers: Headers,
    /// `None` is STANDARD.
    #[serde(default)]
    pub storage_class: Option<String>,
    #[serde(default)]
    pub checksum: Option<Checksum>,
    #[serde(default)]
    pub tags: Tags,
    /// Sizes and checksums of the parts it was completed from.
    #[serde(default)]
    pub parts: Vec<PartOf>,
    pub owner: AccountId,
}

impl Row for Version {}

/// A part of a completed object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartOf {
    pub number: i32,
    pub size: u64,
    #[serde(default)]
    pub checksum: Option<Checksum>,
}

impl Version {
    /// The version id as clients read it: `null` for the one without.
    pub fn id_text(&self) -> &str {
        self.id.as_deref().unwrap_or("null")
    }

    /// The ETag as clients read it.
    pub fn quoted_etag(&self) -> String {
        format!("\"{}\"", self.etag)
    }
}

/// An upload in parts that is not complete.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub initiated: Timestamp,
    pub headers: Headers,
    #[serde(default)]
    pub storage_class: Option<String>,
    #[serde(default)]
    pub tags: Tags,
    #[serde(default)]
    pub algorithm: Option<crate::checksum::Algorithm>,
    /// Whether the object's checksum is over its bytes rather than over its parts' checksums.
    #[serde(default)]
    pub full_object: bool,
    pub initiator: String,
}

impl Row for Upload {}

/// A part of an upload that is not complete.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    pub blob: BlobRef,
    pub size: u64,
    /// Hex MD5 of the part.
    pub etag: String,
    pub modified: Timestamp,
    #[serde(default)]
    pub checksum: Option<Checksum>,
}

impl Row for Part {}
