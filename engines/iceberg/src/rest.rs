//! The protocol of REST catalogs: which paths mean what, and what bodies say. Who answers them, and
//! where the paths begin, catalogs say.
//!
//! <https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml>

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::metadata::TableMetadata;
use crate::partition::PartitionSpec;
use crate::schema::Schema;
use crate::sort::SortOrder;
use crate::update::{TableRequirement, TableUpdate};

/// What a request is, after the catalog's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    ListNamespaces,
    CreateNamespace,
    LoadNamespace(&'a str),
    NamespaceExists(&'a str),
    DropNamespace(&'a str),
    ListTables(&'a str),
    CreateTable(&'a str),
    RegisterTable(&'a str),
    LoadTable(&'a str, &'a str),
    CommitTable(&'a str, &'a str),
    TableExists(&'a str, &'a str),
    DropTable(&'a str, &'a str),
    ReportMetrics(&'a str, &'a str),
    RenameTable,
    /// One that the specification has and catalogs need not have.
    Other(&'a str),
}

/// What the specification has besides, as the ends of paths.
const OTHERS: [&str; 7] =
    ["properties", "views", "plan", "tasks", "credentials", "commit", "endpoints"];

impl<'a> Route<'a> {
    /// Reads a path's parts; none if the specification has no such path.
    pub fn of(method: &str, path: &[&'a str]) -> Option<Self> {
        Some(match (method, path) {
            ("GET", ["namespaces"]) => Self::ListNamespaces,
            ("POST", ["namespaces"]) => Self::CreateNamespace,
            ("GET", ["namespaces", name]) => Self::LoadNamespace(name),
            ("HEAD", ["namespaces", name]) => Self::NamespaceExists(name),
            ("DELETE", ["namespaces", name]) => Self::DropNamespace(name),
            ("GET", ["namespaces", name, "tables"]) => Self::ListTables(name),
            ("POST", ["namespaces", name, "tables"]) => Self::CreateTable(name),
            ("POST", ["namespaces", name, "register"]) => Self::RegisterTable(name),
            ("GET", ["namespaces", name, "tables", table]) => Self::LoadTable(name, table),
            ("POST", ["namespaces", name, "tables", table]) => Self::CommitTable(name, table),
            ("HEAD", ["namespaces", name, "tables", table]) => Self::TableExists(name, table),
            ("DELETE", ["namespaces", name, "tables", table]) => Self::DropTable(name, table),
            ("POST", ["namespaces", name, "tables", table, "metrics"]) => {
                Self::ReportMetrics(name, table)
            }
            ("POST", ["tables", "rename"]) => Self::RenameTable,
            (_, [.., last]) if OTHERS.contains(last) || path.contains(&"views") => {
                Self::Other(last)
            }
            _ => return None,
        })
    }
}

/// A namespace of one level, as paths write it.
///
/// # Errors
/// When it has more.
pub fn namespace(text: &str) -> Result<String> {
    // Levels are parted by the unit separator.
    match text.contains('\u{1f}') || text.is_empty() {
        true => Err(Error::invalid("A namespace has one level.")),
        false => Ok(text.to_owned()),
    }
}

/// A new namespace.
#[derive(Clone, Debug, Deserialize)]
pub struct NewNamespace {
    namespace: Vec<String>,
    #[serde(default)]
    pub properties: Option<BTreeMap<String, String>>,
}

impl NewNamespace {
    /// Its name.
    ///
    /// # Errors
    /// When it has other than one level.
    pub fn name(&self) -> Result<String> {
        match self.namespace.as_slice() {
            [one] => namespace(one),
            _ => Err(Error::invalid("A namespace has one level.")),
        }
    }
}

/// A new table.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NewTable {
    pub name: String,
    #[serde(default)]
    pub location: Option<String>,
    pub schema: Schema,
    #[serde(default)]
    pub partition_spec: Option<PartitionSpec>,
    #[serde(default)]
    pub write_order: Option<SortOrder>,
    /// Whether it is made by the first commit only.
    #[serde(default)]
    pub stage_create: Option<bool>,
    #[serde(default)]
    pub properties: Option<BTreeMap<String, String>>,
}

/// A table that has metadata already.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registration {
    pub name: String,
    pub metadata_location: String,
}

/// Changes of a table.
#[derive(Clone, Debug, Deserialize)]
pub struct Commit {
    #[serde(default)]
    pub requirements: Vec<TableRequirement>,
    pub updates: Vec<TableUpdate>,
}

/// A table as answers tell it; `snapshots` is what the request says of them.
///
/// # Errors
/// When the request says what it may not.
pub fn told(
    location: Option<&str>,
    table: &TableMetadata,
    snapshots: Option<&str>,
) -> Result<Value> {
    let mut table = table.clone();
    match snapshots {
        None | Some("all") => {}
        Some("refs") => {
            let refs = table.refs.values();
            let named: BTreeSet<i64> = refs.map(|reference| reference.snapshot_id).collect();
            table.snapshots.retain(|snapshot| named.contains(&snapshot.snapshot_id));
        }
        Some(_) => return Err(Error::invalid("snapshots must be all or refs.")),
    }
    let metadata =
        serde_json::to_value(&table).map_err(|error| Error::corrupt(error.to_string()))?;
    let mut told = json!({ "metadata": metadata, "config": {} });
    if let Some(location) = location {
        told["metadata-location"] = Value::from(location);
    }
    Ok(told)
}

/// A refusal as answers tell it.
pub fn refusal(kind: &str, status: u16, message: &str) -> Value {
    json!({ "error": { "message": message, "type": kind, "code": status } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let of = |method: &str, path: &'static str| {
            Route::of(method, &path.split('/').collect::<Vec<_>>())
        };
        assert_eq!(of("GET", "namespaces"), Some(Route::ListNamespaces));
        assert_eq!(of("POST", "namespaces/a/tables/t"), Some(Route::CommitTable("a", "t")));
        assert_eq!(of("POST", "transactions/commit"), Some(Route::Other("commit")));
        assert_eq!(of("PUT", "namespaces/a"), None);
        assert!(namespace("a\u{1f}b").is_err());
    }
}
