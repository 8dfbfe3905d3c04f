//! Which folders are tables and which are their partitions.
//!
//! A table is the highest folder below which all files are of one format and compatible columns and
//! lie equally deep; the folders between are its partitions. Folders named `key=value` name their
//! keys; others are `partition_0`, `partition_1` … Where no table can hold a folder's files, each
//! subfolder is looked at for itself, and files that do not fit each other are tables of their own.
//!
//! A folder with a single subfolder is ambiguous: nothing in it tells a table from its only
//! partition. What lies around it may: folders beside it that fit, the level that was asked for, an
//! earlier crawl that took a folder above for a table. Where nothing does, AWS does not say; here
//! the subfolder's name decides: one that starts with a digit is a partition; another is a table.

use std::collections::BTreeSet;

use super::tree::{Alike, File, Folder, Group};

/// A table as files lie.
#[derive(Debug)]
pub(crate) struct Found {
    /// Folder below the target.
    pub path: Vec<String>,
    /// The only file, where a file is a table of its own.
    pub file: Option<String>,
    pub group: Group,
    /// Names of the partition keys.
    pub keys: Vec<String>,
    pub partitions: Vec<FoundPartition>,
}

/// A partition as files lie.
#[derive(Debug)]
pub(crate) struct FoundPartition {
    pub values: Vec<String>,
    /// Folder below the table.
    pub path: Vec<String>,
    pub group: Group,
}

/// How folders are to become tables.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub alike: Alike,
    /// The level at which folders are tables, as AWS counts them: the bucket is level 1.
    pub table_level: Option<usize>,
    /// The level of the target itself.
    pub target_level: usize,
    /// Folders below the target that are tables already.
    pub known: BTreeSet<Vec<String>>,
}

/// The tables of a target.
pub(crate) fn tables(root: &Folder, rules: &Rules) -> Vec<Found> {
    let mut path = Vec::new();
    match decide(root, &mut path, rules) {
        Outcome::Nothing => Vec::new(),
        Outcome::One(whole) => vec![whole.into_table(path)],
        Outcome::Many(tables) => tables,
    }
}

enum Outcome {
    Nothing,
    /// Everything below is one table, rooted here or higher.
    One(Whole),
    Many(Vec<Found>),
}

impl Outcome {
    fn many(tables: Vec<Found>) -> Outcome {
        if tables.is_empty() { Outcome::Nothing } else { Outcome::Many(tables) }
    }
}

/// Files below a folder that can be one table.
struct Whole {
    group: Group,
    /// A key for each level, from the top; none where folders have plain names.
    keys: Vec<Option<String>>,
    /// Values with the folders they come from, from the top.
    partitions: Vec<FoundPartition>,
    /// Levels from the top that have a single folder each and that nothing has made keys yet: if
    /// nothing does, the table lies below them.
    loose: usize,
}

impl Whole {
    /// The table these files are, if the folder of a path is the highest that may be its.
    fn into_table(mut self, mut path: Vec<String>) -> Found {
        if let Some(any) = self.partitions.first() {
            path.extend(any.path.iter().take(self.loose).cloned());
        }
        self.keys.drain(..self.loose);
        for partition in &mut self.partitions {
            partition.values.drain(..self.loose);
            partition.path.drain(..self.loose);
        }
        let keys = distinct(self.keys);
        let partitions = if keys.is_empty() { Vec::new() } else { self.partitions };
        Found { path, file: None, group: self.group, keys, partitions }
    }

    /// The same files seen from the folder above: the folder's name is a value.
    fn lifted(mut self, name: &str) -> Whole {
        let (key, value) = match hive_pair(name) {
            Some((key, value)) => (Some(key), value),
            None => (None, name.to_owned()),
        };
        self.keys.insert(0, key);
        for partition in &mut self.partitions {
            partition.values.insert(0, value.clone());
            partition.path.insert(0, name.to_owned());
        }
        self
    }
}

/// Names of keys: the nameless are called by their place, a repeated name gets a number.
fn distinct(keys: Vec<Option<String>>) -> Vec<String> {
    let mut taken: BTreeSet<String> = keys.iter().flatten().cloned().collect();
    let mut names: Vec<String> = Vec::with_capacity(keys.len());
    for (place, key) in keys.into_iter().enumerate() {
        let name = match key {
            Some(key) if !names.contains(&key) => key,
            Some(key) => free(&mut taken, (1..).map(|n| format!("{key}_{n}"))),
            None => free(&mut taken, (place..).map(|n| format!("partition_{n}"))),
        };
        names.push(name);
    }
    names
}

/// The first name nobody has, which is then taken.
fn free(taken: &mut BTreeSet<String>, mut names: impl Iterator<Item = String>) -> String {
    let name = names.find(|name| !taken.contains(name)).expect("numbers do not end");
    taken.insert(name.clone());
    name
}

/// `year=2024` as key and value, the value's escapes resolved.
fn hive_pair(name: &str) -> Option<(String, String)> {
    let (key, value) = name.split_once('=')?;
    if key.is_empty() || value.is_empty() {
        return None;
    }
    let value = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
    Some((key.to_lowercase(), value.into_owned()))
}

fn decide(folder: &Folder, path: &mut Vec<String>, rules: &Rules) -> Outcome {
    let level = rules.target_level + path.len();
    let above_tables = rules.table_level.is_some_and(|tables| level < tables);
    let files = if above_tables { Outcome::Nothing } else { of_files(folder, path) };
    let mut children = Vec::new();
    for (name, child) in &folder.folders {
        path.push(name.clone());
        match decide(child, path, rules) {
            Outcome::Nothing => {}
            outcome => children.push((name.clone(), outcome)),
        }
        path.pop();
    }
    if above_tables {
        return Outcome::many(apart(children, path));
    }
    match files {
        Outcome::Nothing if children.is_empty() => Outcome::Nothing,
        Outcome::Nothing => {
            let forced = rules.table_level == Some(level);
            combine(children, path, rules, forced)
        }
        Outcome::One(files) => beside(files, children, path, rules),
        Outcome::Many(mut tables) => {
            tables.extend(apart(children, path));
            Outcome::Many(tables)
        }
    }
}

/// The files lying in a folder.
fn of_files(folder: &Folder, path: &[String]) -> Outcome {
    match folder.groups.as_slice() {
        [] => Outcome::Nothing,
        [one] => {
            let mut group = one.clone();
            count_in(&mut group, folder);
            let only =
                FoundPartition { values: Vec::new(), path: Vec::new(), group: group.clone() };
            Outcome::One(Whole { group, keys: Vec::new(), partitions: vec![only], loose: 0 })
        }
        _ => Outcome::Many(folder.files.iter().map(|file| of_file(file, path)).collect()),
    }
}

/// Files that were not opened are taken to be like those that were.
fn count_in(group: &mut Group, folder: &Folder) {
    let rows = group.look.inference.estimated_rows(folder.counted.bytes);
    let amount = &mut group.amount;
    amount.files += folder.counted.files;
    amount.bytes = amount.bytes.saturating_add(folder.counted.bytes);
    amount.rows = amount.rows.saturating_add(rows);
    let size = group.look.inference.avg_record_size;
    amount.plain_bytes = amount.plain_bytes.saturating_add(rows.saturating_mul(size));
}

fn of_file(file: &File, path: &[String]) -> Found {
    Found {
        path: path.to_vec(),
        file: Some(file.name.clone()),
        group: file.group.clone(),
        keys: Vec::new(),
        partitions: Vec::new(),
    }
}

/// Files in a folder with folders beside them. If all fit and no folder names a key, they are one
/// table without partitions: files at several depths have no common values.
fn beside(
    mut files: Whole,
    children: Vec<(String, Outcome)>,
    path: &[String],
    rules: &Rules,
) -> Outcome {
    let mut group = files.group.clone();
    let fit = children.iter().all(|(name, outcome)| match outcome {
        Outcome::One(below) => {
            hive_pair(name).is_none()
                && below.keys.iter().all(Option::is_none)
                && group.absorb(&below.group, rules.alike)
        }
        _ => false,
    });
    if fit {
        files.group = group;
        return Outcome::One(files);
    }
    let mut tables = vec![files.into_table(path.to_vec())];
    tables.extend(apart(children, path));
    Outcome::Many(tables)
}

/// Subfolders, as partitions of one table if they can be.
fn combine(
    children: Vec<(String, Outcome)>,
    path: &[String],
    rules: &Rules,
    forced: bool,
) -> Outcome {
    if !fit_together(&children, rules.alike) {
        return Outcome::Many(apart(children, path));
    }
    let loose = match children.as_slice() {
        [(name, Outcome::One(only))] if !forced => loose_above(name, only, path, rules),
        _ => 0,
    };
    let mut whole: Option<Whole> = None;
    for (name, outcome) in children {
        let Outcome::One(child) = outcome else { continue };
        let child = Whole { loose, ..child.lifted(&name) };
        match &mut whole {
            None => whole = Some(child),
            Some(whole) => {
                whole.group.absorb(&child.group, rules.alike);
                whole.partitions.extend(child.partitions);
            }
        }
    }
    whole.map_or(Outcome::Nothing, Outcome::One)
}

/// How many levels, from a folder with a single subfolder down, may lie above the table.
fn loose_above(name: &str, only: &Whole, path: &[String], rules: &Rules) -> usize {
    if hive_pair(name).is_some() || rules.known.contains(path) {
        return 0;
    }
    let own: Vec<String> = path.iter().cloned().chain([name.to_owned()]).collect();
    let names_keys = matches!(only.keys.first(), Some(Some(_)));
    let digit = name.starts_with(|c: char| c.is_ascii_digit());
    let is_partition = digit && !names_keys && only.loose == 0 && !rules.known.contains(&own);
    if is_partition { 0 } else { only.loose + 1 }
}

/// Whether several subfolders are partitions of one table.
fn fit_together(children: &[(String, Outcome)], alike: Alike) -> bool {
    let mut first: Option<(Option<String>, &Whole, Group)> = None;
    for (name, outcome) in children {
        let Outcome::One(whole) = outcome else { return false };
        let key = hive_pair(name).map(|(key, _)| key);
        match &mut first {
            None => first = Some((key, whole, whole.group.clone())),
            Some((first_key, first_whole, group)) => {
                let fits = *first_key == key
                    && first_whole.keys == whole.keys
                    && group.absorb(&whole.group, alike);
                if !fits {
                    return false;
                }
            }
        }
    }
    true
}

/// Subfolders as tables of their own.
fn apart(children: Vec<(String, Outcome)>, path: &[String]) -> Vec<Found> {
    let mut tables = Vec::new();
    for (name, outcome) in children {
        match outcome {
            Outcome::Nothing => {}
            Outcome::One(whole) => {
                let own: Vec<String> = path.iter().cloned().chain([name]).collect();
                tables.push(whole.into_table(own));
            }
            Outcome::Many(more) => tables.extend(more),
        }
    }
    tables
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
