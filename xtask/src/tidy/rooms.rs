//! The shape of a room: the files every service has, in the places a stranger looks for them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Violation;
use crate::workspace::Workspace;

const RULE: &str = "rooms";

/// What every room has, and what a reader expects to find there.
const PARTS: &[(&str, &str)] = &[
    ("README.md", "what is faithful, what is not, and the limits"),
    ("service.toml", "the operations implemented, and facts the model lacks"),
    ("Cargo.toml", "the room's own crate"),
    ("api/Cargo.toml", "the types and client that other rooms may use"),
    ("src/lib.rs", "the concept in ten lines, and the service"),
    ("src/ops/mod.rs", "the registration of its operations"),
];

/// Checks every folder of `services/`.
pub fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for room in rooms(workspace)? {
        let folder = workspace.root.join(&room);
        for (part, why) in PARTS {
            if !folder.join(part).is_file() {
                let message = format!("the room lacks {part}: {why}");
                violations.push(Violation::new(&room.join(part), 1, RULE, message));
            }
        }
        let Ok(text) = fs::read_to_string(folder.join("service.toml")) else { continue };
        let file = room.join("service.toml");
        let ops = operation_files(&folder.join("src/ops"))?;
        match operations(&text) {
            Ok(names) => violations.extend(unwritten(&file, &text, &names, &ops)),
            Err(error) => {
                violations.push(Violation::new(&file, 1, RULE, format!("{error:#}")));
            }
        }
    }
    Ok(violations)
}

/// The folders of `services/`, relative to the root, sorted.
pub fn rooms(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut rooms = Vec::new();
    for entry in fs::read_dir(workspace.root.join("services")).context("cannot list services/")? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            rooms.push(Path::new("services").join(entry.file_name()));
        }
    }
    rooms.sort();
    Ok(rooms)
}

/// The operations that a `service.toml` lists.
pub fn operations(text: &str) -> Result<Vec<String>> {
    let table: toml::Table = text.parse().context("service.toml does not parse")?;
    let listed = table
        .get("operations")
        .and_then(toml::Value::as_array)
        .context("service.toml has no list `operations`")?;
    listed
        .iter()
        .map(|name| {
            name.as_str()
                .map(str::to_owned)
                .context("`operations` holds something else than a name")
        })
        .collect()
}

fn unwritten(file: &Path, text: &str, names: &[String], ops: &[String]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for name in names {
        // Without underscores, so that no opinion is needed on where an acronym splits.
        if !ops.contains(&name.to_lowercase()) {
            let quoted = format!("\"{name}\"");
            let line = text.lines().position(|line| line.contains(&quoted)).map_or(1, |at| at + 1);
            let message = format!(
                "{name} is listed but has no file of its own in src/ops: one operation, one file"
            );
            violations.push(Violation::new(file, line, RULE, message));
        }
    }
    violations
}

/// The stems of the files below `src/ops`, without underscores.
fn operation_files(folder: &Path) -> Result<Vec<String>> {
    let mut stems = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return Ok(stems) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            stems.extend(operation_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
        {
            stems.push(stem.replace('_', ""));
        }
    }
    Ok(stems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_without_a_file_is_found_at_its_line() {
        let text = "operations = [\n  \"ListObjectsV2\",\n  \"GetSAMLProvider\",\n]\n";
        let names = operations(text).expect("parses");
        let ops = vec!["mod".to_owned(), "listobjectsv2".to_owned()];
        let found = unwritten(Path::new("services/x/service.toml"), text, &names, &ops);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 3);
        assert!(found[0].message.starts_with("GetSAMLProvider"));
    }

    #[test]
    fn a_list_that_is_not_names_is_refused() {
        assert!(operations("operations = [1]").is_err());
        assert!(operations("operation = []").is_err());
    }
}
