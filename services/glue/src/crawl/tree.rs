//! What a crawl has seen: folders, and in them files that look alike.
//!
//! Files of one look share it: a lake of many folders with one schema keeps that schema once.

use std::collections::BTreeMap;
use std::sync::Arc;

use aquifer_formats::Classification;

use crate::crawl::look::{Look, Serde};

/// Files of a folder that are remembered one by one, in case each becomes a table.
const FILES_MAX: usize = 1_000;
/// Looks of files in one folder that are told apart.
const GROUPS_MAX: usize = 100;
/// Files whose columns are less alike than this are not of one table.
const SIMILARITY_MIN: f64 = 0.7;

/// Whether files count as one table's when their columns differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alike {
    /// Columns may differ as they like (`CombineCompatibleSchemas`).
    pub combine: bool,
}

/// How much there is of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub files: u64,
    pub bytes: u64,
    pub rows: u64,
    /// Bytes of those rows, decompressed.
    pub plain_bytes: u64,
}

impl Amount {
    fn add(&mut self, other: Amount) {
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.rows = self.rows.saturating_add(other.rows);
        self.plain_bytes = self.plain_bytes.saturating_add(other.plain_bytes);
    }

    /// Mean bytes of a row, decompressed.
    pub fn record_bytes(&self) -> u64 {
        self.plain_bytes.checked_div(self.rows).unwrap_or(0)
    }
}

/// Files that look alike.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub look: Arc<Look>,
    pub amount: Amount,
}

impl Group {
    /// One file.
    pub fn of(look: Look, bytes: u64) -> Group {
        let inference = &look.inference;
        let rows = inference.row_count.unwrap_or_else(|| inference.estimated_rows(bytes));
        let plain_bytes = rows.saturating_mul(inference.avg_record_size);
        Group { amount: Amount { files: 1, bytes, rows, plain_bytes }, look: Arc::new(look) }
    }

    /// Takes another group in, if both can be one table.
    pub fn absorb(&mut self, other: &Group, alike: Alike) -> bool {
        if !Arc::ptr_eq(&self.look, &other.look) {
            if !same_kind(&self.look, &other.look) {
                return false;
            }
            let (ours, theirs) = (&self.look.inference, &other.look.inference);
            if !alike.combine && ours.similarity(theirs) < SIMILARITY_MIN {
                return false;
            }
            let (merged, conflicts) = ours.merge(theirs);
            if conflicts.iter().any(|conflict| conflict.is_fatal()) {
                return false;
            }
            let changed = merged.columns != ours.columns || merged.quote != ours.quote;
            if changed {
                self.look = Arc::new(Look { inference: merged, ..(*self.look).clone() });
            }
        }
        self.amount.add(other.amount);
        true
    }

    /// Shares the look of `other` if it is the same, to keep it once.
    fn share(&mut self, other: &Arc<Look>) {
        let same = same_kind(&self.look, other)
            && self.look.inference.columns == other.inference.columns
            && self.look.inference.quote == other.inference.quote
            && self.look.inference.delimiter == other.inference.delimiter
            && self.look.inference.header == other.inference.header;
        if same {
            self.look = Arc::clone(other);
        }
    }
}

/// Format, compression and way of reading: what AWS calls data compatibility.
fn same_kind(a: &Look, b: &Look) -> bool {
    a.inference.classification == b.inference.classification
        && a.inference.compression == b.inference.compression
        && a.serde == b.serde
        && a.json_path == b.json_path
        && a.trail == b.trail
        && same(&a.lines, &b.lines)
        && same(&a.elements, &b.elements)
}

/// Whether a custom classifier made the same of both.
fn same<T>(a: &Option<Arc<T>>, b: &Option<Arc<T>>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// A file as it may become a table of its own.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub name: String,
    pub group: Group,
}

/// A folder: the files in it, the folders below it.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    pub folders: BTreeMap<String, Folder>,
    /// Files by what they look like.
    pub groups: Vec<Group>,
    /// The first files, one by one.
    pub files: Vec<File>,
    /// Files that were opened.
    pub opened: usize,
    /// Files that were counted only, since enough were opened.
    pub counted: Amount,
}

/// What a crawl has seen of one target.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub root: Folder,
    /// The look seen last: the next file's is most often the same.
    last: Option<Arc<Look>>,
}

impl Tree {
    /// The folder of a path below the target.
    pub fn folder(&mut self, path: &[&str]) -> &mut Folder {
        path.iter().fold(&mut self.root, |folder, name| {
            if !folder.folders.contains_key(*name) {
                folder.folders.insert((*name).to_owned(), Folder::default());
            }
            folder.folders.get_mut(*name).expect("it was there or was just made")
        })
    }

    /// Adds a file that was opened. Answers false if the folder holds too many kinds of files.
    pub fn add(&mut self, path: &[&str], name: &str, mut group: Group, alike: Alike) -> bool {
        if let Some(last) = &self.last {
            group.share(last);
        }
        self.last = Some(Arc::clone(&group.look));
        self.folder(path).add(name, group, alike)
    }
}

impl Folder {
    fn add(&mut self, name: &str, group: Group, alike: Alike) -> bool {
        if self.files.len() < FILES_MAX {
            self.files.push(File { name: name.to_owned(), group: group.clone() });
        }
        if self.groups.iter_mut().any(|known| known.absorb(&group, alike)) {
            return true;
        }
        if self.groups.len() == GROUPS_MAX {
            return false;
        }
        self.groups.push(group);
        true
    }
}

/// How a table of these files is to be read, where the look leaves a choice.
pub(crate) fn reads_quotes(look: &Look) -> bool {
    match look.serde {
        Serde::OpenCsv => true,
        Serde::LazySimple | Serde::Bare => false,
        Serde::Auto => {
            look.inference.classification == Classification::Csv && look.inference.quote.is_some()
        }
    }
}

/// Used by tests of several modules.
#[cfg(test)]
pub(crate) fn csv(text: &str) -> Group {
    let inference = aquifer_formats::infer(text.as_bytes(), "f.csv", true);
    assert_eq!(inference.classification, Classification::Csv, "{text}");
    Group::of(Look::plain(inference), text.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_schema_share_it() {
        let mut tree = Tree::default();
        let file = "id,name\n1,a\n2,b\n";
        for month in ["m=1", "m=2"] {
            assert!(tree.add(&[month], "f.csv", csv(file), Alike::default()));
        }
        let looks: Vec<_> = tree.root.folders.values().map(|f| &f.groups[0].look).collect();
        assert!(Arc::ptr_eq(looks[0], looks[1]));
        assert_eq!(tree.root.folders["m=1"].groups[0].amount.rows, 2);
    }

    #[test]
    fn columns_decide_unless_told_otherwise() {
        let (a, b) = (csv("a,b,c\n1,2,3\n"), csv("a,x,y\n1,2,3\n"));
        assert!(!a.clone().absorb(&b, Alike::default()));
        let mut both = a.clone();
        assert!(both.absorb(&b, Alike { combine: true }));
        let names: Vec<_> = both.look.inference.columns.iter().map(|c| c.0.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "x", "y"]);
        let wider = csv("a,b,c,d\n1,2,3,4\n");
        assert!(a.clone().absorb(&wider, Alike::default()), "three of four columns are shared");
    }
}
