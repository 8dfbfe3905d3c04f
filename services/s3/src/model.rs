//! Buckets, versions of objects, uploads and their parts, as rows.
//!
//! What an object does not have is not written: most have none of the optional fields, and their
//! names would be half of a small object's row, to be stored, and read again for every key listed.

use std::collections::BTreeMap;

use aquifer_object::BlobRef;
use platform::{AccountId, Row, Scope, Tags, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::access::acl::Acl;
use crate::checksum::Checksum;
use crate::classes::Class;
use crate::encryption::Encryption;
use crate::lock::Lock;
use crate::restore::Restore;
use crate::settings::Settings;
use crate::tiering::Tiering;

/// A bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub owner: Scope,
    pub created: Timestamp,
    #[serde(default)]
    pub versioning: Versioning,
    /// Whether versions go only by who gives a code, once that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_delete: Option<bool>,
    #[serde(default)]
    pub tags: Option<Tags>,
    /// Which documents it has.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
    /// What it says of access.
    #[serde(default, skip_serializing_if = "Access::is_default")]
    pub access: Access,
    /// The table whose files it has, if it is a bucket of S3 Tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_redirect_location: Option<String>,
    /// User metadata, names in lower case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl Headers {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Grows with each version of a key; newer versions sort first.
    pub sequence: u64,
    /// `None` for the version called `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_marker: bool,
    pub blob: BlobRef,
    /// `None` for what was stored before objects were encrypted.
    #[serde(default, rename = "sse", skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    pub size: u64,
    /// Without its quotes.
    pub etag: String,
    pub modified: Timestamp,
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// `None` is STANDARD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Since when it is of its class, where it was of another before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_since: Option<Timestamp>,
    /// The copy made of an archived object so that it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<Restore>,
    /// Where Intelligent-Tiering keeps it, unless it is as it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiering: Option<Tiering>,
    /// What keeps it from deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// Since when it is not the current version of its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Sizes and checksums of the parts it was completed from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartOf>,
    /// Whose it is where lists of grants count.
    pub owner: AccountId,
    /// How its replication stands, where rules ask for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication: Option<Replication>,
    /// Its list of grants, if it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
}

impl Row for Version {}

/// How the replication of a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Replication {
    Pending,
    Completed,
    Failed,
    /// It is a replica itself.
    Replica,
}

/// A part of a completed object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartOf {
    pub number: i32,
    pub size: u64,
    #[serde(default)]
    pub checksum: Option<Checksum>,
}

impl Version {
    /// A version without bytes, of which nothing is said. Its place among the versions of its key
    /// is given when it is put there.
    pub fn new(owner: AccountId, modified: Timestamp) -> Self {
        Self {
            sequence: 0,
            id: None,
            delete_marker: false,
            blob: BlobRef::Inline(Default::default()),
            encryption: None,
            size: 0,
            etag: String::new(),
            modified,
            headers: Headers::default(),
            storage_class: None,
            class_since: None,
            restore: None,
            tiering: None,
            lock: None,
            noncurrent_since: None,
            checksum: None,
            tags: Tags::new(),
            parts: Vec::new(),
            owner,
            replication: None,
            acl: None,
        }
    }

    /// Its class of storage.
    pub fn class(&self) -> Class {
        Class::of(self.storage_class.as_deref())
    }

    /// Since when it is of that class.
    pub fn class_since(&self) -> Timestamp {
        self.class_since.unwrap_or(self.modified)
    }

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
    /// Of every part.
    #[serde(default, rename = "sse", skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// The list of grants that the object is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// What the request said is to keep the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
}

impl Row for Upload {}

/// A part of an upload that is not complete.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    pub blob: BlobRef,
    pub size: u64,
    /// Hex MD5 of the part, where its encryption lets it be told.
    pub etag: String,
    pub modified: Timestamp,
    #[serde(default)]
    pub checksum: Option<Checksum>,
    /// The client's own checksum, where its algorithm is not the upload's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Checksum>,
}

impl Row for Part {}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Version {
        Version {
            sequence: 1,
            etag: "d41d8cd98f00b204e9800998ecf8427e".to_owned(),
            ..Version::new("123456789012".parse().unwrap(), Timestamp::from_secs(1))
        }
    }

    #[test]
    fn what_an_object_does_not_have_is_not_written() {
        let names = |version: &Version| {
            let row = rmp_serde::to_vec_named(version).unwrap();
            String::from_utf8_lossy(&row).into_owned()
        };
        let without = names(&plain());
        let optional = ["delete_marker", "headers", "storage_class", "checksum", "tags", "parts"];
        assert!(optional.iter().all(|name| !without.contains(name)), "{without:?}");

        let content_type = Some("text/plain".to_owned());
        let headers = Headers { content_type, ..Headers::default() };
        let with = Version { headers: headers.clone(), delete_marker: true, ..plain() };
        let row = rmp_serde::to_vec_named(&with).unwrap();
        assert!(!String::from_utf8_lossy(&row).contains("cache_control"));
        let read: Version = rmp_serde::from_slice(&row).unwrap();
        assert_eq!((read.headers, read.delete_marker, read.id), (headers, true, None));
    }

    /// The form of rows before empty fields were left out.
    #[test]
    fn rows_with_empty_fields_are_read() {
        #[derive(Serialize)]
        struct Full {
            sequence: u64,
            id: Option<String>,
            delete_marker: bool,
            blob: BlobRef,
            size: u64,
            etag: String,
            modified: Timestamp,
            headers: BTreeMap<&'static str, Option<String>>,
            storage_class: Option<String>,
            checksum: Option<Checksum>,
            tags: Tags,
            parts: Vec<PartOf>,
            owner: AccountId,
        }
        let plain = plain();
        let full = Full {
            sequence: 7,
            id: None,
            delete_marker: false,
            blob: plain.blob,
            size: 0,
            etag: plain.etag,
            modified: plain.modified,
            headers: BTreeMap::from([("content_type", None), ("expires", None)]),
            storage_class: None,
            checksum: None,
            tags: Tags::new(),
            parts: Vec::new(),
            owner: plain.owner,
        };
        let row = rmp_serde::to_vec_named(&full).unwrap();
        let read: Version = rmp_serde::from_slice(&row).unwrap();
        assert_eq!((read.sequence, read.headers.is_empty()), (7, true));
    }
}
