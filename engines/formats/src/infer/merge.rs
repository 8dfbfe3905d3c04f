//! What several files have in common, and what tells them apart.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::Inference;
use crate::hive::{HiveType, merge_fields};

/// Something two files disagree on.
#[derive(Debug, Clone, PartialEq)]
pub enum Conflict {
    /// They are of different formats.
    Classification { ours: &'static str, theirs: &'static str },
    /// Their delimiters or quotes differ.
    Delimiter { ours: Option<u8>, theirs: Option<u8> },
    /// Only one of them has a header.
    Header,
    /// Only the other has this column.
    Added { column: String },
    /// The other lacks this column.
    Missing { column: String },
    /// The column's types differ; both fit `merged`.
    Type { column: String, ours: HiveType, theirs: HiveType, merged: HiveType },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |byte: &Option<u8>| match byte {
            Some(byte) => format!("'{}'", char::from(*byte).escape_default()),
            None => "none".to_owned(),
        };
        match self {
            Conflict::Classification { ours, theirs } => write!(f, "format {ours} and {theirs}"),
            Conflict::Delimiter { ours, theirs } => {
                write!(f, "delimiter or quote {} and {}", shown(ours), shown(theirs))
            }
            Conflict::Header => f.write_str("a header in one file only"),
            Conflict::Added { column } => write!(f, "column {column} is new"),
            Conflict::Missing { column } => write!(f, "column {column} is missing"),
            Conflict::Type { column, ours, theirs, merged } => {
                write!(f, "column {column} is {ours} and {theirs}, together {merged}")
            }
        }
    }
}

impl Conflict {
    /// Whether one table cannot hold both files.
    pub fn is_fatal(&self) -> bool {
        matches!(
            self,
            Conflict::Classification { .. } | Conflict::Delimiter { .. } | Conflict::Header
        )
    }
}

/// What the schema is called that a file holds.
const SCHEMA: &str = "avro.schema.literal";

impl Inference {
    /// Both files as one table: the union of their columns in the widest types, and what they
    /// disagree on. With a [fatal](Conflict::is_fatal) conflict the answer is `self` unchanged.
    pub fn merge(&self, other: &Inference) -> (Inference, Vec<Conflict>) {
        let mut conflicts = self.layout_conflicts(other);
        if !conflicts.is_empty() {
            return (self.clone(), conflicts);
        }
        // A head too short to show columns says nothing about them.
        if !self.columns.is_empty() && !other.columns.is_empty() {
            conflicts.extend(self.column_conflicts(other));
        }
        let rows = self.sampled_rows + other.sampled_rows;
        let bytes = |i: &Inference| i.sampled_rows as f64 * i.avg_record_size as f64;
        let stored = |i: &Inference| match i.rows_per_byte {
            0.0 => 0.0,
            density => i.sampled_rows as f64 / density,
        };
        let mut merged = self.clone();
        merged.columns = merge_fields(&self.columns, &other.columns);
        merged.quote = self.quote.or(other.quote);
        if merged.quote != self.quote {
            merged.format = other.format.clone();
        }
        merged.sampled_rows = rows;
        if rows > 0 {
            merged.avg_record_size = ((bytes(self) + bytes(other)) / rows as f64).round() as u64;
            merged.rows_per_byte = rows as f64 / (stored(self) + stored(other)).max(1.0);
        }
        merged.row_count = self.row_count.zip(other.row_count).map(|(a, b)| a + b);
        // A schema that one file was written with reads the others too; all else must be the same.
        merged
            .metadata
            .retain(|key, value| key == SCHEMA || other.metadata.get(key) == Some(value));
        (merged, conflicts)
    }

    /// How alike the columns of two files are: the share, of all their columns, of those both
    /// have in types that fit each other. One for two files without columns.
    pub fn similarity(&self, other: &Inference) -> f64 {
        let ours: HashMap<&str, &HiveType> =
            self.columns.iter().map(|(n, ty)| (n.as_str(), ty)).collect();
        let fits = |a: &HiveType, b: &HiveType| {
            // Types that meet only as text do not fit, unless one is text.
            a == b || a.is_text() || b.is_text() || !a.merge(b).is_text()
        };
        let shared = other
            .columns
            .iter()
            .filter(|(name, ty)| ours.get(name.as_str()).is_some_and(|ours| fits(ours, ty)))
            .count();
        let all = self.columns.len() + other.columns.len() - shared;
        if all == 0 { 1.0 } else { shared as f64 / all as f64 }
    }

    fn layout_conflicts(&self, other: &Inference) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        if self.classification != other.classification {
            conflicts.push(Conflict::Classification {
                ours: self.classification.name(),
                theirs: other.classification.name(),
            });
        } else if self.delimiter != other.delimiter {
            conflicts.push(Conflict::Delimiter { ours: self.delimiter, theirs: other.delimiter });
        } else if self.quote != other.quote && self.quote.is_some() && other.quote.is_some() {
            // A file that needed no quotes reads the same with them.
            conflicts.push(Conflict::Delimiter { ours: self.quote, theirs: other.quote });
        } else if self.header != other.header {
            conflicts.push(Conflict::Header);
        }
        conflicts
    }

    fn column_conflicts(&self, other: &Inference) -> Vec<Conflict> {
        let ours: HashMap<&str, &HiveType> =
            self.columns.iter().map(|(n, ty)| (n.as_str(), ty)).collect();
        let theirs: HashSet<&str> = other.columns.iter().map(|(n, _)| n.as_str()).collect();
        let missing = self
            .columns
            .iter()
            .filter(|(name, _)| !theirs.contains(name.as_str()))
            .map(|(name, _)| Conflict::Missing { column: name.clone() });
        let differing = other.columns.iter().filter_map(|(name, ty)| {
            let column = name.clone();
            match ours.get(name.as_str()) {
                None => Some(Conflict::Added { column }),
                Some(own) if *own == ty => None,
                Some(own) => Some(Conflict::Type {
                    column,
                    ours: (*own).clone(),
                    theirs: ty.clone(),
                    merged: own.merge(ty),
                }),
            }
        });
        missing.chain(differing).collect()
    }
}
