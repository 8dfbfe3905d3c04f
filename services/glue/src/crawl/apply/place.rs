//! Where tables lie: locations of what was found, and of what the catalog holds.

use std::collections::{BTreeSet, HashMap};

use glue_api::Table;
use platform::{Ctx, Result};

use crate::catalog;
use crate::crawl::definition::{Plan, Target};
use crate::crawl::describe;
use crate::crawl::group::Found;
use crate::store::{DATABASES, TABLES};

/// A table of the crawler's database, as far as naming needs it.
pub(super) struct Known {
    pub location: Option<String>,
    pub crawler: Option<String>,
}

impl Known {
    pub fn is_at(&self, location: &str) -> bool {
        let plain = location.trim_end_matches('/');
        self.location.as_deref().is_some_and(|own| own.trim_end_matches('/') == plain)
    }
}

/// A table's location, and the name of the folder, file or bucket it is named after.
pub(super) fn place_of<'f>(target: &'f Target, found: &'f Found) -> (String, &'f str) {
    let mut location = format!("s3://{}/", target.bucket);
    let own = target.path.split('/').filter(|name| !name.is_empty());
    let mut last = target.bucket.as_str();
    for folder in own.chain(found.path.iter().map(String::as_str)) {
        location.push_str(folder);
        location.push('/');
        last = folder;
    }
    match &found.file {
        Some(file) if found.path.is_empty() && last == file && target.path.ends_with(file) => {
            // The target is the file.
            (location.trim_end_matches('/').to_owned(), file)
        }
        Some(file) => (location + file, file),
        None => (location, last),
    }
}

pub(super) fn is_within(location: &str, target: &Target) -> bool {
    let root = target.url();
    let root = root.trim_end_matches('/');
    location.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) fn known_tables(ctx: &Ctx, plan: &Plan) -> Result<HashMap<String, Known>> {
    ctx.read(|tx| {
        let database = catalog::database::find(tx, &plan.database)?;
        let mut known = HashMap::new();
        for row in TABLES.scan(tx).prefix(&(database.id,)) {
            let ((_, name), row) = row?;
            known.insert(name, known_table(row.table.0));
        }
        Ok(known)
    })
}

fn known_table(table: Table) -> Known {
    Known {
        location: table.storage_descriptor.and_then(|storage| storage.location),
        crawler: table.parameters.and_then(|mut p| p.remove(describe::UPDATED_BY)),
    }
}

/// Folders below a target that are tables of this crawler already.
pub(in crate::crawl) fn known_folders(
    ctx: &Ctx,
    plan: &Plan,
    target: &Target,
) -> Result<BTreeSet<Vec<String>>> {
    if target.table.is_some() {
        // All below it is one table.
        return Ok(BTreeSet::from([Vec::new()]));
    }
    if !ctx.read(|tx| DATABASES.contains(tx, plan.database.as_str()))? {
        return Ok(BTreeSet::new());
    }
    let root = target.url();
    let root = root.trim_end_matches('/');
    let tables = known_tables(ctx, plan)?;
    let own = tables.into_values().filter(|known| known.crawler.as_deref() == Some(&plan.name));
    let below = own.filter_map(|known| {
        let location = known.location?;
        let rest = location.strip_prefix(root)?;
        (rest.is_empty() || rest.starts_with('/'))
            .then(|| rest.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    });
    Ok(below.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crawl::tree::csv;

    #[test]
    fn tables_are_named_after_their_folder_file_or_bucket() {
        let place = |target: &str, path: &[&str], file: Option<&str>| {
            let target = Target {
                bucket: "b".into(),
                path: target.into(),
                exclusions: vec![],
                sample: None,
                queue: None,
                dead_letters: None,
                table: None,
            };
            let found = Found {
                path: path.iter().map(|name| (*name).to_owned()).collect(),
                file: file.map(str::to_owned),
                group: csv("a,b\n1,2\n"),
                keys: vec![],
                partitions: vec![],
            };
            let (location, name) = place_of(&target, &found);
            (location, name.to_owned())
        };
        assert_eq!(place("raw", &["x"], None), ("s3://b/raw/x/".into(), "x".into()));
        assert_eq!(place("raw", &[], None), ("s3://b/raw/".into(), "raw".into()));
        assert_eq!(place("", &[], None), ("s3://b/".into(), "b".into()));
        assert_eq!(place("raw", &[], Some("f.csv")), ("s3://b/raw/f.csv".into(), "f.csv".into()));
        assert_eq!(place("raw/f.csv", &[], Some("f.csv")).0, "s3://b/raw/f.csv");
    }
}
