//! Where files lie that a run could not read: what they are part of is not gone.

use std::collections::BTreeSet;

/// The folders of files that could not be read, as `s3://bucket/folder/`; and of targets of which not
/// everything was looked at, what was.
#[derive(Debug, Default)]
pub(super) struct Unread(BTreeSet<String>, Vec<Seen>);

/// The folders of a target that alone were looked at.
#[derive(Debug)]
struct Seen {
    target: String,
    folders: BTreeSet<String>,
}

impl Unread {
    /// Notes a file by its URL.
    pub fn file(&mut self, url: &str) {
        if let Some((folder, _)) = url.rsplit_once('/') {
            self.0.insert(format!("{folder}/"));
        }
    }

    /// Takes in what another target noted.
    pub fn append(&mut self, mut other: Unread) {
        self.0.append(&mut other.0);
        self.1.append(&mut other.1);
    }

    /// Of a target, only these folders were looked at.
    pub fn all_but(&mut self, target: &str, folders: BTreeSet<String>) {
        let target = format!("{}/", target.trim_end_matches('/'));
        self.1.push(Seen { target, folders });
    }

    /// The folders that alone were looked at, of the targets where that is so.
    pub fn seen(&self) -> impl Iterator<Item = &str> {
        self.1.iter().flat_map(|seen| seen.folders.iter().map(String::as_str))
    }

    /// Whether files that lie directly in a folder were not read.
    pub fn is_in(&self, folder: &str) -> bool {
        self.0.contains(folder)
    }

    /// Whether files at a location were not read: in the folder it is or anywhere below; or, where
    /// it is a file, perhaps this one.
    pub fn touches(&self, location: &str) -> bool {
        let folder = format!("{}/", location.trim_end_matches('/'));
        let overlooked = self
            .1
            .iter()
            .any(|seen| folder.starts_with(&seen.target) && !seen.folders.contains(&folder));
        if overlooked {
            return true;
        }
        let below = self.0.range(folder.clone()..).next();
        let own = location.rsplit_once('/').filter(|(_, file)| !file.is_empty());
        below.is_some_and(|unread| unread.starts_with(&folder))
            || own.is_some_and(|(own, _)| self.is_in(&format!("{own}/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unread_files_touch_what_they_may_be_part_of() {
        let mut unread = Unread::default();
        unread.file("s3://b/t/dt=5/h=1/a.csv");
        for touched in ["s3://b/", "s3://b/t", "s3://b/t/", "s3://b/t/dt=5/", "s3://b/t/dt=5/h=1/"]
        {
            assert!(unread.touches(touched), "{touched}");
        }
        for other in ["s3://b/t/dt=4/", "s3://b/t/dt=5/h=1/x/", "s3://b/t/dt=50/", "s3://b/tt/"] {
            assert!(!unread.touches(other), "{other}");
        }
        // A file that is a table.
        assert!(unread.touches("s3://b/t/dt=5/h=1/a.csv"));
        assert!(!unread.touches("s3://b/t/a.csv"));
        assert!(unread.is_in("s3://b/t/dt=5/h=1/") && !unread.is_in("s3://b/t/dt=5/"));
    }

    #[test]
    fn what_was_not_looked_at_is_not_gone() {
        let mut unread = Unread::default();
        unread.all_but("s3://b/t", ["s3://b/t/dt=5/".to_owned()].into());
        assert!(!unread.touches("s3://b/t/dt=5/") && !unread.touches("s3://b/u/"));
        assert!(unread.touches("s3://b/t/dt=4/") && unread.touches("s3://b/t"));
    }
}
